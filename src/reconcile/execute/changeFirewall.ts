import { NetworkError } from '../../error.js'
import type { Connection } from '../../netlink/connection.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import type { NetlinkMessage } from '../../netlink/message.js'
import { rulesetChanges } from '../../nftables/change.js'
import { readGeneration } from '../../nftables/generation.js'
import { batchBounds } from '../../nftables/layout.js'
import { withHandles } from '../../nftables/read.js'
import type { Ruleset } from '../../nftables/ruleset.js'
import { compileFirewall, rulesetOf, setsOf } from '../../state/firewall/compile.js'
import { type FirewallEntry, withEntries } from '../../state/firewall/desiredFirewall.js'
import type { Firewall } from '../../state/firewall/firewall.js'
import { partialChange, setSizes } from '../../state/firewall/part.js'
import type { FirewallState } from '../../state/model.js'
import { rest } from '../../system/turns.js'
import { mayTryAgain, readAtGeneration } from '../observe/firewall.js'
import { rememberFirewall } from '../observe/firewallMemory.js'
import type { Place } from '../world/place.js'

/** Changes entries of the tables of a name, all of them or none, and mends what else is not as it should be. */
export async function changeFirewall(
  place: Place,
  table: string,
  entries: readonly FirewallEntry[],
  options: RequestOptions,
): Promise<void> {
  try {
    await changeOnce(place, table, entries, options)
  } catch (error) {
    // Without rights over the machine a socket holds no more than the system lets it.
    if (entries.length < 2 || !(error instanceof NetworkError) || error.code !== 'EMSGSIZE') throw error
    const half = entries.length >> 1
    await changeFirewall(place, table, entries.slice(0, half), options)
    await changeFirewall(place, table, entries.slice(half), options)
  }
}

async function changeOnce(
  place: Place,
  table: string,
  entries: readonly FirewallEntry[],
  options: RequestOptions,
): Promise<void> {
  const connection = place.connectionOf('netfilter')
  const start = performance.now()
  for (let attempt = 1; ; attempt++) {
    const { state, generation } = await readAtGeneration(place, table, options)
    const change = await changesOf(connection, state, entries, options)
    try {
      await connection.transaction(batchBounds(`table ${table}: change`, generation), change.messages, options)
    } catch (error) {
      // Somebody else was faster: what was read holds no longer.
      const isLate = error instanceof NetworkError && error.code === 'ERESTART'
      if (!isLate || !(await mayTryAgain(attempt, start))) throw error
      continue
    }
    const isAlone = (await readGeneration(connection, options)) === (generation + 1) >>> 0
    // Otherwise the tables are read again for verification. What is a small part of them the kernel has done as a whole
    // and alone, which is enough.
    const isSmall = entries.length <= sizeOf(state.firewall) * largestShare
    if (isAlone && isSmall && change.messages.length > 0) rememberFirewall(place, generation + 1, change.state)
    return
  }
}

/** Above this share of the tables' entries reading all of them again costs little beside the change. */
const largestShare = 1 / 16

function sizeOf({ masquerades, portForwards, confinements }: Firewall): number {
  return masquerades.size + portForwards.size + confinements.size
}

interface Changes {
  readonly messages: readonly NetlinkMessage[]
  /** What the tables are afterwards. */
  readonly state: FirewallState
}

async function changesOf(
  connection: Connection,
  { table, firewall, sizes, changed }: FirewallState,
  entries: readonly FirewallEntry[],
  options: RequestOptions,
): Promise<Changes> {
  const after = withEntries(firewall, entries)
  await rest()
  const part = sizes && (await partialChange(firewall, sizes, entries, after))
  if (part) {
    const actual = await withHandles(connection, table, part.actual, options)
    return {
      messages: await rulesetChanges(table, actual, part.wanted),
      state: { table, firewall: after, sizes: part.sizes },
    }
  }
  const actual: Ruleset = changed ?? (await withHandles(connection, table, await compileFirewall(firewall), options))
  const builder = await setsOf(after)
  const wanted = await rulesetOf(builder, new Set(builder.sets.keys()), after)
  await rest()
  const messages = await rulesetChanges(table, actual, wanted)
  return { messages, state: { table, firewall: after, sizes: setSizes(builder) } }
}
