import { closeSync } from 'node:fs'
import { isSettled, NetworkError, type Recovery, type RollbackReport, whyNotRestored } from '../../error.js'
import { attempt, type Result } from '../../result.js'
import { openNamespace, openOwnNamespace } from '../../system/namespace.js'
import { namespaceIdentity } from '../../system/namespaceIdentity.js'
import { checkOptions, type TransactionOptions } from '../options/options.js'
import { findInterrupted } from './interrupted.js'
import { claimJournal, type FoundJournal, findJournals, isClaimed, removeJournal } from './journal.js'
import { NamespaceLock, subjectOf } from './lock.js'
import { inStateDirectory, openStateDirectory } from './stateDirectory.js'

/** The guardian lets go of its locks as soon as it sees that its journal is gone. */
const guardianTimeout = 5000

/** What {@link rollback} undid. */
export interface RollbackResult {
  /** Each apply that was undone, the latest first. */
  readonly undone: readonly Recovery[]
}

/**
 * Keeps what `apply` with `confirmWithin` did: `linkwright confirm`.
 *
 * @returns nothing, or the error: `NOT_FOUND` where nothing waits to be confirmed (any more), `LOCKED` where the apply
 * is not done yet
 */
export function confirm(options: TransactionOptions = {}): Promise<Result<void>> {
  return attempt(async () => {
    checkOptions(options, 'transaction')
    await withNamespace(options, async ({ directory, identity, what }) => {
      const own = await journalsOf(directory, identity)
      const waiting = own.filter((journal) => isApplied(journal) && !isClaimed(journal.path))
      if (waiting.length === 0 && own.length > 0) {
        throw new NetworkError(
          'LOCKED',
          `${what}: the apply is not done yet, or was cut off; there is nothing to confirm`,
        )
      }
      const confirmed = waiting.filter(({ path }) => removeJournal(path))
      if (confirmed.length === 0) throw new NetworkError('NOT_FOUND', `${what}: nothing waits to be confirmed`)
      using _lock = await NamespaceLock.take(directory, identity, what, guardianTimeout)
    })
  })
}

/**
 * Undoes what `apply` with `confirmWithin` did and nobody has confirmed, or what an apply had done that was cut off:
 * `linkwright rollback`.
 *
 * @returns what was undone, or the error: `NOT_FOUND` where there is nothing to undo, `LOCKED` where an apply is under
 * way, `UNSAFE_STATE` where what was noted cannot be trusted
 */
export function rollback(options: TransactionOptions = {}): Promise<Result<RollbackResult>> {
  return attempt(async () => {
    checkOptions(options, 'transaction')
    return await withNamespace(options, async ({ directory, identity, what, fd }) => {
      const waiting = (await journalsOf(directory, identity)).filter(isApplied)
      // The guardian sees that it was relieved, and lets go of the locks.
      const relieved = waiting.filter(({ path }) => claimJournal(path) !== undefined)
      const lockTimeout = relieved.length > 0 ? guardianTimeout : 0
      using _lock = await NamespaceLock.take(directory, identity, what, lockTimeout)
      const { journals, refused } = await findInterrupted({
        directory,
        open: new Map([[identity, fd]]),
        held: new Set([identity]),
        lockTimeout,
        timeout: options.timeout,
        ...(options.kernel === undefined ? {} : { kernel: options.kernel }),
      })
      const undone: Recovery[] = []
      for (const { recovery, undo } of journals) {
        const report = await undo()
        if (report && !isSettled(report)) throw notRestored(what, report)
        if (report) undone.push({ ...recovery, action: 'restored', rollback: report })
      }
      if (undone.length > 0) return { undone }
      const [first] = refused
      if (first) throw new NetworkError('UNSAFE_STATE', `${what}: ${first.reason}; it was put aside`)
      throw new NetworkError('NOT_FOUND', `${what}: there is nothing to undo`)
    })
  })
}

interface OneNamespace {
  readonly directory: string
  readonly identity: string
  readonly fd: number
  /** How messages name it. */
  readonly what: string
}

async function withNamespace<T>(
  { namespace, stateDirectory, signal }: TransactionOptions,
  work: (one: OneNamespace) => Promise<T>,
): Promise<T> {
  const what = subjectOf('', namespace)
  if (signal?.aborted) throw new NetworkError('ABORTED', `${what}: aborted`, { cause: signal.reason })
  const directory = openStateDirectory(stateDirectory)
  const fd = namespace === undefined ? openOwnNamespace() : openNamespace(namespace)
  try {
    return await inStateDirectory(directory, () => work({ directory, identity: namespaceIdentity(fd), fd, what }))
  } finally {
    closeSync(fd)
  }
}

async function journalsOf(directory: string, identity: string): Promise<FoundJournal[]> {
  return (await findJournals(directory)).filter(
    ({ content }) => 'begin' in content && content.begin.namespaces.some((one) => one.identity === identity),
  )
}

function isApplied({ content }: FoundJournal): boolean {
  return 'records' in content && content.records.some(({ type }) => type === 'applied')
}

function notRestored(what: string, report: RollbackReport): NetworkError {
  return new NetworkError('NOT_APPLIED', `${what}: undoing failed: ${whyNotRestored(report)}`, { rollback: report })
}
