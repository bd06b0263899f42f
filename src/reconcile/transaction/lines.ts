import { createHash } from 'node:crypto'
import { eachInTurns } from '../../system/inTurns.js'
import { fromParts, partsOf } from './partedJson.js'
import { beginOf, type JournalBegin, type JournalContent, type JournalRecord, recordOf } from './records.js'

/** What is between the parts of a line; JSON has none of it. */
const separator = '\t'

/** Pieces are about so long, which is some tenths of a millisecond to sum up and to write. */
const pieceLength = 1 << 16

/** A record as a line, with a sum that tells whether it was written to its end. */
export function lineOf(record: JournalRecord): string {
  const text = [...partsOf(record)].join(separator)
  return `${createHash('sha256').update(text).digest('hex')} ${text}\n`
}

/** The same of a record that may tell of very much, in pieces and in turns of the event loop. */
export async function longLineOf(record: JournalBegin | JournalRecord): Promise<string[]> {
  const pieces: string[] = []
  const hash = createHash('sha256')
  let piece = ''
  const end = (): void => {
    hash.update(piece)
    pieces.push(piece)
    piece = ''
  }
  await eachInTurns(partsOf(record), (part) => {
    piece += pieces.length === 0 && piece === '' ? part : `${separator}${part}`
    if (piece.length >= pieceLength) end()
  })
  end()
  return [`${hash.digest('hex')} `, ...pieces, '\n']
}

/**
 * Reads a journal, in turns of the event loop. A last line that was not written to its end is left out: what it told of
 * had not begun. Everything else that is not as it was written spoils the whole.
 */
export async function parseJournal(bytes: Buffer): Promise<JournalContent> {
  if (bytes.length === 0) return { refused: 'it is empty' }
  const [first, ...others] = splitAt(bytes.subarray(0, bytes.lastIndexOf('\n') + 1), '\n')
  if (first === undefined) return { refused: 'it was not written to the end' }
  const begin = await beginOf(await contentOf(first))
  if ('refused' in begin) return { refused: `its beginning is not what was written: ${begin.refused}` }
  const records: JournalRecord[] = []
  for (const [index, line] of others.entries()) {
    const record = await recordOf(await contentOf(line))
    if (!record) return { refused: `line ${index + 2} is not what was written` }
    records.push(record)
  }
  return { begin, records }
}

async function contentOf(line: Buffer): Promise<unknown> {
  const [sum, text] = [line.toString('latin1', 0, 64), line.subarray(65)]
  const hash = createHash('sha256')
  await eachInTurns(inPieces(text), (piece) => hash.update(piece))
  if (sum !== hash.digest('hex')) return undefined
  try {
    return await fromParts(textsOf(text))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function* inPieces(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += pieceLength) yield bytes.subarray(start, start + pieceLength)
}

function* textsOf(line: Buffer): Generator<string> {
  for (const part of splitAt(line, separator)) yield part.toString()
}

/** The bytes between characters; behind one at the end is nothing. */
function* splitAt(bytes: Buffer, character: string): Generator<Buffer> {
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(character, start)
    const end = found < 0 ? bytes.length : found
    yield bytes.subarray(start, end)
    start = end + 1
  }
}
