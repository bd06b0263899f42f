import { allFamilies, type TableFamily } from '../../nftables/constants.js'
import type { Ruleset, TableContent } from '../../nftables/ruleset.js'
import { eachInTurns } from '../../system/inTurns.js'
import { confinementChains } from './confinementRules.js'
import { SetBuilder, type SetName } from './confinementSets.js'
import type { Firewall } from './firewall.js'
import { natChains } from './nat.js'

/** The tables that do what a firewall says. */
export async function compileFirewall(firewall: Firewall): Promise<Ruleset> {
  const builder = await setsOf(firewall)
  return rulesetOf(builder, new Set(builder.sets.keys()), firewall)
}

/** The sets that a firewall takes. */
export async function setsOf({ confinements }: Firewall): Promise<SetBuilder> {
  const builder = new SetBuilder()
  await eachInTurns(confinements, ([link, confinement]) => builder.add(link, confinement))
  return builder
}

/**
 * The tables with some of their contents.
 *
 * @param present the sets that are there, also where none of their elements is among these
 * @param whole the firewall that the part is of
 */
export async function rulesetOf(
  builder: SetBuilder,
  present: ReadonlySet<SetName>,
  part: Firewall,
  whole: Firewall = part,
): Promise<Ruleset> {
  const tables = new Map<TableFamily, TableContent>()
  const translates = whole.masquerades.size + whole.portForwards.size > 0
  for (const family of allFamilies) {
    const sets = builder.setsOf(family, present)
    const chains = confinementChains(family, new Set(sets.keys()), translates)
    if (family === 'inet') for (const [name, chain] of await natChains(part, whole)) chains.set(name, chain)
    if (chains.size > 0) tables.set(family, { chains, sets, limits: builder.limitsOf(sets.keys()) })
  }
  return tables
}
