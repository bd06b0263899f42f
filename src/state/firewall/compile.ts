import type { Ruleset, TableContent } from '../../nftables/ruleset.js'
import { confinementChains } from './confinementRules.js'
import { SetBuilder } from './confinementSets.js'
import type { Firewall } from './firewall.js'
import { natChains } from './nat.js'

/** The tables that do what a firewall says. */
export function compileFirewall(firewall: Firewall): Ruleset {
  const builder = new SetBuilder()
  for (const [link, confinement] of firewall.confinements) builder.add(link, confinement)
  const tables = new Map<'inet' | 'bridge', TableContent>()
  for (const family of ['inet', 'bridge'] as const) {
    const sets = builder.setsOf(family)
    const chains = confinementChains(family, new Set(sets.keys()))
    if (family === 'inet') for (const [name, chain] of natChains(firewall)) chains.set(name, chain)
    // Limits serve maps, which both tables have.
    if (chains.size > 0) tables.set(family, { chains, sets, limits: builder.limits })
  }
  return tables
}
