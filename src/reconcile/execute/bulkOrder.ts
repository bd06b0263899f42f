import type { PackedRows } from '../../rtnetlink/packed/packedRows.js'
import { isOneRun } from '../../rtnetlink/packed/runs.js'
import { inSlices, rest } from '../../system/turns.js'
import type { PlannedStep } from '../steps/step.js'

/**
 * The order in which the kernel takes many routes best, with figures in docs/routes-at-scale.md; `undefined` where that
 * is the one that they are in.
 */
export async function kernelOrderOf(rows: PackedRows, action: PlannedStep['action']): Promise<Uint32Array | undefined> {
  if (rows.family === 'inet6') return await ascending(rows)
  return action === 'update' ? undefined : await strided(rows.count)
}

const strideBits = 6
const stride = 2 ** strideBits

/**
 * Each 64th row, 64 times, the times with their bits reversed: the table grows and shrinks everywhere at once, and what
 * lies together in memory is still in few pieces.
 */
async function strided(count: number): Promise<Uint32Array> {
  const order = new Uint32Array(count)
  let next = 0
  for (let time = 0; time < stride; time++) {
    for (let row = reversed(time); row < count; row += stride) order[next++] = row
    // The first time that memory is written to takes longer than the counting.
    await rest()
  }
  return order
}

function reversed(time: number): number {
  let result = 0
  for (let bit = 0; bit < strideBits; bit++) result |= ((time >> bit) & 1) << (strideBits - 1 - bit)
  return result
}

/** By the upper 64 bits of the address, by which the tables of the Internet tell nearly all prefixes. */
async function ascending(rows: PackedRows): Promise<Uint32Array | undefined> {
  if (await isOneRun(rows)) return undefined
  let order = new Uint32Array(rows.count)
  await inSlices(rows.count, (start, end) => {
    for (let index = start; index < end; index++) order[index] = index
  })
  for (const [word, shift] of [
    [1, 0],
    [1, 16],
    [0, 0],
    [0, 16],
  ] as const) {
    order = await sortedByDigit(
      order,
      ({ addresses }, row) => ((addresses[row * 4 + word] ?? 0) >>> shift) & 0xffff,
      rows,
    )
  }
  return order
}

/** One round of a radix sort. */
async function sortedByDigit(
  order: Uint32Array,
  digitOf: (rows: PackedRows, row: number) => number,
  rows: PackedRows,
): Promise<Uint32Array<ArrayBuffer>> {
  const places = new Uint32Array(0x10001)
  await inSlices(order.length, (start, end) => {
    for (let index = start; index < end; index++) {
      const digit = digitOf(rows, order[index] ?? 0) + 1
      places[digit] = (places[digit] ?? 0) + 1
    }
  })
  for (let digit = 1; digit < places.length; digit++) places[digit] = (places[digit] ?? 0) + (places[digit - 1] ?? 0)
  const sorted = new Uint32Array(order.length)
  await inSlices(order.length, (start, end) => {
    for (let index = start; index < end; index++) {
      const row = order[index] ?? 0
      const digit = digitOf(rows, row)
      const place = places[digit] ?? 0
      sorted[place] = row
      places[digit] = place + 1
    }
  })
  return sorted
}
