import { randomInt } from 'node:crypto'
import type { NetworkError } from '../error.js'
import type { RequestOptions } from '../netlink/exchange.js'
import { deleteLinkGroup, setLink } from '../rtnetlink/linkMessages.js'
import { mapInTurns } from '../system/inTurns.js'
import { observeLinks } from './observe.js'
import type { Place } from './place.js'

/** From how many links on a group of their own is faster than deleting them one by one. */
export const worthAGroup = 4

/**
 * Deletes links by putting them into a group of their own. The kernel waits some 18 ms for each link that is deleted
 * by itself, and once for all of a group.
 * @returns what failed, and for which of the links
 */
export async function deleteTogether(
  place: Place,
  names: readonly string[],
  options: RequestOptions,
): Promise<{ index: number; error: NetworkError } | undefined> {
  const group = await unusedGroup(place, options)
  const moves = await mapInTurns(names, (name) => setLink({ name }, { group }))
  const { errors } = await place.connection.batch(moves, { ...options, stopAtError: true })
  const [first] = [...errors].sort(([a], [b]) => a - b)
  if (first) return { index: first[0], error: first[1] }
  const deleted = await place.connection.batch([deleteLinkGroup(group)], options)
  const error = deleted.errors.get(0)
  return error ? { index: 0, error } : undefined
}

/** A group that no link is in, so that none but ours is deleted. */
async function unusedGroup(place: Place, options: RequestOptions): Promise<number> {
  const used = new Set((await observeLinks(place, options)).map(({ group }) => group))
  for (;;) {
    const group = randomInt(1 << 16, 0x7fffffff)
    if (!used.has(group)) return group
  }
}
