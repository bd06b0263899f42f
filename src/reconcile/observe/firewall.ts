import { setTimeout as sleep } from 'node:timers/promises'
import { NetworkError } from '../../error.js'
import type { Connection } from '../../netlink/connection.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { allFamilies, type TableFamily } from '../../nftables/constants.js'
import { readGeneration } from '../../nftables/generation.js'
import { readTableFlags } from '../../nftables/table.js'
import { noFirewall } from '../../state/firewall/firewall.js'
import type { FirewallState } from '../../state/model.js'
import type { Place } from '../world/place.js'
import { recalledFirewall, rememberFirewall } from './firewallMemory.js'

/** What a kernel says that has no nf_tables, or that is one in memory. */
const lacking: readonly string[] = ['UNSUPPORTED', 'EPROTONOSUPPORT', 'EINVAL']

/** Whether an error says that the kernel has no nf_tables: their module is loaded by the first request, or not there. */
export function isLackingFirewall(error: unknown): boolean {
  return error instanceof NetworkError && lacking.includes(error.code)
}

/** Tables, and the generation of the ruleset that they are of. */
export interface FirewallAtGeneration {
  readonly state: FirewallState
  readonly generation: number
}

/** Reads the tables of a name; `undefined` where the kernel has no nf_tables, or if `ifAllowed` where they may not be read. */
export async function readFirewall(
  place: Place,
  table: string,
  options: RequestOptions,
  ifAllowed: boolean,
): Promise<FirewallState | undefined> {
  try {
    return (await readAtGeneration(place, table, options)).state
  } catch (error) {
    if (isLackingFirewall(error)) return undefined
    if (ifAllowed && error instanceof NetworkError && error.code === 'EPERM') return undefined
    throw error
  }
}

/** How often, and for how many milliseconds at least, something is tried again that others come in between. */
const attempts = 20
const patience = 10_000

/**
 * Whether to try something once more, told after a while that lets whoever else changes the tables come to an end: two
 * that begin again at once would meet again.
 */
export async function mayTryAgain(attempt: number, start: number): Promise<boolean> {
  if (attempt >= attempts && performance.now() - start >= patience) return false
  await sleep(Math.random() * Math.min(attempt, attempts) * 5)
  return true
}

/** Reads the tables of a name, and all of them at one generation. */
export async function readAtGeneration(
  place: Place,
  table: string,
  options: RequestOptions,
): Promise<FirewallAtGeneration> {
  const connection = place.connectionOf('netfilter')
  const start = performance.now()
  for (let attempt = 1; ; attempt++) {
    const generation = await readGeneration(connection, options)
    const recalled = recalledFirewall(place, table, generation)
    if (recalled) return { state: recalled, generation }
    const state = await readTables(connection, table, options)
    if ((await readGeneration(connection, options)) === generation) {
      rememberFirewall(place, generation, state)
      return { state, generation }
    }
    if (!(await mayTryAgain(attempt, start))) {
      throw new NetworkError('INCONSISTENT', `table ${table}: changed during every attempt to read it`)
    }
  }
}

async function readTables(connection: Connection, table: string, options: RequestOptions): Promise<FirewallState> {
  const flags = new Map<TableFamily, number>()
  for (const family of allFamilies) {
    const own = await readTableFlags(connection, { family, table }, options)
    if (own !== undefined) flags.set(family, own)
  }
  if (flags.size === 0) return { table, firewall: noFirewall, sizes: new Map() }
  const { readFirewallTables } = await import('./firewallTables.js')
  return await readFirewallTables(connection, table, flags, options)
}
