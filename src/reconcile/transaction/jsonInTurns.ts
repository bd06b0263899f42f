import { eachInTurns } from '../../system/inTurns.js'
import { toJson } from './plainData.js'

/** A shorter list is no work. */
const longList = 32

/** Pieces are about so long, which is some tenths of a millisecond to sum up and to write. */
const pieceLength = 1 << 16

/** What `toJson` makes of plain data, in pieces: long lists are gone through in turns of the event loop. */
export async function jsonInTurns(value: unknown): Promise<string[]> {
  const pieces: string[] = []
  let piece = ''
  const add = (text: string): void => {
    piece += text
    if (piece.length < pieceLength) return
    pieces.push(piece)
    piece = ''
  }
  const write = async (item: unknown, depth: number): Promise<void> => {
    if (Array.isArray(item) && item.length > longList) {
      let separator = '['
      await eachInTurns(item, (one: unknown) => {
        add(`${separator}${toJson(one) ?? 'null'}`)
        separator = ','
      })
      add(']')
    } else if (depth > 0 && isPlain(item)) {
      let separator = '{'
      for (const [name, one] of Object.entries(item)) {
        if (one === undefined) continue
        add(`${separator}${JSON.stringify(name)}:`)
        await write(one, depth - 1)
        separator = ','
      }
      add(separator === '{' ? '{}' : '}')
    } else add(toJson(item))
  }
  // A record, its networks, one of them, and what that has.
  await write(value, 3)
  return [...pieces, piece]
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
