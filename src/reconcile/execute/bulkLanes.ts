import { availableParallelism } from 'node:os'
import { coversAny } from '../../rtnetlink/packed/covers.js'
import type { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import type { PackedRows } from '../../rtnetlink/packed/packedRows.js'
import { eachInTurns } from '../../system/inTurns.js'
import { kernelIsAtLeast } from '../../system/kernelRelease.js'
import type { BulkChange } from '../steps/operation.js'

/** Fewer are nearly sent by the time that another socket is open. */
const leastRows = 4096
/** How many rows whose addresses begin alike are compared with each other. */
const mostNeighbors = 64

/**
 * Whether the kernel does rows faster when two sockets send them, and as well when their order is not kept. IPv4 routes
 * wait for the RTNL one by one, and so did IPv6 routes before Linux 6.16 (net/ipv6/route.c, RTNL_FLAG_DOIT_UNLOCKED):
 * only what each does before and after is done at the same time.
 *
 * @param order how the rows are sorted; `undefined` where they are one run
 */
export async function areForTwo(
  changes: PackedRoutes<BulkChange>,
  rows: PackedRows,
  order: Uint32Array | undefined,
): Promise<boolean> {
  if (rows.count < leastRows || availableParallelism() < 2) return false
  if (rows.family === 'inet') return (await changes.used()).every(({ operation }) => operation.type === 'deleteRoute')
  if (!kernelIsAtLeast(6, 16)) return false
  return (order === undefined || noneTwice(rows, order)) && !coversAny(rows, await gatewaysOf(changes))
}

/** Whether surely no prefix is there twice, of rows that are sorted by the upper half of their addresses. */
export function noneTwice({ addresses, lengths, count }: PackedRows, order: Uint32Array): boolean {
  const word = (index: number, which: number): number => addresses[(order[index] ?? 0) * 4 + which] ?? 0
  const length = (index: number): number => lengths[order[index] ?? 0] ?? 0
  let first = 0
  for (let index = 1; index < count; index++) {
    if (word(index, 0) !== word(first, 0) || word(index, 1) !== word(first, 1)) first = index
    if (index - first >= mostNeighbors) return false
    for (let other = first; other < index; other++) {
      const same = length(index) === length(other) && word(index, 2) === word(other, 2)
      if (same && word(index, 3) === word(other, 3)) return false
    }
  }
  return true
}

/** A route to one of these addresses decides whether the kernel takes the gateway. */
async function gatewaysOf(changes: PackedRoutes<BulkChange>): Promise<string[]> {
  const gateways = new Set<string>()
  await eachInTurns(await changes.used(), ({ operation }) => {
    const { family, via, nexthops = [] } = operation.route
    if (family === 'inet' || operation.type === 'deleteRoute') return
    for (const gateway of [via, ...nexthops.map((nexthop) => nexthop.via)]) if (gateway) gateways.add(gateway)
  })
  return [...gateways]
}
