import { addToGroup } from '../../grouped.js'
import { formatAddress } from '../../ip/address.js'
import { linkLocalOf } from '../../ip/linkLocal.js'
import { formatMac } from '../../ip/mac.js'
import { align4 } from '../../netlink/bytes.js'
import { type FirewallSet, fieldTypes, type Ruleset, type TableContent } from '../../nftables/ruleset.js'
import type { HostAccessSpec } from '../../spec/firewallTypes.js'
import { eachInTurns } from '../../system/inTurns.js'
import { hostProtocols, type SetName, setTable } from './confinementSets.js'
import { type Confinement, type Firewall, masqueradeKey, noFirewall, portForwardKey } from './firewall.js'
import { masqueradeOf, portForwardOf } from './nat.js'

/**
 * What the tables of an owner say. It is taken from the names of NAT rules and from the sets; whether the rules also do
 * what they say is found by comparing the tables with those that {@link compileFirewall} makes of the result.
 */
export async function parseFirewall(ruleset: Ruleset): Promise<Firewall> {
  const table = ruleset.get('inet')
  if (!table) return noFirewall
  const masquerades = [...(table.chains.get('natPostrouting')?.rules ?? [])].flatMap((rule) => masqueradeOf(rule) ?? [])
  const forwards = [...(table.chains.get('natPrerouting')?.rules ?? [])].flatMap((rule) => portForwardOf(rule) ?? [])
  return {
    masquerades: new Map(masquerades.map((one) => [masqueradeKey(one), one])),
    portForwards: new Map(forwards.map((one) => [portForwardKey(one), one])),
    confinements: await confinementsOf(table),
  }
}

/** A key of a set, field by field, as bytes. */
function fieldsIn(set: SetName, key: string): Buffer[] {
  const bytes = Buffer.from(key, 'hex')
  const parts: Buffer[] = []
  let position = 0
  for (const field of setTable[set].fields) {
    const { size } = fieldTypes[field]
    parts.push(bytes.subarray(position, position + size))
    position += align4(size)
  }
  return parts
}

type Draft = { -readonly [Name in keyof Confinement]: Confinement[Name] }

async function confinementsOf({ sets, limits }: TableContent): Promise<Map<string, Confinement>> {
  const drafts = new Map<string, Draft>()
  const draft = (name: Buffer): Draft => {
    const link = name.toString('utf8').replace(/\0.*$/, '')
    const existing = drafts.get(link) ?? {}
    drafts.set(link, existing)
    return existing
  }
  const each = (set: SetName, visit: (parts: Buffer[], limit: string | undefined) => void): Promise<void> => {
    const content: FirewallSet | undefined = sets.get(set)
    return eachInTurns(content?.elements ?? [], ([key, limit]) => visit(fieldsIn(set, key), limit))
  }
  await each('macs', ([name = empty, mac = empty]) => {
    draft(name).mac = formatMac(mac)
  })
  await each('addressLinks', ([name = empty]) => {
    draft(name).addresses = []
  })
  for (const set of ['addresses4', 'addresses6'] as const) {
    await each(set, ([name = empty, address = empty]) => {
      const one = draft(name)
      one.addresses = [...(one.addresses ?? []), formatAddress(Uint8Array.from(address))]
    })
  }
  for (const direction of ['ingress', 'egress'] as const) {
    await each(`${direction}Bits`, ([name = empty], limit = '') => {
      const rate = limits.get(limit)?.rate ?? 0n
      draft(name)[direction] = { ...draft(name)[direction], bits: Number(rate) * 8 }
    })
    await each(`${direction}Packets`, ([name = empty], limit = '') => {
      const rate = limits.get(limit)?.rate ?? 0n
      draft(name)[direction] = { ...draft(name)[direction], packets: Number(rate) }
    })
  }
  await addByAddress(drafts, each)
  await eachInTurns(drafts.values(), tidy)
  return drafts
}

const empty = Buffer.alloc(0)

/** What is kept by address belongs to each link that the address is of. */
async function addByAddress(
  drafts: ReadonlyMap<string, Draft>,
  each: (set: SetName, visit: (parts: Buffer[]) => void) => Promise<void>,
): Promise<void> {
  const byAddress = new Map<string, Draft[]>()
  await eachInTurns(drafts.values(), (one) => {
    for (const address of one.addresses ?? []) addToGroup(byAddress, address, one)
  })
  const owners = (address: Buffer): readonly Draft[] => byAddress.get(formatAddress(Uint8Array.from(address))) ?? []
  for (const family of [4, 6] as const) {
    await each(`isolated${family}`, ([address = empty]) => {
      for (const one of owners(address)) one.isolated = true
    })
    await each(`confined${family}`, ([address = empty]) => {
      for (const one of owners(address)) one.host ??= []
    })
    await each(`hostProtocols${family}`, ([address = empty, protocol = empty]) => {
      for (const one of owners(address)) addAccess(one, protocol[0], undefined)
    })
    await each(`hostPorts${family}`, ([address = empty, protocol = empty, port = empty]) => {
      for (const one of owners(address)) addAccess(one, protocol[0], port.readUInt16BE(0))
    })
  }
}

function addAccess(one: Draft, number: number | undefined, port: number | undefined): void {
  const names = Object.keys(hostProtocols) as (keyof typeof hostProtocols)[]
  const protocol = names.find((name) => hostProtocols[name].some((known) => known === number))
  if (!protocol) return
  const access: HostAccessSpec = { protocol, ...(port === undefined ? {} : { port }) }
  // A guest of several addresses has it once for each.
  if (one.host?.some((other) => other.protocol === protocol && other.port === port)) return
  one.host = [...(one.host ?? []), access]
}

function tidy(one: Draft): void {
  if (one.addresses) {
    const own = one.mac === undefined ? undefined : linkLocalOf(one.mac)
    const named = one.addresses.filter((address) => address !== own)
    // A guest of IPv6 has its link-local address without being asked.
    one.addresses = sortedAddresses(named.some((address) => address.includes(':')) ? named : one.addresses)
  }
  if (one.host) one.host = sortedHost(one.host)
}

/** Addresses as they are kept: each once, in order. */
export function sortedAddresses(canonical: readonly string[]): string[] {
  return [...new Set(canonical)].sort()
}

/** What of the host may be reached, in order. */
export function sortedHost(host: readonly HostAccessSpec[]): HostAccessSpec[] {
  const key = ({ protocol, port = 0 }: HostAccessSpec): string => `${protocol} ${String(port).padStart(5, '0')}`
  return [...new Map(host.map((one) => [key(one), one])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, one]) => one)
}
