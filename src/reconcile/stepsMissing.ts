import { NetworkError } from '../error.js'
import type { DesiredNetwork } from '../state/desired.js'
import { renamedState } from '../state/renamed.js'
import { rest } from '../system/turns.js'
import { withCollateral } from './losses/collateral.js'
import { additionsRead, stepsTowards, type Work } from './observeAndPlan.js'
import { ownerOf } from './options/options.js'
import { partOfSteps } from './plan/partOfSteps.js'
import { withoutPruned } from './plan/prune.js'
import { lastingWish } from './plan/verify.js'
import { isAdditive } from './reach/additive.js'
import { type TablesByNamespace, withOtherTables } from './reach/tables.js'
import { formerNamesOf } from './renames/formerNames.js'
import { namespacesMade, type PlannedStep } from './steps/step.js'

/** What is left of steps that only add to what is there: nothing else need be looked at. */
async function additionsMissing(
  done: readonly PlannedStep[],
  { networks, world, options }: Work,
): Promise<PlannedStep[] | undefined> {
  const parts = new Map<string, DesiredNetwork>()
  const made = new Set(namespacesMade(done))
  await rest()
  for (const [name, network] of lastingWish(networks)) {
    const own = done.filter(({ namespace = '' }) => namespace === name)
    await rest()
    // Steps may be about anything there.
    const part = made.has(name) ? network : await partOfSteps(network, own)
    if (!part) return undefined
    if (own.length > 0) parts.set(name, part)
  }
  await rest()
  const states = await additionsRead(parts, world, options)
  return states && (await stepsTowards(parts, states, world, { ...options, prune: false }))
}

/** What was there before, with the tables that were not read as they are now: the steps so far touch none of them. */
export async function withAllTables(work: Work, tables: TablesByNamespace): Promise<Work> {
  const { states, networks, world, options } = work
  const now = await world.observe(networks.keys(), options, networks)
  return { ...work, tables: undefined, states: await withOtherTables(states, tables, now) }
}

/** What is left to do, and to put back of what nobody named and the steps took along. */
export async function stepsMissing(done: readonly PlannedStep[], work: Work): Promise<PlannedStep[]> {
  try {
    return await missing(done, work)
  } catch (error) {
    if (!(error instanceof NetworkError) || error.code !== 'INVALID_SPEC') throw error
    // It could be done before the steps, which all succeeded.
    const words = 'what was asked for cannot be any longer, as somebody else may have changed the network meanwhile'
    throw new NetworkError('NOT_APPLIED', `${words}: ${error.message}`, { cause: error })
  }
}

async function missing(done: readonly PlannedStep[], work: Work): Promise<PlannedStep[]> {
  const { networks, world, options } = work
  await rest()
  const isAddition = await isAdditive(done, work.states)
  await rest()
  const additions = isAddition ? await additionsMissing(done, work) : undefined
  if (additions) return additions
  const states = await world.observe(networks.keys(), options, networks, {}, work.tables)
  const wanted = new Map<string, DesiredNetwork>()
  const owner = ownerOf(options)
  await rest()
  for (const [name, network] of lastingWish(networks)) {
    await rest()
    const [former, after] = [work.states.get(name), states.get(name)]
    const own = done.filter(({ namespace = '' }) => namespace === name)
    await rest()
    const before = former && (await renamedState(former, formerNamesOf(own).newNames))
    await rest()
    const kept = before && options.prune ? await withoutPruned(network, before, owner) : before
    wanted.set(name, kept && after ? await withCollateral(network, kept, after, own, before) : network)
  }
  return stepsTowards(wanted, states, world, options)
}
