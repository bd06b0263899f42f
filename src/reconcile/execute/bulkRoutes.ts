import { SocketTrial } from '../../netlink/socketTrial.js'
import { eachInTurns } from '../../system/inTurns.js'
import { type BulkStep, stepOfRow } from '../diff/bulkStep.js'
import type { ApplyOptions } from '../options/options.js'
import { ipv6SourceOf, linksNeeded } from '../steps/messages.js'
import type { Place } from '../world/place.js'
import type { World } from '../world/world.js'
import { areForTwo } from './bulkLanes.js'
import { kernelOrderOf } from './bulkOrder.js'
import { BulkStream } from './bulkStream.js'
import type { Echoes } from './echoes.js'
import { isGone } from './gone.js'
import type { Failure } from './pipeline.js'

/** What the messages of a step for many routes need to be there. */
export interface BulkNeeds {
  readonly links: ReadonlySet<string | number>
  /** Preferred sources of IPv6. */
  readonly sources: ReadonlySet<string>
}

/** What has to be there before many routes are sent. */
export async function needsOfBulk({ operation: { changes } }: BulkStep): Promise<BulkNeeds> {
  const links = new Set<string | number>()
  const sources = new Set<string>()
  await eachInTurns(await changes.used(), ({ operation }) => {
    const source = ipv6SourceOf(operation)
    if (source !== undefined) sources.add(source)
    for (const link of linksNeeded(operation)) links.add(link)
  })
  return { links, sources }
}

/** How many routes are sent, and who is told. */
export interface BulkSending {
  readonly world: World
  readonly options: ApplyOptions
  readonly echoes: Echoes | undefined
  readonly onPart: (step: BulkStep, done: number) => void
}

/** Sends many routes at once, each family in the order that the kernel takes best. */
export async function sendBulk(
  step: BulkStep,
  place: Place,
  { world, options, echoes, onPart }: BulkSending,
): Promise<Failure | undefined> {
  const { changes } = step.operation
  const { signal, timeout } = options
  await eachInTurns(await changes.used(), ({ operation }) => place.nexthopsWithMetrics.note(operation.route))
  let before = 0
  for (const family of ['inet', 'inet6'] as const) {
    const rows = changes[family]
    if (rows.count === 0) continue
    const order = await kernelOrderOf(rows, step.action)
    const stream = new BulkStream(changes, rows, order, place.context(world.places), isGone)
    const start = before
    const onProgress = (done: number): void => {
      if (start + done < changes.size) onPart(step, start + done)
    }
    const others = !place.inMemory && (await areForTwo(changes, rows, order)) ? [place.second] : []
    const trial = others.length > 0 ? new SocketTrial() : undefined
    const streaming = { signal, timeout, onProgress, echo: echoes?.of(place), trial }
    const failure = await place.connection.stream(stream, streaming, others)
    if (failure) return { step: stepOfRow(step, family, stream.rowOf(failure.item)), error: failure.error }
    before += rows.count
  }
  return undefined
}
