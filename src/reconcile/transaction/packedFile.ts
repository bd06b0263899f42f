import { createHash, type Hash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, unlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { NetworkError } from '../../error.js'
import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import { type PackedRows, wordsOf } from '../../rtnetlink/packed/packedRows.js'
import type { DesiredNetwork, DesiredRoute } from '../../state/desired.js'
import { codeOf } from '../../system/errno.js'
import { eachInTurns, everyInTurns } from '../../system/inTurns.js'
import { rest } from '../../system/turns.js'
import { routeOfLine } from './journalRoute.js'
import { toJson } from './plainData.js'
import { userId } from './stateDirectory.js'

/** Packed routes of a journal: a file beside it, whose bytes are what the sum tells. */
export interface PackedReference {
  readonly file: string
  readonly sum: string
  readonly inet: number
  readonly inet6: number
  /** How many ways there are: what rows share, behind them, a line each. */
  readonly ways: number
}

/** A network with its many routes in a file. */
export interface JournalNetwork extends Omit<DesiredNetwork, 'bulk'> {
  readonly bulk?: PackedReference
}

const infix = '.routes-'
/** Bytes that are written and summed up between turns of the event loop. */
const pieceSize = 1 << 20
/** The same of text, which takes longer. */
const textSize = 1 << 16

/** What the files beside a journal begin with, whatever has become of its name. */
function stemOf(journalPath: string): string {
  return basename(journalPath).split('.')[0] ?? ''
}

/** Writes the many routes of networks into files beside a journal. */
export async function writePacked(
  journalPath: string,
  networks: ReadonlyMap<string, DesiredNetwork>,
): Promise<Record<string, JournalNetwork>> {
  const written: Record<string, JournalNetwork> = {}
  for (const [name, { bulk, ...network }] of networks) {
    written[name] = bulk && bulk.size > 0 ? { ...network, bulk: await write(journalPath, bulk) } : network
  }
  return written
}

async function write(journalPath: string, routes: PackedRoutes<DesiredRoute>): Promise<PackedReference> {
  const directory = dirname(journalPath)
  const prefix = `${stemOf(journalPath)}${infix}`
  const file = `${prefix}${readdirSync(directory).filter((name) => name.startsWith(prefix)).length}`
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  return await withFile(join(directory, file), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, async (fd) => {
    const hash = createHash('sha256')
    const writePiece = (piece: Uint8Array): void => {
      hash.update(piece)
      // All of it, however much the kernel takes at once.
      writeFileSync(fd, piece)
    }
    for (const bytes of columnsOf(routes)) {
      for (let start = 0; start < bytes.length; start += pieceSize) {
        writePiece(bytes.subarray(start, start + pieceSize))
        await rest()
      }
    }
    const { inet, inet6, ways } = routes
    let text = ''
    await eachInTurns(ways, (way) => {
      text += `${toJson(way)}\n`
      if (text.length < textSize) return
      writePiece(Buffer.from(text))
      text = ''
    })
    writePiece(Buffer.from(text))
    return { file, sum: hash.digest('hex'), inet: inet.count, inet6: inet6.count, ways: ways.length }
  })
}

/** Opens a file for some work; pieces of it are read and written at once, which takes less than going to another thread. */
async function withFile<T>(path: string, flags: number, work: (fd: number) => Promise<T>): Promise<T> {
  const fd = openSync(path, flags, 0o600)
  try {
    return await work(fd)
  } finally {
    closeSync(fd)
  }
}

function columnsOf({ inet, inet6 }: PackedRoutes<unknown>): Uint8Array[] {
  return [inet, inet6]
    .flatMap(({ addresses, lengths, ways }) => [addresses, lengths, ways])
    .map((column) => new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
}

/** Reads the files beside a journal back in; throws where one is not as it was written. */
export async function readPacked(
  directory: string,
  networks: Readonly<Record<string, JournalNetwork>>,
): Promise<Map<string, DesiredNetwork>> {
  const read = new Map<string, DesiredNetwork>()
  for (const [name, { bulk, ...network }] of Object.entries(networks)) {
    read.set(name, bulk ? { ...network, bulk: await readRoutes(directory, bulk) } : network)
  }
  return read
}

async function readRoutes(directory: string, reference: PackedReference): Promise<PackedRoutes<DesiredRoute>> {
  const path = join(directory, reference.file)
  try {
    return await withFile(path, constants.O_RDONLY | constants.O_NOFOLLOW, async (fd) => {
      const { uid, mode, size } = fstatSync(fd)
      if (uid !== userId() || (mode & 0o077) !== 0) throw unbelievable(path, 'others could have written to it')
      const inet = emptyRows('inet', reference.inet)
      const inet6 = emptyRows('inet6', reference.inet6)
      const ways: DesiredRoute[] = []
      const routes = new PackedRoutes(ways, inet, inet6)
      if (size < routes.bytes) throw unbelievable(path, 'it was not written to the end')
      const hash = createHash('sha256')
      for (const bytes of columnsOf(routes)) await fill(fd, bytes, hash)
      const areWays = await readWays(fd, ways, hash)
      if (hash.digest('hex') !== reference.sum) throw unbelievable(path, 'it is not what was written')
      if (!areWays || ways.length !== reference.ways) throw unbelievable(path, 'what its routes share is not told')
      return routes
    })
  } catch (error) {
    if (error instanceof NetworkError) throw error
    throw unbelievable(path, `it cannot be read (${codeOf(error)})`)
  }
}

function emptyRows(family: 'inet' | 'inet6', count: number): PackedRows {
  return {
    family,
    count,
    addresses: new Uint32Array(count * wordsOf(family)),
    lengths: new Uint8Array(count),
    ways: new Uint32Array(count),
  }
}

async function fill(fd: number, bytes: Uint8Array, hash: Hash): Promise<void> {
  let start = 0
  while (start < bytes.length) {
    const read = readSync(fd, bytes, start, Math.min(pieceSize, bytes.length - start), null)
    if (read === 0) return
    hash.update(bytes.subarray(start, start + read))
    start += read
    await rest()
  }
}

/** Reads what rows share, a line each; false where a line tells no route. */
async function readWays(fd: number, ways: DesiredRoute[], hash: Hash): Promise<boolean> {
  const bytes = new Uint8Array(textSize)
  const decoder = new TextDecoder()
  let carried = ''
  for (;;) {
    const count = readSync(fd, bytes, 0, bytes.length, null)
    if (count === 0) return carried === ''
    const piece = bytes.subarray(0, count)
    hash.update(piece)
    const lines = (carried + decoder.decode(piece, { stream: true })).split('\n')
    carried = lines.pop() ?? ''
    const areRoutes = await everyInTurns(lines, (line) => {
      const way = routeOfLine(line)
      if (way) ways.push(way)
      return way !== undefined
    })
    if (!areRoutes) return false
  }
}

function unbelievable(path: string, reason: string): NetworkError {
  return new NetworkError('NOT_APPLIED', `${path}: ${reason}`)
}

/** Removes the files beside a journal. */
export function removePacked(journalPath: string): void {
  const directory = dirname(journalPath)
  const prefix = `${stemOf(journalPath)}${infix}`
  for (const name of readdirSync(directory)) if (name.startsWith(prefix)) remove(join(directory, name))
}

/** Removes files whose journal was never begun, since its process was killed before. */
export function removeForsakenPacked(directory: string): void {
  const names = readdirSync(directory)
  const stems = new Set(names.filter((name) => !name.includes(infix)).map(stemOf))
  for (const name of names) {
    const [, pid = ''] = name.split('-')
    if (name.includes(infix) && !stems.has(stemOf(name)) && !isAlive(Number(pid))) remove(join(directory, name))
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) !== 'ESRCH'
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}
