import type { RequestOptions } from '../../netlink/exchange.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { NetworkState } from '../../state/model.js'
import { rest } from '../../system/turns.js'
import type { PlannedStep } from '../steps/step.js'
import type { World } from '../world/world.js'
import { refuseLacking, wouldLoadKind } from './capability.js'
import { refuseEncapsulations } from './capabilityOfEncapsulations.js'
import { refuseMdbOfVxlans } from './capabilityOfMdb.js'
import { refuseUntold } from './capabilityOfOptions.js'
import { refuseQdiscs } from './capabilityOfQdiscs.js'
import { refuseWaysWithoutGateway } from './capabilityOfRoutes.js'
import { refuseSelectors } from './capabilityOfRules.js'
import { refuseValues } from './capabilityOfValues.js'

const refusals = [
  refuseLacking,
  refuseQdiscs,
  refuseMdbOfVxlans,
  refuseEncapsulations,
  refuseSelectors,
  refuseWaysWithoutGateway,
]

/** Refuses a plan for which the kernel lacks something, as far as can be known without loading a module. */
export async function refuseUnsupported(
  steps: readonly PlannedStep[],
  states: ReadonlyMap<string, NetworkState>,
  world: World,
  request: RequestOptions,
): Promise<void> {
  await rest()
  await refuseUntold(steps, states, world, request)
  for (const refuse of refusals) {
    await rest()
    await refuse(steps, world, request)
  }
  await rest()
  await refuseValues(steps, states, world, request)
}

/**
 * Refuses it, just before the first step, also for what is only known once the modules are loaded: those of links, which
 * the steps would load in any case.
 */
export async function refuseOnceLoaded(
  steps: readonly PlannedStep[],
  states: ReadonlyMap<string, NetworkState>,
  world: World,
  request: RequestOptions,
): Promise<void> {
  if (world.places.get('')?.inMemory) return
  // Of many links of a kind one is enough: whether its module is there takes a look at a file.
  const namespaceOf = new Map(
    steps.map(({ operation, namespace }) => [operation.type === 'createLink' ? operation.link.kind : '', namespace]),
  )
  let anyLoaded = false
  for (const [name = '', namespace] of namespaceOf) {
    const kind = linkKind(name)
    if (!kind || kind.creation === 'tuntap' || !wouldLoadKind(kind)) continue
    await world.kernelOf(namespace)?.lacking(kind, [], request, true)
    anyLoaded = true
  }
  if (anyLoaded) await refuseUnsupported(steps, states, world, request)
}
