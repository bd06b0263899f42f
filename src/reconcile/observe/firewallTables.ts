import type { Connection } from '../../netlink/connection.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { rulesetChanges } from '../../nftables/change.js'
import type { TableFamily } from '../../nftables/constants.js'
import { readTable } from '../../nftables/read.js'
import type { TableContent } from '../../nftables/ruleset.js'
import { rulesetOf, setsOf } from '../../state/firewall/compile.js'
import { parseFirewall } from '../../state/firewall/parse.js'
import { setSizes } from '../../state/firewall/part.js'
import type { FirewallState } from '../../state/model.js'
import { rest } from '../../system/turns.js'

/** Reads what is in the tables of a name. A machine without them need not load what this takes. */
export async function readFirewallTables(
  connection: Connection,
  table: string,
  flags: ReadonlyMap<TableFamily, number>,
  options: RequestOptions,
): Promise<FirewallState> {
  const ruleset = new Map<TableFamily, TableContent>()
  for (const [family, own] of flags) ruleset.set(family, await readTable(connection, { family, table }, own, options))
  const firewall = await parseFirewall(ruleset)
  const builder = await setsOf(firewall)
  // Somebody may have changed a rule by hand.
  const made = await rulesetOf(builder, new Set(builder.sets.keys()), firewall)
  await rest()
  const isIntact = (await rulesetChanges(table, ruleset, made)).length === 0
  return { table, firewall, ...(isIntact ? { sizes: setSizes(builder) } : { changed: ruleset }) }
}
