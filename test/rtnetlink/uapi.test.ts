import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import * as control from '../../src/genetlink/control.js'
import * as ethtool from '../../src/genetlink/ethtool/messages.js'
import * as macsec from '../../src/genetlink/macsec/messages.js'
import { genericHeader } from '../../src/genetlink/message.js'
import * as wireguardKey from '../../src/genetlink/wireguard/key.js'
import * as wireguard from '../../src/genetlink/wireguard/messages.js'
import { littleEndian, Writer } from '../../src/netlink/bytes.js'
import { type Codec, withoutNames } from '../../src/netlink/codec.js'
import * as messages from '../../src/netlink/message.js'
import type { Struct } from '../../src/netlink/struct.js'
import * as address from '../../src/rtnetlink/addressAttributes.js'
import * as vlans from '../../src/rtnetlink/bridgeVlanAttributes.js'
import * as rtnetlink from '../../src/rtnetlink/constants.js'
import { encapsulationNumbers } from '../../src/rtnetlink/encapsulation/tables.js'
import * as fdb from '../../src/rtnetlink/fdbAttributes.js'
import { bridge, ipvlan, macvlan, vlan, vxlan } from '../../src/rtnetlink/kinds/builtIn.js'
import { linkLayout } from '../../src/rtnetlink/linkAttributes.js'
import { flagProperties } from '../../src/rtnetlink/linkProperties.js'
import { statisticsFields } from '../../src/rtnetlink/linkStatistics.js'
import * as mdb from '../../src/rtnetlink/mdbAttributes.js'
import * as neighbor from '../../src/rtnetlink/neighborAttributes.js'
import { nexthopLayout } from '../../src/rtnetlink/nexthopAttributes.js'
import { RTNH_F_ONLINK, routeLayout } from '../../src/rtnetlink/routeAttributes.js'
import { ipProtocols, ruleLayout } from '../../src/rtnetlink/ruleAttributes.js'
import { scopeNumbers } from '../../src/rtnetlink/scope.js'
import { vniLayout } from '../../src/rtnetlink/vxlanVniAttributes.js'
import * as tuntap from '../../src/tuntap/constants.js'
import { skipped } from '../helpers/skipped.js'
import { type NamedTable, namedTables } from '../helpers/uapiNames.js'
import { genericTables } from '../helpers/uapiNamesOfGeneric.js'
import { sinceVersion } from '../helpers/uapiVersions.js'

/** An expression of C, and what we take it for. */
type Claims = Map<string, number>

const headers = [
  'stddef.h',
  'arpa/inet.h',
  'sys/ioctl.h',
  'sys/socket.h',
  'netinet/in.h',
  'linux/version.h',
  ...['if', 'netlink', 'rtnetlink', 'if_link', 'if_addr', 'neighbour', 'fib_rules', 'net_namespace', 'if_vlan'],
  ...[
    'if_bridge',
    'if_ether',
    'if_tun',
    'icmpv6',
    'veth',
    'can/vxcan',
    'amt',
    'batman_adv',
    'if_tunnel',
    'ip6_tunnel',
    'nexthop',
    'pkt_sched',
  ],
  ...['lwtunnel', 'mpls_iptunnel', 'seg6_iptunnel', 'seg6_local'],
  ...['devlink', 'genetlink', 'wireguard', 'if_macsec', 'if_team', 'ethtool', 'ethtool_netlink'],
].map((name) => (name.includes('.') ? name : `linux/${name}.h`))

/** Has the system's headers judge our numbers; returns the claims that are wrong, with the right number. */
function wrongClaims(claims: Claims): string[] {
  const checks = [...claims].map(([expression, value]) => {
    const since = sinceVersion[expression]
    const check = `CHECK(${expression}, ${value})`
    return since ? `#if LINUX_VERSION_CODE >= KERNEL_VERSION(${since}, 0)\n${check}\n#endif` : check
  })
  const source = [
    '#include <stdio.h>',
    ...headers.map((header) => `#include <${header}>`),
    '#define CHECK(e, ours) if ((long long)(e) != (ours)) printf("%s is %lld, not %lld\\n", #e, (long long)(e), (long long)(ours));',
    'int main(void) {',
    ...checks,
    'return 0; }',
  ].join('\n')
  const directory = mkdtempSync(join(tmpdir(), 'linkwright-uapi-'))
  try {
    writeFileSync(join(directory, 'check.c'), source)
    execFileSync('gcc', ['-o', join(directory, 'check'), join(directory, 'check.c')], { encoding: 'utf8' })
    return execFileSync(join(directory, 'check'), { encoding: 'utf8' }).split('\n').filter(Boolean)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function upperCase(name: string): string {
  return name
    .replace(/^multicast/, 'mcast')
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase()
}

function tableClaims({ table, prefix, names = {}, bits = {}, ipv6 = {} }: NamedTable): Claims {
  const claims: Claims = new Map()
  for (const [property, line] of Object.entries(table?.lines ?? {})) {
    if (line.separate) continue
    const name = names[property] ?? upperCase(property)
    claims.set(line.outer ? name : prefix + name, line.type)
    const ipv6Name = ipv6[property]
    if (line.ipv6Type !== undefined) claims.set(`${prefix}${ipv6Name}`, line.ipv6Type)
    if (line.bit === undefined) continue
    const bit = bits[property]
    if (!bit) throw new Error(`the bit ${property} has no name of the headers`)
    if ('mask' in bit) claims.set(bit.mask, 1 << line.bit)
    else claims.set(bit.number, line.bit)
  }
  return claims
}

/** The numbers of an enumeration, each read from what its codec writes. */
function enumerationClaims<T>(codec: Codec<T>, prefix: string, names: Readonly<Record<string, string>> = {}): Claims {
  const { domain } = codec
  if (domain.type !== 'enumeration') throw new Error('not an enumeration')
  return new Map(
    domain.names.map((name) => {
      const writer = new Writer()
      codec.encode(name as T, writer, withoutNames)
      const { view } = writer
      const size = writer.length
      const value =
        size === 1 ? view.getUint8(0) : size === 2 ? view.getUint16(0, littleEndian) : view.getUint32(0, littleEndian)
      return [prefix + (names[name] ?? name.toUpperCase()), value]
    }),
  )
}

function structClaims<T extends object>(
  ours: Struct<T>,
  name: string,
  members: { readonly [Field in keyof T]: string },
): Claims {
  const claims: Claims = new Map([[`sizeof(struct ${name})`, ours.size]])
  for (const property in members)
    claims.set(`offsetof(struct ${name}, ${members[property]})`, ours.fields[property].offset)
  return claims
}

/** What a module exports under the names of the headers. */
function constantClaims(module: object, except: readonly string[] = []): Claims {
  const constants = Object.entries(module).filter(([name]) => /^[A-Z]/.test(name) && !except.includes(name))
  return new Map(
    constants.flatMap(([name, value]: [string, unknown]) => (typeof value === 'number' ? [[name, value]] : [])),
  )
}

const noCompiler = 'there is no gcc or there are no headers of Linux'
const hasCompiler = ((): boolean => {
  try {
    execFileSync('gcc', ['-E', '-'], { input: '#include <linux/if_link.h>', stdio: ['pipe', 'ignore', 'ignore'] })
    return true
  } catch {
    return false
  }
})()

function check(t: ExecutionContext, ...all: readonly Claims[]): void {
  const claims: Claims = new Map()
  for (const [expression, value] of all.flatMap((some) => [...some])) {
    t.is(claims.get(expression) ?? value, value, `${expression} has two values`)
    claims.set(expression, value)
  }
  if (hasCompiler) t.deepEqual(wrongClaims(claims), [])
  else skipped(t, noCompiler)
}

test('attributes have the numbers of the headers', (t) => {
  check(t, ...[...namedTables, ...genericTables].map(tableClaims))
})

test('every name of the tables is checked', (t) => {
  for (const { table, names = {} } of [...namedTables, ...genericTables]) {
    t.truthy(table)
    for (const name of Object.keys(names)) t.true(table?.names.includes(name), name)
  }
})

test('structs have the layout of the headers', (t) => {
  const statistics = statisticsFields.map((field, index) => {
    return [`offsetof(struct rtnl_link_stats64, ${field.replace(/[A-Z]/g, '_$&').toLowerCase()})`, index * 8] as const
  })
  check(
    t,
    new Map(statistics),
    structClaims(linkLayout.header, 'ifinfomsg', {
      family: 'ifi_family',
      type: 'ifi_type',
      index: 'ifi_index',
      flags: 'ifi_flags',
      change: 'ifi_change',
    }),
    structClaims(address.addressLayout.header, 'ifaddrmsg', {
      family: 'ifa_family',
      prefixLength: 'ifa_prefixlen',
      flags: 'ifa_flags',
      scope: 'ifa_scope',
      index: 'ifa_index',
    }),
    structClaims(routeLayout.header, 'rtmsg', {
      family: 'rtm_family',
      toLength: 'rtm_dst_len',
      fromLength: 'rtm_src_len',
      tos: 'rtm_tos',
      table: 'rtm_table',
      protocol: 'rtm_protocol',
      scope: 'rtm_scope',
      type: 'rtm_type',
      flags: 'rtm_flags',
    }),
    structClaims(nexthopLayout.header, 'nhmsg', {
      family: 'nh_family',
      scope: 'nh_scope',
      protocol: 'nh_protocol',
      flags: 'nh_flags',
    }),
    structClaims(ruleLayout.header, 'fib_rule_hdr', {
      family: 'family',
      toLength: 'dst_len',
      fromLength: 'src_len',
      tos: 'tos',
      table: 'table',
      action: 'action',
      flags: 'flags',
    }),
    structClaims(neighbor.neighborLayout.header, 'ndmsg', {
      family: 'ndm_family',
      index: 'ndm_ifindex',
      state: 'ndm_state',
      flags: 'ndm_flags',
      type: 'ndm_type',
    }),
    structClaims(vlans.bridgeVlanLayout.header, 'br_vlan_msg', { family: 'family', index: 'ifindex' }),
    structClaims(vniLayout.header, 'tunnel_msg', { family: 'family', flags: 'flags', index: 'ifindex' }),
    structClaims(vlans.vlanInfo, 'bridge_vlan_info', { flags: 'flags', id: 'vid' }),
    structClaims(mdb.mdbListLayout.header, 'br_port_msg', { family: 'family', index: 'ifindex' }),
    structClaims(fdb.fdbLayout.header, 'ndmsg', {
      family: 'ndm_family',
      index: 'ndm_ifindex',
      state: 'ndm_state',
      flags: 'ndm_flags',
    }),
    structClaims(genericHeader, 'genlmsghdr', { command: 'cmd', version: 'version' }),
    new Map([
      ['sizeof(struct br_mdb_entry)', 28],
      ['offsetof(struct br_mdb_entry, state)', 4],
      ['offsetof(struct br_mdb_entry, flags)', 5],
      ['offsetof(struct br_mdb_entry, vid)', 6],
      ['offsetof(struct br_mdb_entry, addr.u)', 8],
      ['offsetof(struct br_mdb_entry, addr.proto)', 24],
      ['sizeof(struct nlmsghdr)', messages.headerSize],
      ['sizeof(struct rtnexthop)', 8],
      ['sizeof(struct nexthop_grp)', 8],
      ...Object.entries(encapsulationNumbers).map(([name, number]): [string, number] => [
        `LWTUNNEL_ENCAP_${name === 'seg6local' ? 'SEG6_LOCAL' : name.toUpperCase()}`,
        number,
      ]),
      ['sizeof(struct ifla_vlan_flags)', 8],
      ['sizeof(struct ifla_vlan_qos_mapping)', 8],
      ['sizeof(struct ifla_vxlan_port_range)', 4],
      ['sizeof(struct br_boolopt_multi)', 8],
      ['sizeof(struct ifa_cacheinfo)', 16],
      ['sizeof(struct rta_cacheinfo)', 32],
      ['offsetof(struct rta_cacheinfo, rta_expires)', 8],
      ['sizeof(struct nda_cacheinfo)', 16],
    ]),
  )
})

test('constants are those of the headers', (t) => {
  check(
    t,
    constantClaims(messages),
    constantClaims(rtnetlink),
    constantClaims(address),
    constantClaims(neighbor, ['NTF_EXT_MANAGED']),
    constantClaims(vlans),
    constantClaims(fdb),
    constantClaims(mdb),
    constantClaims(tuntap, ['TUNSETVNETHDRSZ']),
    constantClaims(control),
    constantClaims(ethtool),
    constantClaims(wireguard),
    constantClaims(macsec),
    constantClaims(wireguardKey),
    new Map([
      ['NTF_EXT_MANAGED', neighbor.NTF_EXT_MANAGED],
      ['TUNSETVNETHDRSZ', tuntap.TUNSETVNETHDRSZ],
      ['RTNH_F_ONLINK', RTNH_F_ONLINK],
      ['IFF_UP', flagProperties.up.bit],
      ['IFF_NOARP', flagProperties.arp.bit],
      ['IFF_PROMISC', flagProperties.promiscuous.bit],
      ['IFF_ALLMULTI', flagProperties.allMulticast.bit],
      ['IFF_MULTICAST', flagProperties.multicast.bit],
      ['IFA_F_NODAD', address.settableFlags.noDad],
      ['IFA_F_OPTIMISTIC', address.settableFlags.optimistic],
      ['IFA_F_HOMEADDRESS', address.settableFlags.home],
      ['IFA_F_MANAGETEMPADDR', address.settableFlags.manageTemporaryAddress],
      ['IFA_F_NOPREFIXROUTE', address.settableFlags.noPrefixRoute],
      ['IFA_F_MCAUTOJOIN', address.settableFlags.autoJoin],
    ]),
  )
})

test('the words of enumerations have the numbers of the headers', (t) => {
  const protocols: Readonly<Record<string, string>> = { ipencap: 'IPIP', 'ipv6-icmp': 'ICMPV6' }
  // The headers have no name for OSPF.
  const numbered = Object.entries(ipProtocols).filter(([name]) => name !== 'ospf')
  check(
    t,
    enumerationClaims(routeLayout.header.fields.type.codec, 'RTN_'),
    enumerationClaims(neighbor.neighborLayout.header.fields.state.codec, 'NUD_'),
    enumerationClaims(vlans.stpState, 'BR_STATE_'),
    enumerationClaims(mdb.filterMode, 'MCAST_'),
    enumerationClaims(ruleLayout.header.fields.action.codec, 'FR_ACT_', { table: 'TO_TBL' }),
    enumerationClaims(macvlan.options.lines.mode.codec, 'MACVLAN_MODE_'),
    enumerationClaims(ipvlan.options.lines.mode.codec, 'IPVLAN_MODE_'),
    enumerationClaims(vxlan.options.lines.df.codec, 'VXLAN_DF_'),
    enumerationClaims(routeLayout.attributes.lines.preference.codec, 'ICMPV6_ROUTER_PREF_'),
    new Map(numbered.map(([name, value]) => [`IPPROTO_${protocols[name] ?? name.toUpperCase()}`, value])),
    new Map(
      Object.entries(scopeNumbers).map(([name, value]) => [
        `RT_SCOPE_${name === 'global' ? 'UNIVERSE' : name.toUpperCase()}`,
        value,
      ]),
    ),
  )
  const tags = { '802.1Q': 'htons(ETH_P_8021Q)', '802.1ad': 'htons(ETH_P_8021AD)' }
  for (const line of [bridge.options.lines.vlanProtocol, vlan.options.lines.protocol]) {
    check(t, enumerationClaims(line.codec, '', tags))
  }
})

test('a wrong number is found', (t) => {
  if (!hasCompiler) return skipped(t, noCompiler)
  t.deepEqual(
    wrongClaims(
      new Map([
        ['IFLA_MTU', 5],
        ['IFLA_LINK', 5],
      ]),
    ),
    ['IFLA_MTU is 4, not 5'],
  )
})
