import { join } from 'node:path'
import { isSettled, NetworkError, type Recovery, type RollbackReport, whyNotRestored } from '../../error.js'
import { bootIdentity } from '../../system/boot.js'
import { describeNamespace, namespacePath } from '../../system/namespace.js'
import { namespaceIdentity } from '../../system/namespaceIdentity.js'
import { rest } from '../../system/turns.js'
import type { ApplyOptions } from '../options/options.js'
import type { Former } from '../rollback/former.js'
import type { Place } from '../world/place.js'
import type { World } from '../world/world.js'
import { Guardian } from './guardian.js'
import type { HalfMade } from './halfMade.js'
import { findInterrupted, type Interrupted } from './interrupted.js'
import { Journal, newJournalPath, noteFailure, removeJournal } from './journal.js'
import { commandLine, NamespaceLock, subjectOf } from './lock.js'
import { removeForsakenPacked, removePacked, writePacked } from './packedFile.js'
import type { JournalBegin, JournalNamespace } from './records.js'
import { inStateDirectory, openStateDirectory } from './stateDirectory.js'

interface Held {
  readonly place: Place
  readonly identity: string
  readonly lock: NamespaceLock
}

/**
 * What makes an apply one whole, whatever happens to its process: the locks of its namespaces, and the journal from
 * which it can be undone.
 */
export class Transaction implements Disposable {
  readonly #directory: string
  readonly #options: ApplyOptions
  readonly #held: Held[] = []
  #interrupted: Interrupted = { journals: [], refused: [] }
  #recovered: Recovery[] = []
  #journal: Journal | undefined
  #guardian: Guardian | undefined

  private constructor(directory: string, options: ApplyOptions) {
    this.#directory = directory
    this.#options = options
  }

  /** Takes the locks of all open namespaces, and deals with what earlier transactions have left behind there. */
  static async open(world: World, options: ApplyOptions): Promise<Transaction> {
    const directory = openStateDirectory(options.stateDirectory)
    const transaction = new Transaction(directory, options)
    try {
      await inStateDirectory(directory, async () => {
        await transaction.#hold(world)
      })
      return transaction
    } catch (error) {
      transaction.release()
      throw transaction.telling(error)
    }
  }

  /**
   * Takes the locks of namespaces that were opened since, too, and deals with what was left behind there. Two that wait
   * for each other so end by their timeouts.
   */
  async join(world: World): Promise<void> {
    await inStateDirectory(this.#directory, () => this.#hold(world))
  }

  /**
   * Locks, and undoes what was cut off. While one waits, and by undoing, named namespaces go and come: those that are
   * locked in the end are those that the names lead to.
   */
  async #hold(world: World): Promise<void> {
    do {
      await this.#lock(world)
      await this.#recover()
    } while (this.#reopen(world))
  }

  /** Whether names lead elsewhere by now; then what they led to before is let go. */
  #reopen(world: World): boolean {
    if (!world.reopen()) return false
    const open = new Set(world.places.values())
    for (const held of this.#held.filter(({ place }) => !open.has(place))) {
      held.lock.release()
      this.#held.splice(this.#held.indexOf(held), 1)
    }
    return true
  }

  /** What became of applies that were cut off. */
  get recovered(): readonly Recovery[] {
    return this.#recovered
  }

  /** An error that also tells what became of them, which may be all that has changed. */
  telling(error: unknown): unknown {
    if (!(error instanceof NetworkError) || this.#recovered.length === 0) return error
    return error.with({ recovered: this.#recovered })
  }

  /** Tells what those applies made that were cut off, and from which this one goes on; `undefined` where there are none. */
  get halfMade(): HalfMade | undefined {
    const { journals } = this.#interrupted
    if (journals.length === 0) return undefined
    const identities = new Map(this.#held.map(({ place, identity }) => [place.name, identity]))
    return (namespace, link) =>
      journals.some(({ isHalfMade }) => isHalfMade(identities.get(namespace), namespace, link))
  }

  async #lock(world: World): Promise<void> {
    const { lockTimeout = 0, namespace, signal } = this.#options
    const held = new Set(this.#held.map(({ place }) => place))
    const others = [...world.places.values()].filter((place) => !held.has(place))
    const places = others.map((place) => ({ place, identity: namespaceIdentity(place.fd) }))
    const taken = new Set(this.#held.map(({ identity }) => identity))
    // Everyone takes them in the same order, so that two that wait never wait for each other.
    for (const { place, identity } of places.sort((a, b) => (a.identity < b.identity ? -1 : 1))) {
      if (taken.has(identity)) throw twice(place, namespace)
      taken.add(identity)
      const subject = subjectOf(place.name, namespace)
      const lock = await NamespaceLock.take(this.#directory, identity, subject, lockTimeout, signal)
      this.#held.push({ place, identity, lock })
    }
  }

  async #recover(): Promise<void> {
    removeForsakenPacked(this.#directory)
    const known = new Set(this.#interrupted.journals.map(({ path }) => path))
    this.#interrupted = await findInterrupted({
      directory: this.#directory,
      open: new Map(this.#held.map(({ identity, place }) => [identity, place.fd])),
      held: new Set(this.#held.map(({ identity }) => identity)),
      lockTimeout: this.#options.lockTimeout ?? 0,
      timeout: this.#options.timeout,
      ...(this.#options.kernel === undefined ? {} : { kernel: this.#options.kernel }),
    })
    this.#recovered.push(...this.#interrupted.refused)
    if (this.#options.interrupted === 'continue') {
      const found = this.#interrupted.journals.filter(({ path }) => !known.has(path))
      this.#recovered.push(...found.map(({ recovery }) => continued(recovery)))
    } else await this.#undoInterrupted()
  }

  async #undoInterrupted(): Promise<void> {
    for (const { recovery, undo, path } of this.#interrupted.journals) {
      const rollback = await undo()
      if (!rollback) continue
      if (!isSettled(rollback)) throw cannotUndo(recovery, rollback, path)
      const { pid, since } = recovery
      const others = this.#recovered.filter((one) => one.pid !== pid || one.since !== since)
      this.#recovered = [...others, { ...recovery, action: 'restored', rollback }]
    }
    this.#interrupted = { ...this.#interrupted, journals: [] }
  }

  /** Notes what undoing needs. Nothing may be changed before this has returned. */
  async begin(former: Former, world: World): Promise<void> {
    const path = newJournalPath(this.#directory)
    const { confirmWithin } = this.#options
    if (confirmWithin !== undefined) {
      const namespaces = this.#held.map(({ identity, lock, place }) => ({
        identity,
        lockFd: lock.fd,
        namespaceFd: place.fd,
      }))
      this.#guardian = await Guardian.start({ directory: this.#directory, journalPath: path, namespaces })
    }
    try {
      this.#journal = await inStateDirectory(path, () => this.#written(path, former))
    } catch (error) {
      // There may be no room for anything else as long as they lie there.
      removePacked(path)
      throw error
    }
    world.journal = this.#journal
  }

  async #written(path: string, former: Former): Promise<Journal> {
    const networks = await writePacked(path, former.networks)
    const begin: JournalBegin = {
      type: 'begin',
      version: 1,
      boot: bootIdentity(),
      pid: process.pid,
      command: commandLine(),
      since: new Date().toISOString(),
      namespaces: this.#held.map((held) => this.#described(held)),
      creates: former.created,
      networks,
    }
    await rest()
    return await Journal.begin(path, begin)
  }

  #described({ place, identity }: Held): JournalNamespace {
    const { namespace } = this.#options
    const reference = place.name === '' ? namespace : place.name
    const isPath = typeof reference === 'string' || (reference !== undefined && 'path' in reference)
    return { name: place.name, identity, ...(isPath ? { path: join('/', namespacePath(reference)) } : {}) }
  }

  /** Notes that more can be changed than was thought. */
  async extend({ networks }: Former): Promise<void> {
    const journal = this.#journal
    if (!journal) return
    const { path } = journal
    await journal.appendLong({
      type: 'changes',
      networks: await inStateDirectory(path, () => writePacked(path, networks)),
    })
  }

  /**
   * All is done. Where it is to be confirmed, it stays in the balance from now on.
   * @returns when it will be undone unless it is confirmed
   */
  async succeed(): Promise<Date | undefined> {
    for (const { path } of this.#interrupted.journals) removeJournal(path)
    const { confirmWithin } = this.#options
    if (confirmWithin === undefined || !this.#guardian || !this.#journal) {
      this.#journal?.end()
      this.#journal = undefined
      return undefined
    }
    const confirmBy = new Date(Date.now() + confirmWithin)
    this.#journal.append({ type: 'applied', confirmBy: confirmBy.toISOString() })
    this.#journal.leave()
    this.#journal = undefined
    await this.#guardian.leave(confirmWithin)
    this.#guardian = undefined
    for (const { lock } of this.#held) lock.handOver(confirmBy)
    return confirmBy
  }

  /** It failed, and undoing has done what the report says. What could not be undone stays noted. */
  async fail(report: RollbackReport): Promise<void> {
    const journal = this.#journal
    if (!journal) return
    await inStateDirectory(journal.path, async () => {
      if (isSettled(report)) journal.end()
      else {
        noteFailure(journal.path, whyNotRestored(report))
        journal.leave()
      }
      this.#journal = undefined
      await this.#undoInterrupted()
    })
  }

  release(): void {
    this.#journal?.leave()
    this.#guardian?.dismiss()
    for (const { lock } of this.#held) lock.release()
    this.#held.length = 0
  }

  [Symbol.dispose](): void {
    this.release()
  }
}

function continued(recovery: Omit<Recovery, 'action'>): Recovery {
  return { ...recovery, action: 'continued' }
}

function twice({ name }: Place, namespace: ApplyOptions['namespace']): NetworkError {
  const other = name === '' ? 'the top level' : name
  const top = namespace === undefined ? 'the top level' : describeNamespace(namespace)
  return new NetworkError(
    'INVALID_SPEC',
    `${other} and another part of the spec (${top}) are one and the same namespace`,
    {
      path: '/namespaces',
    },
  )
}

function cannotUndo({ since, pid }: Omit<Recovery, 'action'>, rollback: RollbackReport, path: string): NetworkError {
  const reason = whyNotRestored(rollback)
  return new NetworkError(
    'NOT_APPLIED',
    `an apply that was cut off (process ${pid}, ${since}) cannot be undone: ${reason}; ` +
      `apply with interrupted: 'continue' (--continue) to go on from what is there, or remove ${path}`,
    { rollback },
  )
}
