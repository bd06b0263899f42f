import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { codeOf, isExhaustion } from '../../system/errno.js'
import { eachInTurns } from '../../system/inTurns.js'
import { lineOf, longLineOf, parseJournal } from './lines.js'
import { removePacked } from './packedFile.js'
import type { JournalBegin, JournalContent, JournalRecord } from './records.js'
import { stateError, userId } from './stateDirectory.js'

const suffix = '.journal'
/** The suffix of a journal that somebody undoes: only one can have renamed it. */
const revertingSuffix = '.reverting'

/**
 * The file that makes a transaction outlive its process: written before the first change, removed at the end. It need
 * not outlive the machine, with which the network that it tells of is gone: nothing waits for a disk.
 */
export class Journal {
  readonly path: string
  readonly #fd: number

  private constructor(path: string, fd: number) {
    this.path = path
    this.#fd = fd
  }

  /** Writes what undoing needs; when this returns, it is there as a whole. */
  static async begin(path: string, begin: JournalBegin): Promise<Journal> {
    const line = await longLineOf(begin)
    const temporary = `${path}.new`
    const fd = openSync(
      temporary,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND,
      0o600,
    )
    try {
      await eachInTurns(line, (piece) => writeFileSync(fd, piece))
      renameSync(temporary, path)
    } catch (error) {
      closeSync(fd)
      removeJournal(temporary)
      throw error
    }
    return new Journal(path, fd)
  }

  /** Adds what must be known before going on. */
  append(record: JournalRecord): void {
    try {
      writeFileSync(this.#fd, lineOf(record))
    } catch (error) {
      throw stateError(error, this.path)
    }
  }

  /** The same of a record that may tell of very much. */
  async appendLong(record: JournalRecord): Promise<void> {
    const line = await longLineOf(record)
    try {
      await eachInTurns(line, (piece) => writeFileSync(this.#fd, piece))
    } catch (error) {
      throw stateError(error, this.path)
    }
  }

  /** The transaction has ended: nothing is left to undo. */
  end(): void {
    removeJournal(this.path)
    closeSync(this.#fd)
  }

  /** Leaves the file to whoever confirms or undoes. */
  leave(): void {
    closeSync(this.#fd)
  }
}

/** The path of a new journal; later ones sort behind earlier ones. */
export function newJournalPath(directory: string): string {
  const time = String(Date.now()).padStart(15, '0')
  return join(directory, `${time}-${process.pid}-${randomBytes(4).toString('hex')}${suffix}`)
}

/** A journal that was found, and what it says. */
export interface FoundJournal {
  readonly path: string
  readonly content: JournalContent
}

/** All journals of a state directory, the latest first: undoing goes backwards. */
export async function findJournals(directory: string): Promise<FoundJournal[]> {
  const names = entriesOf(directory).filter((name) => name.endsWith(suffix) || name.endsWith(revertingSuffix))
  const found: FoundJournal[] = []
  for (const name of names.sort().reverse()) {
    const path = join(directory, name)
    const content = await readJournal(path)
    if (content) found.push({ path, content })
  }
  return found
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** Reads a journal, if it is there and nobody but this user can have written it. */
async function readJournal(path: string): Promise<JournalContent | undefined> {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    const code = codeOf(error)
    // Says nothing of the journal, which stays for whoever tries again.
    if (isExhaustion(error)) throw error
    // Ended since it was listed.
    return code === 'ENOENT' ? undefined : { refused: `it cannot be opened (${code})` }
  }
  try {
    const { mode, uid, nlink } = fstatSync(fd)
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) return { refused: 'it is not a file' }
    if (uid !== userId()) return { refused: `it belongs to the user ${uid}` }
    // Ended since it was opened.
    if (nlink === 0) return undefined
    if ((mode & 0o077) !== 0 || nlink !== 1) return { refused: 'others could have written to it' }
    return await parseJournal(readFileSync(fd))
  } finally {
    closeSync(fd)
  }
}

/** Whether somebody undoes, or has begun to undo, what a journal tells. */
export function isClaimed(path: string): boolean {
  return path.endsWith(revertingSuffix)
}

/** Claims a journal for undoing it. Whoever confirms it meanwhile comes too late, and the other way round. */
export function claimJournal(path: string): string | undefined {
  if (isClaimed(path)) return path
  const claimed = `${path.slice(0, -suffix.length)}${revertingSuffix}`
  try {
    renameSync(path, claimed)
    return claimed
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Puts a journal that cannot be believed aside, where it is no longer found. */
export function setAside(path: string): void {
  try {
    renameSync(path, `${path}.refused`)
  } catch (error) {
    // Somebody else has put it aside, or whoever wrote it has ended it.
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

/** Notes why undoing failed, for people. Where that cannot be written, the caller's error tells it all the same. */
export function noteFailure(path: string, reason: string): void {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW)
  } catch {
    return
  }
  try {
    // Behind a line that was not written to its end, this one would spoil the journal.
    ftruncateSync(fd, readFileSync(fd).lastIndexOf(0x0a) + 1)
    writeFileSync(fd, lineOf({ type: 'failed', reason }))
  } finally {
    closeSync(fd)
  }
}

/** Removes a journal; false where it was gone. */
export function removeJournal(path: string): boolean {
  try {
    unlinkSync(path)
    removePacked(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}
