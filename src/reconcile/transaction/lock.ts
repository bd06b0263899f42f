import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { NetworkError } from '../../error.js'
import { LOCK_EX, LOCK_NB } from '../../system/constants.js'
import { codeOf } from '../../system/errno.js'
import { libc } from '../../system/libc.js'
import { describeNamespace, type NamespaceReference } from '../../system/namespace.js'

/** Who has a lock, as it says itself. */
export interface LockHolder {
  readonly pid: number
  /** The command line, shortened. */
  readonly command: string
  /** When it was taken, as ISO 8601. */
  readonly since: string
  /** Until when what it did waits to be confirmed, as ISO 8601; only once it is done. */
  readonly confirmBy?: string
}

/**
 * The right to change a network namespace. The kernel takes it back when the last process that has it open ends, in
 * whatever way, so that no lock can be left behind.
 */
export class NamespaceLock implements Disposable {
  /** Descriptor of the lock, for a process that is to hold it too. */
  readonly fd: number
  readonly #path: string
  #released = false

  private constructor(fd: number, path: string) {
    this.fd = fd
    this.#path = path
  }

  /**
   * Takes the lock, or waits for it.
   * @param what how the error names the namespace
   * @param timeout milliseconds to wait for another holder
   */
  static async take(
    directory: string,
    identity: string,
    what: string,
    timeout: number,
    signal?: AbortSignal,
  ): Promise<NamespaceLock> {
    const path = join(directory, `${identity}.lock`)
    const deadline = performance.now() + timeout
    for (;;) {
      const lock = NamespaceLock.#tryOnce(path)
      if (lock) return lock
      if (signal?.aborted) throw new NetworkError('ABORTED', `${what}: aborted while waiting for its lock`)
      if (performance.now() >= deadline) throw heldError(what, holderOf(path))
      // flock has no event that libuv could wait for.
      await delay(Math.min(20, Math.max(1, deadline - performance.now())))
    }
  }

  /** A lock whose descriptor was handed over by the process that took it. */
  static adopt(fd: number, directory: string, identity: string): NamespaceLock {
    return new NamespaceLock(fd, join(directory, `${identity}.lock`))
  }

  static #tryOnce(path: string): NamespaceLock | undefined {
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
    try {
      // Whoever let go of the lock removed its file; a lock on a removed file locks nothing.
      if (libc.flock(fd, LOCK_EX | LOCK_NB) === 0 && isFileAt(fd, path)) {
        writeHolder(fd, { pid: process.pid, command: commandLine(), since: new Date().toISOString() })
        return new NamespaceLock(fd, path)
      }
    } catch (error) {
      closeSync(fd)
      throw error
    }
    closeSync(fd)
    return undefined
  }

  /** Lets go of it. */
  release(): void {
    if (this.#released) return
    this.#released = true
    try {
      if (isFileAt(this.fd, this.#path)) unlinkSync(this.#path)
    } finally {
      closeSync(this.fd)
    }
  }

  /** Closes this process's descriptor; whoever it was handed over to goes on holding the lock until a confirmation. */
  handOver(confirmBy: Date): void {
    if (this.#released) return
    this.#released = true
    try {
      const holder = holderOf(this.#path)
      if (holder) writeHolder(this.fd, { ...holder, confirmBy: confirmBy.toISOString() })
    } finally {
      closeSync(this.fd)
    }
  }

  [Symbol.dispose](): void {
    this.release()
  }
}

function writeHolder(fd: number, holder: LockHolder): void {
  ftruncateSync(fd)
  writeSync(fd, JSON.stringify(holder), 0)
}

function isFileAt(fd: number, path: string): boolean {
  try {
    const [mine, there] = [fstatSync(fd), statSync(path)]
    return mine.ino === there.ino && mine.dev === there.dev
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

/** Who holds a lock, if it has said so yet. */
function holderOf(path: string): LockHolder | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isHolder(content) ? content : undefined
  } catch {
    // Let go of, or taken and not yet written: the holder's name is only for the message.
    return undefined
  }
}

function isHolder(content: unknown): content is LockHolder {
  if (typeof content !== 'object' || content === null) return false
  const { pid, command, since, confirmBy } = Object.assign({ pid: 0, command: 0, since: 0, confirmBy: '' }, content)
  return [command, since, confirmBy].every((text) => typeof text === 'string') && typeof pid === 'number'
}

function heldError(what: string, holder: LockHolder | undefined): NetworkError {
  const who =
    holder === undefined
      ? 'another process'
      : `process ${holder.pid}${holder.pid === process.pid ? ' (this one)' : ''}, ${holder.command}, since ${holder.since}`
  const { confirmBy } = holder ?? {}
  const message =
    confirmBy === undefined
      ? `is being changed by ${who}`
      : `was changed by ${who}, which waits until ${confirmBy} for confirm or rollback`
  return new NetworkError('LOCKED', `${what}: ${message}`)
}

/** How messages name the namespace that a spec has under a name; that of its top level as the caller refers to it. */
export function subjectOf(name: string, topLevel?: NamespaceReference): string {
  if (name !== '') return `namespace ${name}`
  return topLevel === undefined ? 'the network namespace' : `namespace ${describeNamespace(topLevel)}`
}

/** This process's command line, shortened. */
export function commandLine(): string {
  return [process.title, ...process.argv.slice(1)].join(' ').slice(0, 200)
}
