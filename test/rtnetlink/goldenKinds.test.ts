import test from 'ava'
import type { Link } from '../../src/rtnetlink/link.js'
import { newLink, setLink } from '../../src/rtnetlink/linkMessages.js'
import { compareGolden, goldenContext, readGolden } from '../helpers/golden.js'
import { ifinfomsgSize, nestedInLinks } from '../helpers/goldenLink.js'

const golden = readGolden('kinds')
const context = goldenContext(golden)
const make = (kind: string, name: string, options?: object) => {
  const link: Link = { name, kind, ...(options ? { [kind]: options } : {}) }
  return newLink(link, context)
}

// What `ip` tells although nobody asked for it.
const noEncapsulation = { encapsulation: 'none', encapsulationSourcePort: 0, encapsulationDestinationPort: 0 }
const overIpv4 = { encapsulationChecksum: false, ...noEncapsulation }
const overIpv6 = { encapsulationChecksum6: true, ...noEncapsulation }
const anyLink = { link: 0, fwmark: 0 }
const tunnel = { ...anyLink, ...overIpv4, pathMtuDiscovery: true, tos: 0, ttl: 0 }
const plainHeader = { inputChecksum: false, outputChecksum: false }
const tunnel6 = { ...overIpv6, flowInfo: 0, encapsulationLimit: 4, hopLimit: 64 }
const ends = { local: '10.0.0.1', remote: '10.0.0.9' }
const ends6 = { local: 'fd00::1', remote: 'fd00::9' }
const session = { inputKey: 5, outputKey: 5, inputSequence: true, outputSequence: true }
const flags = { copyDscp: false }
const vtiMarks = { link: 'v0', inputKey: 5, outputKey: 6, fwmark: 0x77 }

test('links of each kind are what ip sends', (t) => {
  compareGolden(
    t,
    golden,
    {
      'link add bo0 type bond mode active-backup miimon 200 updelay 400 downdelay 600 primary_reselect better fail_over_mac active resend_igmp 5 all_slaves_active 1 min_links 2':
        make('bond', 'bo0', {
          mode: 'active-backup',
          miiInterval: 0.2,
          upDelay: 0.4,
          downDelay: 0.6,
          primaryReselect: 'better',
          failOverMac: 'active',
          resendIgmp: 5,
          allPortsActive: true,
          minimumLinks: 2,
        }),
      'link add bo0 type bond mode active-backup arp_interval 250 arp_ip_target 10.0.0.9,10.0.0.8 arp_validate all arp_all_targets all ns_ip6_target fd00::9':
        make('bond', 'bo0', {
          mode: 'active-backup',
          arpInterval: 0.25,
          arpTargets: ['10.0.0.9', '10.0.0.8'],
          arpValidate: 'all',
          arpAllTargets: 'all',
          nsTargets: ['fd00::9'],
        }),
      'link add bo0 type bond mode 802.3ad xmit_hash_policy layer3+4 lacp_rate fast lacp_active off ad_select bandwidth ad_actor_sys_prio 100 ad_actor_system 02:00:00:00:00:09 ad_user_port_key 77':
        make('bond', 'bo0', {
          mode: '802.3ad',
          transmitHashPolicy: 'layer3+4',
          lacpRate: 'fast',
          lacpActive: false,
          aggregatorSelection: 'bandwidth',
          actorSystemPriority: 100,
          actorSystem: '02:00:00:00:00:09',
          userPortKey: 77,
        }),
      'link set dev v1 type bond_slave queue_id 3 prio 7': setLink(
        { index: context.linkIndex('v1') },
        { bondPort: { queueId: 3, priority: 7 } },
        context,
      ),
      'link add ip0 type ipip remote 10.0.0.9 local 10.0.0.1 dev v0 ttl 9 tos 0x10 fwmark 0x77 encap gue encap-sport 1000 encap-dport 2000 encap-csum encap-remcsum':
        make('ipip', 'ip0', {
          ...ends,
          link: 'v0',
          ttl: 9,
          tos: 0x10,
          fwmark: 0x77,
          mode: 'any',
          pathMtuDiscovery: true,
          encapsulation: 'gue',
          encapsulationSourcePort: 1000,
          encapsulationDestinationPort: 2000,
          encapsulationChecksum: true,
          encapsulationRemoteChecksum: true,
        }),
      'link add si0 type sit remote 10.0.0.9 local 10.0.0.1 mode any isatap': make('sit', 'si0', {
        ...tunnel,
        ...ends,
        mode: 'any',
        isatap: true,
      }),
      'link add si0 type sit local 10.0.0.1 6rd-prefix 2001:db8::/32 6rd-relay_prefix 10.0.0.0/8': make('sit', 'si0', {
        ...tunnel,
        local: '10.0.0.1',
        mode: 'any',
        isatap: false,
        rapidPrefix: '2001:db8::',
        rapidPrefixLength: 32,
        rapidRelayPrefix: '10.0.0.0',
        rapidRelayPrefixLength: 8,
      }),
      'link add tn0 type ip6tnl remote fd00::9 local fd00::1 dev v0 hoplimit 9 encaplimit 5 mode ipip6 dscp inherit allow-localremote':
        make('ip6tnl', 'tn0', {
          ...overIpv6,
          ...ends6,
          link: 'v0',
          fwmark: 0,
          hopLimit: 9,
          encapsulationLimit: 5,
          flowInfo: 0,
          mode: 'ipip6',
          copyDscp: true,
          allowLocalRemote: true,
        }),
      'link add gr0 type gre remote 10.0.0.9 local 10.0.0.1 ttl 9 ikey 5 okey 6 icsum ocsum iseq oseq': make(
        'gre',
        'gr0',
        {
          ...overIpv4,
          ...ends,
          fwmark: 0,
          pathMtuDiscovery: true,
          tos: 0,
          ttl: 9,
          inputKey: 5,
          outputKey: 6,
          inputChecksum: true,
          outputChecksum: true,
          inputSequence: true,
          outputSequence: true,
        },
      ),
      'link add gr0 type gretap external': make('gretap', 'gr0', { collectMetadata: true }),
      'link add gr0 type ip6gre remote fd00::9 local fd00::1 hoplimit 9 ikey 5 okey 6': make('ip6gre', 'gr0', {
        ...tunnel6,
        ...ends6,
        ...flags,
        fwmark: 0,
        hopLimit: 9,
        inputKey: 5,
        outputKey: 6,
      }),
      'link add gr0 type ip6gretap remote fd00::9 tclass inherit flowlabel inherit fwmark inherit encaplimit none':
        make('ip6gretap', 'gr0', {
          ...tunnel6,
          ...plainHeader,
          remote: 'fd00::9',
          fwmark: 0,
          inheritTrafficClass: true,
          inheritFlowLabel: true,
          inheritFwmark: true,
          ignoreEncapsulationLimit: true,
        }),
      'link add er0 type erspan remote 10.0.0.9 seq key 5 erspan_ver 1 erspan 77': make('erspan', 'er0', {
        ...overIpv4,
        ...session,
        remote: '10.0.0.9',
        fwmark: 0,
        pathMtuDiscovery: true,
        tos: 0,
        ttl: 0,
        version: 1,
        index: 77,
      }),
      'link add er0 type ip6erspan remote fd00::9 seq key 5 erspan_ver 2 erspan_dir egress erspan_hwid 9': make(
        'ip6erspan',
        'er0',
        {
          ...tunnel6,
          ...session,
          ...flags,
          remote: 'fd00::9',
          fwmark: 0,
          version: 2,
          direction: 'egress',
          hardwareId: 9,
        },
      ),
      'link add vt0 type vti remote 10.0.0.9 local 10.0.0.1 dev v0 ikey 5 okey 6 fwmark 0x77': make('vti', 'vt0', {
        ...ends,
        ...vtiMarks,
      }),
      'link add vt0 type vti6 remote fd00::9 local fd00::1 dev v0 ikey 5 okey 6 fwmark 0x77': make('vti6', 'vt0', {
        ...ends6,
        ...vtiMarks,
      }),
      'link add ge0 type geneve id 42 remote 10.0.0.9 ttl 9 tos 0x10 df set dstport 7000 udpcsum': make(
        'geneve',
        'ge0',
        { id: 42, remote: '10.0.0.9', ttl: 9, tos: 0x10, df: 'set', port: 7000, udpChecksum: true, label: 0 },
      ),
      'link add ge0 type geneve id 42 remote fd00::9 ttl inherit flowlabel 0xabcde udp6zerocsumtx udp6zerocsumrx': make(
        'geneve',
        'ge0',
        {
          id: 42,
          remote: 'fd00::9',
          ttl: 0,
          tos: 0,
          ttlInherit: true,
          label: 0xabcde,
          udp6ZeroChecksumTx: true,
          udp6ZeroChecksumRx: true,
        },
      ),
      'link add ge0 type geneve external innerprotoinherit': make('geneve', 'ge0', {
        id: 0,
        ttl: 0,
        tos: 0,
        label: 0,
        collectMetadata: true,
        innerProtocolInherit: true,
      }),
      'link add ba0 type bareudp dstport 6635 ethertype mpls_uc srcportmin 1000 multiproto': make('bareudp', 'ba0', {
        port: 6635,
        etherType: 0x8847,
        lowestSourcePort: 1000,
        multipleProtocols: true,
      }),
      'link add xf0 type xfrm dev v0 if_id 77': make('xfrm', 'xf0', { link: 'v0', id: 77 }),
      'link add xf0 type xfrm external': make('xfrm', 'xf0', { collectMetadata: true }),
      'link add hs0 type hsr slave1 v0 slave2 v1 supervision 9 version 1': make('hsr', 'hs0', {
        slave1: 'v0',
        slave2: 'v1',
        supervision: 9,
        version: 1,
      }),
      'link add link v0 name ms0 type macsec port 7 cipher gcm-aes-256 icvlen 12 encrypt off protect off send_sci off end_station on replay on window 77 validate check encodingsa 2':
        make('macsec', 'ms0', {
          link: 'v0',
          port: 7,
          cipherSuite: 'gcm-aes-256',
          icvLength: 12,
          encrypt: false,
          protect: false,
          sendSci: false,
          endStation: true,
          replayProtect: true,
          window: 77,
          validate: 'check',
          encodingSa: 2,
        }),
      'link add te0 type team': make('team', 'te0'),
      'link add gt0 type gtp role sgsn hsize 512 restart_count 9': make('gtp', 'gt0', {
        role: 'sgsn',
        hashSize: 512,
        restartCount: 9,
        createSockets: true,
      }),
      'link add nl0 type nlmon': make('nlmon', 'nl0'),
      'link add vm0 type vsockmon': make('vsockmon', 'vm0'),
      'link add ba0 type batadv ra BATMAN_V': make('batadv', 'ba0', { algorithm: 'BATMAN_V' }),
      'link add link v0 name vw0 type virt_wifi': make('virtWifi', 'vw0', { link: 'v0' }),
      'link add am0 type amt mode gateway local 10.0.0.1 discovery 10.0.0.9 dev v0 relay_port 1000 gateway_port 2000 max_tunnels 9':
        make('amt', 'am0', {
          mode: 'gateway',
          local: '10.0.0.1',
          discovery: '10.0.0.9',
          link: 'v0',
          relayPort: 1000,
          gatewayPort: 2000,
          maximumTunnels: 9,
        }),
      'link add link v0 name iv0 type ipvtap mode l3s bridge': make('ipvtap', 'iv0', {
        link: 'v0',
        mode: 'l3s',
        isolation: 'bridge',
      }),
    },
    ifinfomsgSize,
    nestedInLinks,
  )
})

test('options of newer kernels are what a newer ip sends', (t) => {
  const newer = readGolden('newerKinds')
  const inside = goldenContext(newer)
  const link = { index: inside.linkIndex('v1') }
  const add = (kind: string, name: string, options: object) => newLink({ name, kind, [kind]: options }, inside)
  const geneve = { id: 42, ttl: 0, tos: 0, label: 0 }
  compareGolden(
    t,
    newer,
    {
      'link add br0 type bridge stp_mode user fdb_local_vlan_0 1': add('bridge', 'br0', {
        stpMode: 'user',
        fdbLocalVlan0: true,
      }),
      'link set dev v1 type bridge_slave neigh_forward_grat on': setLink(
        link,
        { bridgePort: { neighborForwardGratuitous: true } },
        inside,
      ),
      'link add bo0 type bond mode 802.3ad ad_select actor_port_prio broadcast_neighbor on': add('bond', 'bo0', {
        mode: '802.3ad',
        aggregatorSelection: 'actor_port_prio',
        broadcastNeighbor: true,
      }),
      'link set dev v1 type bond_slave actor_port_prio 9': setLink(
        link,
        { bondPort: { actorPortPriority: 9 } },
        inside,
      ),
      'link add ge0 type geneve id 42 remote 10.0.0.9 local 10.0.0.1': add('geneve', 'ge0', {
        ...geneve,
        remote: '10.0.0.9',
        local: '10.0.0.1',
      }),
      'link add ge0 type geneve id 42 remote fd00::9 local fd00::1': add('geneve', 'ge0', {
        ...geneve,
        remote: 'fd00::9',
        local: 'fd00::1',
      }),
      'link add vx0 type vxlan id 42 dstport 4789 dev v0 group 239.1.1.1 mcroute': add('vxlan', 'vx0', {
        id: 42,
        port: 4789,
        link: 'v0',
        group: '239.1.1.1',
        learning: true,
        mcroute: true,
      }),
      'link add vx1 type vxlan id 42 dstport 4789 reserved_bits 0xf0ff': add('vxlan', 'vx1', {
        id: 42,
        port: 4789,
        learning: true,
        reservedBits: '0xf0ff',
      }),
    },
    ifinfomsgSize,
    nestedInLinks,
  )
})
