import { familyOf } from '../../ip/address.js'
import { linkLocalOf } from '../../ip/linkLocal.js'
import { parseMac } from '../../ip/mac.js'
import type { TableFamily } from '../../nftables/constants.js'
import { interfaceName, keyOf } from '../../nftables/key.js'
import type { FieldType, FirewallSet, Limit } from '../../nftables/ruleset.js'
import type { HostAccessSpec, RateSpec } from '../../spec/firewallTypes.js'
import type { Confinement } from './firewall.js'
import { bytesOf } from './nat.js'

/** A set of confinement: what it holds, and which tables have it besides `inet`. */
interface SetRow {
  readonly fields: readonly FieldType[]
  readonly also?: readonly TableFamily[]
  readonly limit?: true
  /** Elements that are the same for every guest, where any has addresses. */
  readonly constant?: readonly number[]
}

const frames = ['bridge', 'arp'] as const

/** The sets that confinement lives in. */
export const setTable = {
  macLinks: { fields: ['ifname'], also: frames },
  macs: { fields: ['ifname', 'etherAddress'], also: frames },
  addressLinks: { fields: ['ifname'], also: frames },
  addresses4: { fields: ['ifname', 'ipv4'], also: frames },
  addresses6: { fields: ['ifname', 'ipv6'], also: ['bridge'] },
  ingressBits: { fields: ['ifname'], also: frames, limit: true },
  ingressPackets: { fields: ['ifname'], also: frames, limit: true },
  egressBits: { fields: ['ifname'], also: ['bridge'], limit: true },
  egressPackets: { fields: ['ifname'], also: ['bridge'], limit: true },
  isolated4: { fields: ['ipv4'] },
  isolated6: { fields: ['ipv6'] },
  confined4: { fields: ['ipv4'] },
  confined6: { fields: ['ipv6'] },
  hostPorts4: { fields: ['ipv4', 'protocol', 'service'] },
  hostPorts6: { fields: ['ipv6', 'protocol', 'service'] },
  hostProtocols4: { fields: ['ipv4', 'protocol'] },
  hostProtocols6: { fields: ['ipv6', 'protocol'] },
  // Guests that have no address yet are known by their link alone, and may not ask this host for one.
  withoutDhcp: { fields: ['ifname'], also: ['bridge'] },
  // Each address twice, since nf_tables compares no two fields of a packet.
  pairs4: { fields: ['ipv4', 'ipv4'] },
  pairs6: { fields: ['ipv6', 'ipv6'] },
  // Echo, errors and timestamps; neither redirects nor what routers advertise: RFC 792, RFC 1256.
  icmpTypes: { fields: ['icmpType'], also: ['bridge'], constant: [0, 3, 8, 11, 12, 13, 14] },
  // What hosts report, not what routers ask: RFC 2236, RFC 3376.
  igmpTypes: { fields: ['igmpType'], also: ['bridge'], constant: [0x12, 0x16, 0x17, 0x22] },
  // Errors, echo, reports; neighbor discovery has rules of its own: RFC 4443, RFC 2710, RFC 3810.
  icmpv6Types: { fields: ['icmpv6Type'], also: ['bridge'], constant: [1, 2, 3, 4, 128, 129, 131, 132, 143] },
} as const satisfies Record<string, SetRow>

/** The name of a set. */
export type SetName = keyof typeof setTable

/** The names of all sets. */
export const setNames: readonly SetName[] = Object.keys(setTable) as SetName[]

/** IPPROTO_*; ICMP is another protocol in IPv6. */
export const hostProtocols = { tcp: [6, 6], udp: [17, 17], sctp: [132, 132], icmp: [1, 58] } as const

/** Sets and limits as they are filled. */
export class SetBuilder {
  readonly sets = new Map<SetName, Map<string, string | undefined>>()
  readonly limits = new Map<string, Limit>()

  /** Puts in what a link's confinement says. */
  add(link: string, confinement: Confinement): void {
    const name = interfaceName(link)
    const { mac, host, isolated, ingress, egress } = confinement
    if (mac !== undefined) {
      this.#put('macLinks', keyOf(name))
      this.#put('macs', keyOf(name, macBytes(mac)))
    }
    if (confinement.addresses) this.#put('addressLinks', keyOf(name))
    if (host && !host.some(servesDhcp)) this.#put('withoutDhcp', keyOf(name))
    for (const address of allAddresses(confinement)) {
      const bytes = bytesOf(address)
      const family = familyOf(address) === 'inet' ? 4 : 6
      this.#put(`addresses${family}`, keyOf(name, bytes))
      this.#put(`pairs${family}`, keyOf(bytes, bytes))
      if (isolated) this.#put(`isolated${family}`, keyOf(bytes))
      if (host) this.#put(`confined${family}`, keyOf(bytes))
      for (const access of host ?? []) this.#addHost(bytes, family, access)
    }
    this.#addRate(link, 'ingress', ingress)
    this.#addRate(link, 'egress', egress)
  }

  #addHost(address: Uint8Array, family: 4 | 6, { protocol, port }: HostAccessSpec): void {
    const number = Uint8Array.of(hostProtocols[protocol][family === 4 ? 0 : 1])
    if (port === undefined) this.#put(`hostProtocols${family}`, keyOf(address, number))
    else this.#put(`hostPorts${family}`, keyOf(address, number, Uint8Array.of(port >> 8, port & 0xff)))
  }

  #addRate(link: string, direction: 'ingress' | 'egress', { bits, packets }: RateSpec = {}): void {
    if (bits !== undefined) this.#limit(`${direction}Bits`, link, limitOfBits(bits))
    if (packets !== undefined) this.#limit(`${direction}Packets`, link, limitOfPackets(packets))
  }

  #limit(set: SetName, link: string, limit: Limit): void {
    this.limits.set(limitName(set, link), limit)
    this.#put(set, keyOf(interfaceName(link)), limitName(set, link))
  }

  #put(set: SetName, key: string, limit?: string): void {
    const elements = this.sets.get(set) ?? new Map<string, string | undefined>()
    elements.set(key, limit)
    this.sets.set(set, elements)
  }

  /** The sets of a table that are there. */
  setsOf(family: TableFamily, present: Iterable<SetName>): Map<string, FirewallSet> {
    const sets = new Map<string, FirewallSet>()
    for (const name of withConstants(present)) {
      const row: SetRow = setTable[name]
      if (family !== 'inet' && !row.also?.includes(family)) continue
      const elements = row.constant ? constantElements(row.constant) : this.sets.get(name)
      sets.set(name, { fields: row.fields, toLimits: row.limit ?? false, elements: elements ?? new Map() })
    }
    return sets
  }

  /** The limits that maps of a table lead to. */
  limitsOf(sets: Iterable<string>): Map<string, Limit> {
    const names = new Set(sets)
    return new Map([...this.limits].filter(([name]) => names.has(name.replace(/\..*/, ''))))
  }
}

function withConstants(present: Iterable<SetName>): Set<SetName> {
  const names = new Set(present)
  const constants = setNames.filter((name) => 'constant' in setTable[name])
  return names.has('addressLinks') ? new Set([...names, ...constants]) : names
}

function constantElements(values: readonly number[]): Map<string, undefined> {
  return new Map(values.map((value) => [keyOf(Uint8Array.of(value)), undefined]))
}

/** Whether an access is that of a DHCP server. */
function servesDhcp({ protocol, port = 67 }: HostAccessSpec): boolean {
  return protocol === 'udp' && port === 67
}

/** The addresses that a guest may send from: those that were named and, where it speaks IPv6, its link-local one. */
export function allAddresses({ mac, addresses = [] }: Confinement): string[] {
  const own = mac !== undefined && addresses.some((one) => familyOf(one) === 'inet6') ? linkLocalOf(mac) : undefined
  return own === undefined || addresses.includes(own) ? [...addresses] : [...addresses, own]
}

/** The name of a link's limit. */
export function limitName(set: SetName, link: string): string {
  return `${set}.${link}`
}

// A super-packet counts as one, so that less than some of them would let nothing through.
const leastBurst = 262_144

function limitOfBits(bits: number): Limit {
  const rate = Math.floor(bits / 8)
  // The kernel adds a second's worth to what is told: net/netfilter/nft_limit.c, nft_limit_init.
  return { unit: 'bytes', rate: BigInt(rate), burst: Math.max(0, leastBurst - rate) }
}

function limitOfPackets(packets: number): Limit {
  return { unit: 'packets', rate: BigInt(packets), burst: Math.max(16, Math.ceil(packets / 10)) }
}

function macBytes(mac: string): Uint8Array {
  const bytes = parseMac(mac)
  if (!bytes) throw new RangeError(`${mac} is not a MAC address`)
  return bytes
}
