import type { FirewallRule } from './ruleset.js'

/** Where rules go in a chain; the kernel puts one before all or behind all. */
export interface RulePlaces {
  /** Those that are there and are made again, since another one goes between them and what stays. */
  readonly moved: readonly FirewallRule[]
  /** Those that are put before all, one after the other. */
  readonly before: readonly FirewallRule[]
  /** Those that are put behind all, the moved ones among them. */
  readonly behind: readonly FirewallRule[]
}

/** How rules come into a chain so that all of it is in the order of ranks. */
export function placesOf(kept: readonly FirewallRule[], missing: readonly FirewallRule[]): RulePlaces {
  const split = firstToMove(kept.map(rankOf), missing.map(rankOf))
  const stays = kept.filter((rule) => rankOf(rule) <= split)
  const moved = kept.filter((rule) => rankOf(rule) > split)
  const [first, last] = [stays.at(0), stays.at(-1)]
  const fresh = [...missing, ...moved].sort((one, other) => rankOf(one) - rankOf(other))
  const goesBefore = (rule: FirewallRule): boolean =>
    first !== undefined && last !== undefined && rankOf(rule) < rankOf(last) && rankOf(rule) <= rankOf(first)
  return {
    moved,
    before: fresh.filter(goesBefore).reverse(),
    behind: fresh.filter((rule) => !goesBefore(rule)),
  }
}

function rankOf({ rank = 0 }: FirewallRule): number {
  return rank
}

/** The rank behind which those that are there make way: everything where they are not in order. */
function firstToMove(there: readonly number[], missing: readonly number[]): number {
  const [lowest = 0, highest = 0] = [there.at(0), there.at(-1)]
  let split = Number.POSITIVE_INFINITY
  for (const [index, rank] of there.entries()) if (rank < (there[index - 1] ?? rank)) return Number.NEGATIVE_INFINITY
  for (const rank of missing) if (rank > lowest && rank < highest) split = Math.min(split, rank)
  return split
}
