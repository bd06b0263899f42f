import { NetworkError } from '../error.js'
import type { Connection } from '../netlink/connection.js'
import type { RequestOptions } from '../netlink/exchange.js'
import { rulesetChanges } from '../nftables/change.js'
import type { TableFamily } from '../nftables/constants.js'
import { batchBounds } from '../nftables/layout.js'
import { readTable } from '../nftables/read.js'
import type { TableContent } from '../nftables/ruleset.js'
import { compileFirewall } from '../state/firewall/compile.js'
import { type FirewallEntry, withEntries } from '../state/firewall/desiredFirewall.js'
import { parseFirewall } from '../state/firewall/parse.js'
import type { FirewallState } from '../state/model.js'
import type { Place } from './place.js'

/** What a kernel says that has no nf_tables, or that is one in memory. */
const lacking: readonly string[] = ['UNSUPPORTED', 'EPROTONOSUPPORT', 'EINVAL']

/** Whether an error says that the kernel has no nf_tables: their module is loaded by the first request, or not there. */
export function isLackingFirewall(error: unknown): boolean {
  return error instanceof NetworkError && lacking.includes(error.code)
}

/** Reads the tables of a name; `undefined` where the kernel has no nf_tables. */
export async function readFirewall(
  place: Place,
  table: string,
  options: RequestOptions,
): Promise<FirewallState | undefined> {
  let connection: Connection
  try {
    connection = place.connectionOf('netfilter')
  } catch (error) {
    if (isLackingFirewall(error)) return undefined
    throw error
  }
  const ruleset = new Map<TableFamily, TableContent>()
  for (const family of ['inet', 'bridge'] as const) {
    try {
      const content = await readTable(connection, { family, table }, options)
      if (content) ruleset.set(family, content)
    } catch (error) {
      if (isLackingFirewall(error)) return undefined
      throw error
    }
  }
  return { table, ruleset, firewall: parseFirewall(ruleset) }
}

/** Whether the tables are what the SDK makes of what they say: somebody may have changed a rule by hand. */
export function isIntact({ table, ruleset, firewall }: FirewallState): boolean {
  return rulesetChanges(table, ruleset, compileFirewall(firewall)).length === 0
}

/** Changes entries of the tables of a name, all of them or none, and mends what else is not as it should be. */
export async function changeFirewall(
  place: Place,
  table: string,
  entries: readonly FirewallEntry[],
  options: RequestOptions,
): Promise<void> {
  const state = await readFirewall(place, table, options)
  if (!state) throw new NetworkError('UNSUPPORTED', `table ${table}: this kernel has no nf_tables`)
  const wanted = compileFirewall(withEntries(state.firewall, entries))
  const messages = rulesetChanges(table, state.ruleset, wanted)
  try {
    await place.connectionOf('netfilter').transaction(batchBounds(`table ${table}: change`), messages, options)
  } catch (error) {
    // Without rights over the machine a socket holds no more than the system lets it.
    if (entries.length < 2 || !(error instanceof NetworkError) || error.code !== 'EMSGSIZE') throw error
    const half = entries.length >> 1
    await changeFirewall(place, table, entries.slice(0, half), options)
    await changeFirewall(place, table, entries.slice(half), options)
  }
}
