import { familyOf } from '../../ip/address.js'
import { linkLocalOf } from '../../ip/linkLocal.js'
import { parseMac } from '../../ip/mac.js'
import { interfaceName, keyOf } from '../../nftables/key.js'
import type { FieldType, FirewallSet, Limit } from '../../nftables/ruleset.js'
import type { HostAccessSpec, RateSpec } from '../../spec/firewallTypes.js'
import type { Confinement } from './firewall.js'
import { bytesOf } from './nat.js'

/** The sets that confinement lives in: what each holds, and whether bridged frames are checked by it, too. */
export const setTable = {
  macLinks: { fields: ['ifname'], bridge: true },
  macs: { fields: ['ifname', 'etherAddress'], bridge: true },
  addressLinks: { fields: ['ifname'], bridge: true },
  addresses4: { fields: ['ifname', 'ipv4'], bridge: true },
  addresses6: { fields: ['ifname', 'ipv6'], bridge: true },
  ingressBits: { fields: ['ifname'], bridge: true, limit: true },
  ingressPackets: { fields: ['ifname'], bridge: true, limit: true },
  egressBits: { fields: ['ifname'], bridge: true, limit: true },
  egressPackets: { fields: ['ifname'], bridge: true, limit: true },
  isolated4: { fields: ['ipv4'] },
  isolated6: { fields: ['ipv6'] },
  confined4: { fields: ['ipv4'] },
  confined6: { fields: ['ipv6'] },
  hostPorts4: { fields: ['ipv4', 'protocol', 'service'] },
  hostPorts6: { fields: ['ipv6', 'protocol', 'service'] },
  hostProtocols4: { fields: ['ipv4', 'protocol'] },
  hostProtocols6: { fields: ['ipv6', 'protocol'] },
} as const satisfies Record<string, { fields: readonly FieldType[]; bridge?: true; limit?: true }>

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
    for (const address of allAddresses(confinement)) {
      const bytes = bytesOf(address)
      const family = familyOf(address) === 'inet' ? 4 : 6
      this.#put(`addresses${family}`, keyOf(name, bytes))
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

  /** The sets of a table that are there: all, or those that bridged frames are checked by. */
  setsOf(family: 'inet' | 'bridge', present: Iterable<SetName>): Map<string, FirewallSet> {
    const sets = new Map<string, FirewallSet>()
    for (const name of present) {
      const row: { fields: readonly FieldType[]; bridge?: true; limit?: true } = setTable[name]
      if (family === 'bridge' && !row.bridge) continue
      const elements = this.sets.get(name) ?? new Map<string, string | undefined>()
      sets.set(name, { fields: row.fields, toLimits: row.limit ?? false, elements })
    }
    return sets
  }
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
  // What a tenth of a second lets through may come at once.
  return { unit: 'bytes', rate: BigInt(rate), burst: Math.max(leastBurst, Math.min(0xffffffff, Math.ceil(rate / 10))) }
}

function limitOfPackets(packets: number): Limit {
  return { unit: 'packets', rate: BigInt(packets), burst: Math.max(16, Math.ceil(packets / 10)) }
}

function macBytes(mac: string): Uint8Array {
  const bytes = parseMac(mac)
  if (!bytes) throw new RangeError(`${mac} is not a MAC address`)
  return bytes
}
