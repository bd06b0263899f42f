import { NetworkError } from '../../error.js'
import { invalidArgument } from '../../netlink/invalidValue.js'
import { attempt } from '../../result.js'
import { deleteLink } from '../../rtnetlink/linkMessages.js'
import { rest, turnIsLong } from '../../system/turns.js'
import { type BulkStep, isBulkStep } from '../diff/bulkStep.js'
import { observeLinks } from '../observe/observe.js'
import { learnIndices, mostFew } from '../observe/observeFew.js'
import type { ApplyOptions } from '../options/options.js'
import { type Parts, partsOf } from '../steps/configure.js'
import { ipv6SourceOf, linksNeeded, type MessageOperation, messagesOf } from '../steps/messages.js'
import type { Operation } from '../steps/operation.js'
import type { PlannedStep } from '../steps/step.js'
import type { Place } from '../world/place.js'
import type { World } from '../world/world.js'
import { alike, operationsOf, type Position } from './alike.js'
import { needsOfBulk, sendBulk } from './bulkRoutes.js'
import { changeFirewall } from './changeFirewall.js'
import { createElsewhere } from './createElsewhere.js'
import { deleteTogether, worthAGroup } from './deleteTogether.js'
import type { Echoes } from './echoes.js'
import { partsWithFollowers, settleFollowers } from './followers.js'
import { type Failure, isNameTaken, Pipeline } from './pipeline.js'
import { configureLink, configurePort } from './sendParts.js'
import { settlePlace } from './settle.js'
import { isSystemCall, runSystemCall } from './systemCalls.js'
import {
  configureDevice,
  createDevices,
  isDeviceChange,
  isDeviceCreation,
  withoutDeviceOptions,
} from './tuntapDevices.js'

/** Told after each step: how many are done. */
export type Progress = (done: number, total: number, step: PlannedStep) => void

/**
 * Carries out steps in order. Messages of one namespace that follow each other go to the kernel together; whatever is
 * no message, and whatever needs the index of a link that is just being made, comes in between.
 * The world keeps which steps were surely done, and which were surely not begun, also where the caller's progress throws.
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
  let turns = 0
  let failure: Failure | undefined
  try {
    for (const [index, step] of steps.entries()) {
      if (turnIsLong()) await rest()
      failure = await executor.run({ step, steps, index })
      if (failure) return failure
      turns++
      done += step.count ?? 1
      progress?.(done, total, step)
    }
    failure = await executor.flush()
    return failure
  } catch (thrown) {
    failure = await executor.settled()
    throw thrown
  } finally {
    executor.note(steps, turns, failure)
  }
}

class Executor {
  readonly #world: World
  readonly #options: ApplyOptions
  readonly #onPart: (step: PlannedStep, done: number) => void
  readonly #echoes: Echoes | undefined
  /** Whether so few steps are to be done that each link is asked for, instead of all being read. */
  readonly #isShort: boolean
  readonly #pipeline: Pipeline
  /** Steps that were done in one go with an earlier one. */
  readonly #made = new Set<PlannedStep>()
  /** Steps of which the kernel may have done something. */
  readonly #begun = new Set<PlannedStep>()

  constructor(
    world: World,
    options: ApplyOptions,
    onPart: (step: PlannedStep, done: number) => void,
    echoes: Echoes | undefined,
    isShort: boolean,
  ) {
    this.#world = world
    this.#options = options
    this.#onPart = onPart
    this.#echoes = echoes
    this.#isShort = isShort
    this.#pipeline = new Pipeline(options, echoes, this.#begun)
  }

  async run(position: Position): Promise<Failure | undefined> {
    try {
      return await this.#run(position)
    } catch (thrown) {
      const error = thrown instanceof RangeError ? invalidArgument(thrown) : thrown
      if (!(error instanceof NetworkError)) throw error
      // Whoever undoes it begins when the kernel is done.
      return (await this.#pipeline.sent) ?? { step: position.step, error }
    }
  }

  /** Waits for the kernel's answer to all that was to be sent so far. */
  flush(): Promise<Failure | undefined> {
    return this.#pipeline.flush()
  }

  /** Waits until the kernel is done with what was sent: whoever undoes it begins then. */
  async settled(): Promise<Failure | undefined> {
    const sent = await attempt(() => this.#pipeline.sent)
    return sent.err ? undefined : sent.val
  }

  /** Notes what became of steps, of which so many had their turn to the end. */
  note(steps: readonly PlannedStep[], turns: number, failure: Failure | undefined): void {
    const { done, untouched } = this.#world
    for (const [index, step] of steps.entries()) {
      if (!this.#begun.has(step) || failure?.untouched?.has(step)) untouched.add(step)
      else if (index < turns && step !== failure?.step && this.#pipeline.isAnswered(step)) done.add(step)
    }
  }

  #begin(steps: readonly PlannedStep[]): void {
    for (const step of steps) this.#begun.add(step)
  }

  async #run(position: Position): Promise<Failure | undefined> {
    const { step } = position
    const { operation } = step
    if (isSystemCall(operation)) {
      const failure = await this.flush()
      if (failure) return failure
      this.#begin([step])
      runSystemCall(operation, this.#world, () => this.#placeOf(step))
      return undefined
    }
    const place = this.#placeOf(step)
    const failed = await this.#pipeline.lead(place)
    if (failed) return failed
    if (operation.type === 'changeFirewall') return await this.#changeFirewall(position, place)
    if (isBulkStep(step)) return await this.#runBulk(step, place)
    if (operation.type === 'bulkRoutes') throw new TypeError('a step for many routes says so')
    if (operation.type === 'deleteLink') return await this.#deleteLinks(position, place)
    for (const { operation: part, followers } of partsWithFollowers(operation)) {
      const failure = (await this.#change(part, position, place)) ?? (followers && (await this.flush()))
      if (failure) return failure
      if (followers) await settleFollowers(followers, place, this.#options)
    }
    return undefined
  }

  async #change(operation: MessageOperation, position: Position, place: Place): Promise<Failure | undefined> {
    const { step } = position
    const failure = await this.#makeDevice(operation, position, place)
    if (failure) return failure
    const parts = partsOf(operation)
    if (parts) return await this.#configure(parts, step, place)
    return await this.#queue(withoutDeviceOptions(operation), step, place)
  }

  #placeOf(step: PlannedStep): Place {
    const place = this.#world.places.get(step.namespace ?? '')
    if (!place) throw new NetworkError('NOT_FOUND', `namespace ${step.namespace}: does not exist`)
    return place
  }

  /** Generic netlink has a socket of its own, so that what is pending goes first. */
  async #configure(parts: Parts, step: PlannedStep, place: Place): Promise<Failure | undefined> {
    const { before, link, after, port } = parts
    const { places } = this.#world
    const failure = before && (await this.#queue(withoutDeviceOptions(before), step, place))
    const failed = failure ?? (await this.flush())
    if (failed) return failed
    this.#begin([step])
    await configureLink(parts, place, places, this.#options)
    const last = after && (await this.#queue(withoutDeviceOptions(after), step, place))
    const pending = last ?? (port && (await this.flush()))
    if (port && !pending) await configurePort(link, port, place, places, this.#options)
    return pending
  }

  /** TUN and TAP devices come from /dev/net/tun: all that follow each other in one visit to the namespace. */
  async #makeDevice(operation: Operation, position: Position, place: Place): Promise<Failure | undefined> {
    const { step } = position
    if (operation.type === 'createLink' && operation.replaces) {
      this.#pipeline.add([deleteLink({ name: operation.link.name })], step)
    }
    if (isDeviceChange(operation)) {
      const failure = await this.flush()
      if (failure) return failure
      this.#begin([step])
      configureDevice(operation.name, operation.kind, operation.changes, place.kernel)
      return undefined
    }
    if (!isDeviceCreation(operation) || this.#made.has(step)) return undefined
    const failure = await this.flush()
    if (failure) return failure
    const run = alike(
      position,
      (other) => isDeviceCreation(other.operation) && (other === step || !other.operation.replaces),
    )
    const links = operationsOf(run, 'createLink').map(({ link }) => link)
    this.#begin(run)
    const errors = await createDevices(links, place.kernel)
    const failures = run.flatMap((one, index): Failure[] => {
      const error = errors[index]
      if (error) return [{ step: one, error }]
      this.#made.add(one)
      return []
    })
    const [first] = failures
    if (!first) return undefined
    const taken = failures.filter(({ step: { operation: one }, error }) => isNameTaken(one, error))
    return { ...first, untouched: new Set(taken.map((failure) => failure.step)) }
  }

  /** Many links that follow each other are deleted in one go. */
  async #deleteLinks(position: Position, place: Place): Promise<Failure | undefined> {
    const { step } = position
    if (this.#made.has(step)) return undefined
    const run = alike(position, ({ operation }) => operation.type === 'deleteLink')
    if (run.length < worthAGroup) return await this.#queue({ type: 'deleteLink', name: step.id }, step, place)
    const failure = await this.flush()
    if (failure) return failure
    const names = operationsOf(run, 'deleteLink').map(({ name }) => name)
    this.#begin(run)
    const failed = await deleteTogether(place, names, this.#options)
    place.indices.clear()
    for (const one of run) this.#made.add(one)
    return failed ? { step: run[failed.index] ?? step, error: failed.error } : undefined
  }

  /** Changes of the nf_tables that follow each other are one, which the kernel does whole or not at all. */
  async #changeFirewall(position: Position, place: Place): Promise<Failure | undefined> {
    if (this.#made.has(position.step)) return undefined
    const failure = await this.flush()
    if (failure) return failure
    const run = alike(position, ({ operation }) => operation.type === 'changeFirewall')
    const changes = operationsOf(run, 'changeFirewall')
    const entries = changes.flatMap((change) => change.entries)
    this.#begin(run)
    await changeFirewall(place, changes[0]?.table ?? '', entries, this.#options)
    for (const one of run) this.#made.add(one)
    return undefined
  }

  /** Many routes at once, after what was before them. */
  async #runBulk(step: BulkStep, place: Place): Promise<Failure | undefined> {
    const pending = await this.flush()
    if (pending) return pending
    const { links, sources } = await needsOfBulk(step)
    const failed = (await this.#knowLinks([...links], place)) ?? (await this.#awaitSources([...sources], place))
    if (failed) return failed
    const sending = { world: this.#world, options: this.#options, echoes: this.#echoes, onPart: this.#onPart }
    this.#begin([step])
    return await sendBulk(step, place, sending)
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
  async #awaitSources(sources: readonly string[], place: Place): Promise<Failure | undefined> {
    for (const source of sources) {
      const failure = await this.flush()
      if (failure) return failure
      await settlePlace(place, (_link, { address }) => address.startsWith(`${source}/`), this.#options)
    }
    return undefined
  }

  async #queue(operation: MessageOperation, step: PlannedStep, place: Place): Promise<Failure | undefined> {
    const source = ipv6SourceOf(operation)
    const failure =
      (await this.#knowLinks(linksNeeded(operation), place)) ??
      (source === undefined ? undefined : await this.#awaitSources([source], place))
    if (failure) return failure
    const { places } = this.#world
    if (operation.type === 'addRoute' || operation.type === 'replaceRoute')
      place.nexthopsWithMetrics.note(operation.route)
    const isElsewhere = operation.type === 'createLink' && operation.elsewhere !== undefined
    const failed = isElsewhere ? await this.flush() : undefined
    if (failed) return failed
    if (isElsewhere) this.#begin([step])
    const messages =
      operation.type === 'createLink' && operation.elsewhere
        ? await createElsewhere(operation.link, operation.elsewhere, place, places, this.#options)
        : messagesOf(operation, place.context(places))
    this.#pipeline.add(messages, step)
    // A new link under an old name has another index, and so has one that went with a deleted one.
    if (operation.type === 'createLink') this.#world.forgetLink(operation.link, place)
    if (operation.type === 'renameLink') place.renamed(operation.name, operation.to)
    if (operation.type === 'deleteLink') place.indices.clear()
    return await this.#pipeline.sendIfMuch()
  }
}
