import type { Ruleset } from '../../nftables/ruleset.js'
import { rulesetOf, setsOf } from './compile.js'
import { type SetBuilder, type SetName, setNames } from './confinementSets.js'
import type { FirewallEntry } from './desiredFirewall.js'
import { type Firewall, noFirewall } from './firewall.js'

/** How many elements each set of confinements has. */
export type SetSizes = ReadonlyMap<SetName, number>

/** What of the tables some entries are about, as it is and as it should be; all else is the same in both. */
export interface PartialChange {
  readonly actual: Ruleset
  readonly wanted: Ruleset
  /** The sizes of all sets afterwards. */
  readonly sizes: SetSizes
}

/** The sizes of the sets that a firewall takes. */
export function setSizes({ sets }: SetBuilder): SetSizes {
  return new Map([...sets].map(([name, elements]) => [name, elements.size]))
}

/**
 * Works out what changes in tables that are as the SDK makes them, in a time that depends on the entries and not on
 * the tables. Answers `undefined` where an address is that of another guest, too, so that the whole must be looked at.
 *
 * @param after the firewall with the entries changed
 */
export async function partialChange(
  before: Firewall,
  sizes: SetSizes,
  entries: readonly FirewallEntry[],
  after: Firewall,
): Promise<PartialChange | undefined> {
  const [old, fresh] = [partOf(before, entries), partOf(after, entries)]
  if (sharesAddress(before, [old, fresh])) return undefined
  const [oldSets, freshSets] = [await setsOf(old), await setsOf(fresh)]
  const newSizes = new Map<SetName, number>()
  for (const name of setNames) {
    const size = (sizes.get(name) ?? 0) - (oldSets.sets.get(name)?.size ?? 0) + (freshSets.sets.get(name)?.size ?? 0)
    if (size > 0) newSizes.set(name, size)
  }
  return {
    actual: await rulesetOf(oldSets, new Set(sizes.keys()), old, before),
    wanted: await rulesetOf(freshSets, new Set(newSizes.keys()), fresh, after),
    sizes: newSizes,
  }
}

/** A firewall with some of its entries only. */
function partOf(firewall: Firewall, entries: readonly FirewallEntry[]): Firewall {
  const part = {
    masquerades: new Map(noFirewall.masquerades),
    portForwards: new Map(noFirewall.portForwards),
    confinements: new Map(noFirewall.confinements),
  }
  for (const { kind, key } of entries) {
    if (kind === 'masquerade') copy(firewall.masquerades, part.masquerades, key)
    else if (kind === 'portForward') copy(firewall.portForwards, part.portForwards, key)
    else copy(firewall.confinements, part.confinements, key)
  }
  return part
}

function copy<T>(from: ReadonlyMap<string, T>, to: Map<string, T>, key: string): void {
  const value = from.get(key)
  if (value !== undefined) to.set(key, value)
}

/** Some sets know addresses and not links: an element that another link needs, too, must stay. */
function sharesAddress({ confinements }: Firewall, parts: readonly Firewall[]): boolean {
  const links = new Set(parts.flatMap((part) => [...part.confinements.keys()]))
  const touched = new Set<string | undefined>()
  for (const { confinements: own } of parts) {
    // Link-local addresses follow from MAC addresses.
    for (const { mac, addresses = [] } of own.values()) for (const one of [mac, ...addresses]) touched.add(one)
  }
  touched.delete(undefined)
  for (const [link, { mac, addresses = [] }] of confinements) {
    if (links.has(link)) continue
    if (touched.has(mac) || addresses.some((address) => touched.has(address))) return true
  }
  return false
}
