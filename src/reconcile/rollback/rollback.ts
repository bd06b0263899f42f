import { NetworkError, type RollbackReport } from '../../error.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import type { NetworkState } from '../../state/model.js'
import { mapInTurns } from '../../system/inTurns.js'
import { rest } from '../../system/turns.js'
import { equivalentOf } from '../equivalent/operation.js'
import { execute } from '../execute/execute.js'
import { isRefusedWhileUp } from '../execute/linkBusy.js'
import { linksWithFeatures } from '../observe/observeGeneric.js'
import { makeSteps } from '../plan/makePlan.js'
import { lastingWish, whatIsLeft } from '../plan/verify.js'
import type { PlannedStep } from '../steps/step.js'
import type { World } from '../world/world.js'
import { failedStep } from './failedStep.js'
import { type Former, formerOf } from './former.js'
import { withLostGateways } from './lostGateways.js'
import { type Recoverable, recoverable } from './lostLinks.js'
import { withRoomForVxlans } from './roomForVxlans.js'

/** Brings everything that steps touched back to what it was. */
export async function rollback(
  steps: readonly PlannedStep[],
  before: ReadonlyMap<string, NetworkState>,
  world: World,
): Promise<RollbackReport> {
  const nameless = new Set(world.nameless)
  for (const name of nameless) world.closed(name)
  const begun = steps.filter((step) => !world.untouched.has(step))
  const { networks, created } = await formerOf(begun, before, (step) => world.done.has(step))
  // What was in a namespace that is gone went with it.
  const there = [...networks].filter(([name]) => !nameless.has(name))
  return restore({ networks: new Map(there), created }, world)
}

/** Brings everything back to what it was, by the same reconciler. */
export async function restore(
  { networks: wished, created }: Former,
  world: World,
  options: Pick<RequestOptions, 'timeout'> = {},
): Promise<RollbackReport> {
  const done: PlannedStep[] = []
  try {
    const busy = new Map<string, Set<string>>()
    for (const [name, { links, firewall, fdb, mdb }] of wished) {
      const features = linksWithFeatures(links)
      if (features) world.ask(name, { features })
      if (links.some(({ qdisc }) => qdisc !== undefined)) world.ask(name, { qdiscs: true })
      if (fdb || mdb) world.ask(name, { entries: true })
      if (firewall?.table !== undefined) world.ask(name, { table: firewall.table })
    }
    let possible: Recoverable | undefined
    for (let round = 0; round < 3; round++) {
      const states = await world.observe(wished.keys(), options, wished)
      await rest()
      possible ??= await recoverable(wished, states, new Set(world.places.keys()))
      await rest()
      const { networks } = possible
      const planned = await makeSteps(networks, states, new Set(world.places.keys()), undefined, false, busy)
      const back = await withLostGateways(withRoomForVxlans(planned, networks, states), networks, states)
      busy.clear()
      if (back.length === 0) break
      done.push(...back)
      const failure = await execute(back, world, options, undefined)
      if (failure && round < 2 && isRefusedWhileUp(failure)) {
        busy.set(failure.step.namespace ?? '', new Set([failure.step.id]))
      } else if (failure) throw failedStep(failure)
    }
    for (const name of [...created].reverse()) if (world.places.has(name)) await deleteCreated(name, world, options)
    const { networks, gone, lost } = possible ?? { networks: wished, gone: [], lost: [] }
    const states = await world.observe(networks.keys(), options, networks)
    await rest()
    const lasting = lastingWish(networks)
    await rest()
    const left = await makeSteps(lasting, states, new Set(world.places.keys()), undefined)
    return {
      restored: left.length === 0 && lost.length === 0,
      steps: (await mapInTurns(done, equivalentOf)).filter((command) => command !== ''),
      ...(left.length > 0 ? { error: whatIsLeft(left) } : {}),
      ...(lost.length + gone.length > 0 ? { lost: [...lost, ...gone] } : {}),
    }
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error
    return { restored: false, steps: await mapInTurns(done, equivalentOf), error: error.message }
  }
}

async function deleteCreated(name: string, world: World, options: Pick<RequestOptions, 'timeout'>): Promise<void> {
  const step: PlannedStep = {
    action: 'delete',
    object: 'namespace',
    id: name,
    changes: [],
    disruption: 'none',
    operation: { type: 'deleteNamespace', name },
    phase: 0,
    provides: [],
    needs: [],
  }
  const failure = await execute([step], world, options, undefined)
  if (failure) throw failedStep(failure)
}
