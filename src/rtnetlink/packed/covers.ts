import { familyOf, parseAddress } from '../../ip/address.js'
import type { PackedRoutes } from './packedRoutes.js'
import { wordsOf } from './packedRows.js'

/** Whether an address is in the destination of any of many routes. */
export function covers(table: PackedRoutes<unknown>, address: string): boolean {
  const bytes = parseAddress(address)
  if (!bytes) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const { family, count, addresses, lengths } = table[familyOf(bytes)]
  const words = wordsOf(family)
  for (let row = 0; row < count; row++) {
    let bits = lengths[row] ?? 0
    let word = 0
    for (; bits > 0; bits -= 32, word++) {
      const differing = (addresses[row * words + word] ?? 0) ^ view.getUint32(word * 4)
      if (differing >>> Math.max(0, 32 - bits) !== 0) break
    }
    if (bits <= 0) return true
  }
  return false
}
