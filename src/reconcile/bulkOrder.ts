import type { PackedRows } from '../rtnetlink/packed/packedRows.js'
import { isOneRun } from '../rtnetlink/packed/runs.js'
import { inSlices } from '../system/turns.js'
import type { PlannedStep } from './step.js'

/**
 * The order in which the kernel takes many routes best, with figures in docs/routes-at-scale.md; `undefined` where that
 * is the one that they are in.
 */
export async function kernelOrderOf(rows: PackedRows, action: PlannedStep['action']): Promise<Uint32Array | undefined> {
  if (rows.family === 'inet6') return await ascending(rows)
  if (action === 'create') return await strided(rows.count)
  return action === 'delete' ? await reversed(rows.count) : undefined
}

const stride = 64

/**
 * Each 64th row, 64 times, the times with their bits reversed: the table grows everywhere at once, and what lies
 * together in memory is still in few pieces.
 */
async function strided(count: number): Promise<Uint32Array> {
  const order = new Uint32Array(count)
  let next = 0
  for (const first of await reversed(stride)) {
    for (let row = first; row < count; row += stride) order[next++] = row
  }
  return order
}

/** The numbers of rows with their bits reversed, each below the count. */
async function reversed(count: number): Promise<Uint32Array> {
  const bits = Math.ceil(Math.log2(Math.max(count, 2)))
  const order = new Uint32Array(count)
  let next = 0
  let mirrored = 0
  await inSlices(2 ** bits, (start, end) => {
    for (let index = start; index < end; index++) {
      if (mirrored < count) order[next++] = mirrored
      // Adds one from the top: the bits that are set there go, and the first that is not comes.
      let bit = 1 << (bits - 1)
      while (mirrored & bit) {
        mirrored ^= bit
        bit >>= 1
      }
      mirrored |= bit
    }
  })
  return order
}

/** By the upper 64 bits of the address, by which the tables of the Internet tell nearly all prefixes. */
async function ascending(rows: PackedRows): Promise<Uint32Array | undefined> {
  if (await isOneRun(rows)) return undefined
  let order = new Uint32Array(rows.count)
  for (let index = 0; index < rows.count; index++) order[index] = index
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
