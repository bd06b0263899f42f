import { RTNLGRP_LINK } from '../../rtnetlink/constants.js'
import type { ListedLink } from '../../rtnetlink/link.js'
import { rest } from '../../system/turns.js'
import { observeLinks } from '../observe/observe.js'
import type { ApplyOptions } from '../options/options.js'
import type { PlannedStep } from '../steps/step.js'
import type { World } from '../world/world.js'
import { listenUntil } from './listenUntil.js'
import { defaultDeadline } from './settle.js'

/** Waits, by listening, until links that steps brought up have a carrier; what has none by then is left so. */
export async function settleCarriers(
  steps: readonly PlannedStep[],
  world: World,
  options: ApplyOptions,
): Promise<void> {
  const { waitForCarrier = 'hardware', settleTimeout = defaultDeadline } = options
  if (waitForCarrier === 'none') return
  const deadline = performance.now() + settleTimeout
  for (const [name, place] of world.places) {
    const own = steps.filter(({ namespace = '' }) => namespace === name)
    await rest()
    const broughtUp = new Set(own.flatMap(({ operation }) => linkBroughtUp(operation, waitForCarrier === 'all')))
    if (broughtUp.size === 0) continue
    const isAwaited = ({ name: link, up, carrier, protocolDown }: ListedLink): boolean =>
      broughtUp.has(link) && up === true && !carrier && !protocolDown
    const isSettled = async (): Promise<boolean> => !(await observeLinks(place, options)).some(isAwaited)
    await listenUntil(place, [RTNLGRP_LINK], isSettled, {
      timeout: deadline - performance.now(),
      signal: options.signal,
      subject: 'carriers',
    })
  }
}

/** What has a kind has no driver of its own, and is waited for only if everything is. */
function linkBroughtUp(operation: PlannedStep['operation'], all: boolean): string[] {
  if (operation.type === 'createLink') return all ? [operation.link.name] : []
  if (!('kind' in operation) || !(all || operation.kind === undefined)) return []
  if (operation.type === 'renameLink') return operation.bounce ? [operation.to] : []
  return operation.changes.up || operation.bounce ? [operation.name] : []
}
