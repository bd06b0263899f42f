import { familyOf, parseAddress } from '../../ip/address.js'
import type { PackedRoutes } from './packedRoutes.js'
import { type PackedRows, wordsOf } from './packedRows.js'

/** Whether an address is in the destination of any of many routes. */
export function covers(table: PackedRoutes<unknown>, address: string): boolean {
  return coversAny(table[familyOf(address)], [address])
}

/** Whether any of some addresses, all of the family of rows, is in the destination of a row. */
export function coversAny(rows: PackedRows, addresses: readonly string[]): boolean {
  const asked = addresses.flatMap((address) => parseAddress(address) ?? []).map(viewOf)
  if (asked.length === 0) return false
  // Marked by the first 32 bits of each, so that nearly all rows are passed over at once.
  const marks = new Uint8Array(0x10000)
  for (const view of asked) marks[markOf(view.getUint32(0))] = 1
  const words = wordsOf(rows.family)
  for (let row = 0; row < rows.count; row++) {
    if ((rows.lengths[row] ?? 0) >= 32 && marks[markOf(rows.addresses[row * words] ?? 0)] === 0) continue
    if (asked.some((view) => isIn(view, rows, row, words))) return true
  }
  return false
}

function viewOf({ buffer, byteOffset }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset)
}

function markOf(word: number): number {
  return (word ^ (word >>> 16)) & 0xffff
}

function isIn(view: DataView, { addresses, lengths }: PackedRows, row: number, words: number): boolean {
  let bits = lengths[row] ?? 0
  for (let word = 0; bits > 0; bits -= 32, word++) {
    const differing = (addresses[row * words + word] ?? 0) ^ view.getUint32(word * 4)
    if (differing >>> Math.max(0, 32 - bits) !== 0) return false
  }
  return true
}
