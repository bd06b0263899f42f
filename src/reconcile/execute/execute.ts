import { NetworkError } from '../../error.js'
import { bytesASend } from '../../netlink/batch.js'
import type { NetlinkMessage, ReceivedMessage } from '../../netlink/message.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import { deleteLink } from '../../rtnetlink/linkMessages.js'
import { eachInTurns } from '../../system/inTurns.js'
import { rest, turnIsLong } from '../../system/turns.js'
import { type BulkStep, isBulkStep, stepOfRow } from '../diff/bulkStep.js'
import { observeLinks } from '../observe/observe.js'
import { learnIndices, mostFew } from '../observe/observeFew.js'
import type { ApplyOptions } from '../options/options.js'
import { type Parts, partsOf } from '../steps/configure.js'
import { linksNeeded, type MessageOperation, messagesOf } from '../steps/messages.js'
import type { Operation } from '../steps/operation.js'
import type { PlannedStep } from '../steps/step.js'
import type { Place } from '../world/place.js'
import type { World } from '../world/world.js'
import { areForTwo } from './bulkLanes.js'
import { kernelOrderOf } from './bulkOrder.js'
import { BulkStream } from './bulkStream.js'
import { changeFirewall } from './changeFirewall.js'
import { createElsewhere } from './createElsewhere.js'
import { deleteTogether, worthAGroup } from './deleteTogether.js'
import type { Echoes } from './echoes.js'
import { isGone } from './gone.js'
import { configureLink, configurePort } from './sendParts.js'
import { settlePlace } from './settle.js'
import { isSystemCall, runSystemCall } from './systemCalls.js'
import { configureDevice, createDevices } from './tuntapDevices.js'

/** Told after each step: how many are done. */
export type Progress = (done: number, total: number, step: PlannedStep) => void

/** Where the execution of a plan stopped. */
export interface Failure {
  readonly step: PlannedStep
  readonly error: NetworkError
}

/** Little is pending at first, so that the kernel has something to do while the rest is written. */
const bytesAtFirst = 1 << 12

/** One message, and the step that it belongs to. */
interface Pending {
  readonly message: NetlinkMessage
  readonly step: PlannedStep
}

/**
 * Carries out steps in order. Messages of one namespace that follow each other go to the kernel together; whatever is
 * no message, and whatever needs the index of a link that is just being made, comes in between.
 * @returns the first failure; the kernel may have done steps behind it that were sent along
 */
export async function execute(
  steps: readonly PlannedStep[],
  world: World,
  options: ApplyOptions,
  progress: Progress | undefined,
  echoes?: Echoes,
): Promise<Failure | undefined> {
  const total = steps.reduce((sum, { count = 1 }) => sum + count, 0)
  let done = 0
  const onPart = (step: PlannedStep, part: number): void => progress?.(done + part, total, step)
  const executor = new Executor(world, options, onPart, echoes, total <= mostFew)
  for (const [index, step] of steps.entries()) {
    if (turnIsLong()) await rest()
    const failure = (await executor.run(step, steps, index)) ?? undefined
    if (failure) return failure
    done += step.count ?? 1
    progress?.(done, total, step)
  }
  return executor.flush()
}

class Executor {
  readonly #world: World
  readonly #options: ApplyOptions
  #pending: Pending[] = []
  #pendingBytes = 0
  /** How much is pending when it is sent. */
  #mostPending = bytesAtFirst
  /** What was sent and is not answered: while the kernel works on it, the next messages are written. */
  #sent: Promise<Failure | undefined> = Promise.resolve(undefined)
  #place: Place | undefined
  /** Steps that were done in one go with an earlier one. */
  readonly #made = new Set<PlannedStep>()

  readonly #onPart: (step: PlannedStep, done: number) => void

  readonly #echoes: Echoes | undefined

  /** Whether so few steps are to be done that each link is asked for, instead of all being read. */
  readonly #isShort: boolean

  constructor(
    world: World,
    options: ApplyOptions,
    onPart: (step: PlannedStep, done: number) => void,
    echoes: Echoes | undefined,
    isShort: boolean,
  ) {
    this.#echoes = echoes
    this.#isShort = isShort
    this.#world = world
    this.#options = options
    this.#onPart = onPart
  }

  async run(step: PlannedStep, steps: readonly PlannedStep[], index: number): Promise<Failure | undefined> {
    try {
      return await this.#run(step, steps, index)
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error
      // Whoever undoes it begins when the kernel is done.
      return (await this.#sent) ?? { step, error }
    }
  }

  async #run(step: PlannedStep, steps: readonly PlannedStep[], index: number): Promise<Failure | undefined> {
    const { operation } = step
    if (isSystemCall(operation)) {
      const failure = await this.flush()
      if (failure) return failure
      runSystemCall(operation, this.#world, () => this.#placeOf(step))
      return undefined
    }
    const place = this.#placeOf(step)
    if (this.#place && this.#place !== place) {
      const failure = await this.flush()
      if (failure) return failure
    }
    this.#place = place
    if (operation.type === 'changeFirewall') return await this.#changeFirewall(step, steps, index, place)
    if (isBulkStep(step)) return await this.#runBulk(step, place)
    if (operation.type === 'bulkRoutes') throw new TypeError('a step for many routes says so')
    if (operation.type === 'deleteLink') return await this.#deleteLinks(step, steps, index, place)
    const failure = await this.#makeDevice(operation, step, steps, index, place)
    if (failure) return failure
    const parts = partsOf(operation)
    if (parts) return await this.#configure(parts, step, place)
    return await this.#queue(withoutDeviceOptions(operation), step, place)
  }

  /** Generic netlink has a socket of its own, so that what is pending goes first. */
  async #configure(parts: Parts, step: PlannedStep, place: Place): Promise<Failure | undefined> {
    const { before, link, after, port } = parts
    const { places } = this.#world
    const failure = before && (await this.#queue(withoutDeviceOptions(before), step, place))
    const failed = failure ?? (await this.flush())
    if (failed) return failed
    await configureLink(parts, place, places, this.#options)
    const last = after && (await this.#queue(withoutDeviceOptions(after), step, place))
    const pending = last ?? (port && (await this.flush()))
    if (port && !pending) await configurePort(link, port, place, places, this.#options)
    return pending
  }

  #placeOf(step: PlannedStep): Place {
    const place = this.#world.places.get(step.namespace ?? '')
    if (!place) throw new NetworkError('NOT_FOUND', `namespace ${step.namespace}: does not exist`)
    return place
  }

  /** TUN and TAP devices come from /dev/net/tun: all that follow each other in one visit to the namespace. */
  async #makeDevice(
    operation: Operation,
    step: PlannedStep,
    steps: readonly PlannedStep[],
    index: number,
    place: Place,
  ): Promise<Failure | undefined> {
    if (operation.type === 'createLink' && operation.replaces) {
      this.#pending.push({ message: deleteLink({ name: operation.link.name }), step })
    }
    if (operation.type === 'updateLink' && isTunTapChange(operation)) {
      const failure = await this.flush()
      if (failure) return failure
      configureDevice(operation.name, operation.kind, operation.changes, place.kernel)
      return undefined
    }
    if (!isDeviceCreation(operation) || this.#made.has(step)) return undefined
    const failure = await this.flush()
    if (failure) return failure
    const run = following(
      steps,
      index,
      (other) => isDeviceCreation(other.operation) && (other === step || !other.operation.replaces),
    )
    const links = run.flatMap((one) => (isDeviceCreation(one.operation) ? [one.operation.link] : []))
    const errors = await createDevices(links, place.kernel)
    for (const [position, one] of run.entries()) {
      const error = errors[position]
      if (error) return { step: one, error }
      this.#made.add(one)
    }
    return undefined
  }

  /** Many links that follow each other are deleted in one go. */
  async #deleteLinks(
    step: PlannedStep,
    steps: readonly PlannedStep[],
    index: number,
    place: Place,
  ): Promise<Failure | undefined> {
    if (this.#made.has(step)) return undefined
    const run = following(steps, index, (other) => other.operation.type === 'deleteLink')
    if (run.length < worthAGroup) return await this.#queue({ type: 'deleteLink', name: step.id }, step, place)
    const failure = await this.flush()
    if (failure) return failure
    const names = run.flatMap(({ operation }) => (operation.type === 'deleteLink' ? [operation.name] : []))
    const failed = await deleteTogether(place, names, this.#options)
    place.indices.clear()
    for (const one of run) this.#made.add(one)
    return failed ? { step: run[failed.index] ?? step, error: failed.error } : undefined
  }

  /** Changes of the nf_tables that follow each other are one, which the kernel does whole or not at all. */
  async #changeFirewall(
    step: PlannedStep,
    steps: readonly PlannedStep[],
    index: number,
    place: Place,
  ): Promise<Failure | undefined> {
    if (this.#made.has(step)) return undefined
    const failure = await this.flush()
    if (failure) return failure
    const run = following(steps, index, (other) => other.operation.type === 'changeFirewall')
    const changes = run.flatMap(({ operation }) => (operation.type === 'changeFirewall' ? [operation] : []))
    const entries = changes.flatMap((change) => change.entries)
    await changeFirewall(place, changes[0]?.table ?? '', entries, this.#options)
    for (const one of run) this.#made.add(one)
    return undefined
  }

  /** Many routes at once, after what was before them. */
  async #runBulk(step: BulkStep, place: Place): Promise<Failure | undefined> {
    const pending = await this.flush()
    if (pending) return pending
    this.#place = place
    const { changes } = step.operation
    const sources = new Set<string | undefined>()
    const links = new Set<string | number>()
    await eachInTurns(await changes.used(), ({ operation }) => {
      sources.add(ipv6SourceOf(operation))
      for (const link of linksNeeded(operation)) links.add(link)
    })
    const waiting = (await this.#knowLinks([...links], place)) ?? (await this.#awaitSources([...sources], place))
    if (waiting) return waiting
    let before = 0
    for (const family of ['inet', 'inet6'] as const) {
      const rows = changes[family]
      if (rows.count === 0) continue
      const order = await kernelOrderOf(rows, step.action)
      const stream = new BulkStream(changes, rows, order, place.context(this.#world.places), isGone)
      const start = before
      const { signal, timeout } = this.#options
      const onProgress = (done: number): void => {
        if (start + done < changes.size) this.#onPart(step, start + done)
      }
      const streaming = { signal, timeout, onProgress, echo: this.#echoTo(place) }
      const others = !place.inMemory && (await areForTwo(changes, rows, order)) ? [place.second] : []
      const failure = await place.connection.stream(stream, streaming, others)
      if (failure) return { step: stepOfRow(step, family, stream.rowOf(failure.item)), error: failure.error }
      before += rows.count
    }
    return undefined
  }

  #echoTo(place: Place): ((reply: ReceivedMessage) => void) | undefined {
    const echoes = this.#echoes
    return echoes && ((reply) => echoes.take(place, reply))
  }

  /** Learns the indices of links that were made meanwhile. */
  async #knowLinks(links: readonly (string | number)[], place: Place): Promise<Failure | undefined> {
    const unknown = links.filter((link) => typeof link === 'string' && !place.indices.has(link))
    if (unknown.length === 0) return undefined
    const failure = await this.flush()
    if (failure) return failure
    if (this.#isShort) await learnIndices(place, unknown.map(String), this.#options)
    else await observeLinks(place, this.#options)
    return undefined
  }

  /** The kernel takes no source address that is still being checked ("Invalid source address"). */
  async #awaitSources(sources: readonly (string | undefined)[], place: Place): Promise<Failure | undefined> {
    for (const source of sources) {
      if (source === undefined) continue
      const failure = await this.flush()
      if (failure) return failure
      await settlePlace(place, (_link, { address }) => address.startsWith(`${source}/`), this.#options)
    }
    return undefined
  }

  async #queue(operation: MessageOperation, step: PlannedStep, place: Place): Promise<Failure | undefined> {
    const failure =
      (await this.#knowLinks(linksNeeded(operation), place)) ??
      (await this.#awaitSources([ipv6SourceOf(operation)], place))
    if (failure) return failure
    const { places } = this.#world
    const isElsewhere = operation.type === 'createLink' && operation.elsewhere !== undefined
    const failed = isElsewhere ? await this.flush() : undefined
    if (failed) return failed
    const messages =
      operation.type === 'createLink' && operation.elsewhere
        ? await createElsewhere(operation.link, operation.elsewhere, place, places, this.#options)
        : messagesOf(operation, place.context(places))
    for (const message of messages) {
      this.#pending.push({ message, step })
      this.#pendingBytes += message.bytes.length
    }
    // A new link under an old name has another index, and so has one that went with a deleted one.
    if (operation.type === 'createLink') this.#world.forgetLink(operation.link, place)
    if (operation.type === 'renameLink') place.renamed(operation.name, operation.to)
    if (operation.type === 'deleteLink') place.indices.clear()
    return this.#pendingBytes >= this.#mostPending ? await this.#send() : undefined
  }

  /** Sends what is pending and waits for the kernel's answer. */
  async flush(): Promise<Failure | undefined> {
    return (await this.#send()) ?? (await this.#sent)
  }

  /** Sends what is pending, once what was sent before has succeeded. */
  async #send(): Promise<Failure | undefined> {
    const failure = await this.#sent
    if (failure) return failure
    const pending = this.#pending
    this.#pending = []
    this.#pendingBytes = 0
    this.#mostPending = Math.min(2 * this.#mostPending, bytesASend)
    this.#sent = this.#place && pending.length > 0 ? this.#batch(pending, this.#place) : Promise.resolve(undefined)
    // Whoever awaits it next is told.
    this.#sent.catch(() => undefined)
    return undefined
  }

  async #batch(pending: readonly Pending[], place: Place): Promise<Failure | undefined> {
    const { errors } = await place.connection.batch(
      pending.map(({ message }) => message),
      {
        ...this.#options,
        stopAtError: true,
        isHarmless: (error, index) => isGoneAt(pending[index], error),
        echo: this.#echoTo(place),
      },
    )
    const [first] = [...errors].sort(([a], [b]) => a - b)
    const failed = first && pending[first[0]]
    return first && failed ? { step: failed.step, error: first[1] } : undefined
  }
}

function ipv6SourceOf(operation: MessageOperation): string | undefined {
  if (operation.type !== 'addRoute' && operation.type !== 'replaceRoute') return undefined
  return operation.route.family === 'inet6' ? operation.route.src : undefined
}

function isGoneAt(pending: Pending | undefined, error: NetworkError): boolean {
  return pending !== undefined && isGone(pending.message, error)
}

/** The step at an index and those of the same namespace that follow it, as long as they are of a sort. */
function following(
  steps: readonly PlannedStep[],
  index: number,
  isOfSort: (step: PlannedStep) => boolean,
): PlannedStep[] {
  const run: PlannedStep[] = []
  const first = steps[index]
  for (let next = index; ; next++) {
    const step = steps[next]
    if (!step || step.namespace !== first?.namespace || !isOfSort(step)) return run
    run.push(step)
  }
}

type DeviceCreation = Extract<Operation, { type: 'createLink' }>

function isDeviceCreation(operation: Operation): operation is DeviceCreation {
  if (operation.type !== 'createLink' || operation.link.kind === undefined) return false
  return linkKind(operation.link.kind)?.creation === 'tuntap'
}

/** What is left for rtnetlink of a change, once /dev/net/tun has had its part. */
function withoutDeviceOptions<T extends Operation>(operation: T): T {
  if (operation.type !== 'updateLink' || !isTunTapChange(operation)) return operation
  const { tun: _tun, tap: _tap, ...changes } = operation.changes
  return { ...operation, changes }
}

function isTunTapChange({ kind, changes }: Extract<Operation, { type: 'updateLink' }>): boolean {
  return kind !== undefined && kind in changes && linkKind(kind)?.creation === 'tuntap'
}
