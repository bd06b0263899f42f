import { NetworkError } from '../error.js'
import { Monitor } from '../netlink/monitor.js'
import { RTNLGRP_LINK } from '../rtnetlink/constants.js'
import type { ListedLink } from '../rtnetlink/link.js'
import { observeLinks } from './observe.js'
import type { ApplyOptions } from './options.js'
import type { Place } from './place.js'
import type { PlannedStep } from './step.js'
import type { World } from './world.js'

const defaultDeadline = 10_000

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
    const broughtUp = new Set(own.flatMap(({ operation }) => linkBroughtUp(operation)))
    // What has no kind has a driver of its own.
    const isAwaited = ({ name: link, kind, up, carrier }: ListedLink): boolean =>
      broughtUp.has(link) && up === true && !carrier && (waitForCarrier === 'all' || kind === undefined)
    if (broughtUp.size > 0) await settlePlace(place, isAwaited, deadline, options)
  }
}

function linkBroughtUp(operation: PlannedStep['operation']): string[] {
  if (operation.type === 'createLink') return [operation.link.name]
  return operation.type === 'updateLink' && (operation.changes.up || operation.bounce) ? [operation.name] : []
}

async function settlePlace(
  place: Place,
  isAwaited: (link: ListedLink) => boolean,
  deadline: number,
  options: ApplyOptions,
): Promise<void> {
  const isSettled = async (): Promise<boolean> => !(await observeLinks(place, options)).some(isAwaited)
  if (await isSettled()) return
  await using monitor = new Monitor(place.kernel.transport(), [RTNLGRP_LINK], () => true)
  const close = (): void => monitor.close()
  const timer = setTimeout(close, Math.max(0, deadline - performance.now()))
  options.signal?.addEventListener('abort', close, { once: true })
  try {
    // Once more now that the monitor listens, so that nothing falls between.
    if (await isSettled()) return
    for await (const _event of monitor) if (await isSettled()) return
  } finally {
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', close)
  }
  if (options.signal?.aborted) throw new NetworkError('ABORTED', 'waiting for carriers: aborted')
}
