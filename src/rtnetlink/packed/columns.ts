/** So many numbers are looked at one by one before all that follow are compared at once. */
const soonDiffers = 512

/** How far a number is the same one in a column. */
export function sameUntil(column: Uint32Array, start: number, end: number): number {
  const soon = Math.min(end, start + soonDiffers)
  const next = sameOneByOne(column, start, soon)
  if (next < soon || soon === end) return next
  return isSame(column, next - 1, end) ? end : sameOneByOne(column, next - 1, end)
}

function sameOneByOne(column: Uint32Array, start: number, end: number): number {
  const first = column[start]
  let next = start + 1
  while (next < end && column[next] === first) next++
  return next
}

/** Whether a number is the same one up to an end. */
function isSame(column: Uint32Array, start: number, end: number): boolean {
  return sameBytes(column.subarray(start, end - 1), column.subarray(start + 1, end))
}

/** How far two numbers beside each other are the same ones in two columns. */
export function samePairUntil(column: Uint32Array, start: number, end: number, other: Uint32Array, at: number): number {
  const soon = Math.min(end, start + soonDiffers)
  const next = samePairOneByOne(column, start, soon, other, at)
  if (next < soon || soon === end) return next
  const beside = at + next - start
  const areSame = isSame(column, next - 1, end) && isSame(other, beside - 1, beside + end - next)
  return areSame ? end : samePairOneByOne(column, next - 1, end, other, beside - 1)
}

function samePairOneByOne(column: Uint32Array, start: number, end: number, other: Uint32Array, at: number): number {
  const first = column[start]
  const second = other[at]
  let next = start + 1
  for (let beside = at + 1; next < end && column[next] === first && other[beside] === second; beside++) next++
  return next
}

/** Whether two pieces of memory have the same bytes. */
export function sameBytes(one: ArrayBufferView, other: ArrayBufferView): boolean {
  return bytesOf(one).equals(bytesOf(other))
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
