import type { Recovery, RollbackReport } from '../../error.js'
import { bootIdentity, isFromBeforeBoot } from '../../system/boot.js'
import { type HalfMadeIn, halfMadeOf } from './halfMade.js'
import { findJournals, removeJournal, setAside } from './journal.js'
import { type UndoOptions, undoJournal } from './undo.js'

/** A journal that lies there without anybody who works on it. */
export interface InterruptedJournal {
  readonly path: string
  readonly recovery: Omit<Recovery, 'action'>
  readonly isHalfMade: HalfMadeIn
  undo(): Promise<RollbackReport | undefined>
}

/** What was found of transactions that were cut off. */
export interface Interrupted {
  /** The latest first. */
  readonly journals: readonly InterruptedJournal[]
  /** What could not be believed. */
  readonly refused: readonly Recovery[]
}

/**
 * Finds the journals about namespaces whose locks the caller holds: whoever wrote them is gone. What was written
 * before the machine started is of no meaning any more.
 */
export async function findInterrupted(options: UndoOptions): Promise<Interrupted> {
  const journals: InterruptedJournal[] = []
  const refused: Recovery[] = []
  const boot = bootIdentity()
  for (const found of await findJournals(options.directory)) {
    const { content, path } = found
    if ('refused' in content) {
      // It was cut off by the machine's end, which nothing waits for the disk to outlive.
      if (isFromBeforeBoot(path)) {
        removeJournal(path)
        continue
      }
      setAside(path)
      refused.push({ action: 'refused', reason: `${path}: ${content.refused}` })
      continue
    }
    const { begin } = content
    if (begin.boot !== boot) {
      removeJournal(path)
      continue
    }
    if (!begin.namespaces.some(({ identity }) => options.held.has(identity))) continue
    const { since, pid, command } = begin
    const recovery = { since, pid, command }
    journals.push({ path, recovery, isHalfMade: halfMadeOf(content), undo: () => undoJournal(found, options) })
  }
  return { journals, refused }
}
