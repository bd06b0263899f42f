import { randomInt } from 'node:crypto'
import type { NetworkError } from '../../error.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import type { ListedLink } from '../../rtnetlink/link.js'
import { deleteLink, deleteLinkGroup, setLink } from '../../rtnetlink/linkMessages.js'
import { mapInTurns } from '../../system/inTurns.js'
import { observeLinks } from '../observe/observe.js'
import type { Place } from '../world/place.js'

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
  const links = await observeLinks(place, options)
  const refused = await deleteWithoutKind(place, names, links, options)
  if (refused) return refused
  const group = unusedGroup(links)
  const moves = await mapInTurns(names, (name) => setLink({ name }, { group }))
  // Whoever is gone went along with the other end of its pair, or somebody was faster.
  const whereThere = { ...options, isHarmless: ({ code }: NetworkError) => code === 'ENODEV' }
  const { errors } = await place.connection.batch(moves, { ...whereThere, stopAtError: true })
  const [first] = [...errors].sort(([a], [b]) => a - b)
  if (first) return { index: first[0], error: first[1] }
  const deleted = await place.connection.batch([deleteLinkGroup(group)], whereThere)
  const error = deleted.errors.get(0)
  return error ? { index: 0, error } : undefined
}

/**
 * A link without a kind is a device that only its driver can take away. The kernel deletes none of a group that has one,
 * and does not say which one it is (net/core/rtnetlink.c, rtnl_group_dellink); by itself it is refused by its name.
 */
async function deleteWithoutKind(
  place: Place,
  names: readonly string[],
  links: readonly ListedLink[],
  options: RequestOptions,
): Promise<{ index: number; error: NetworkError } | undefined> {
  const without = new Set(links.filter(({ kind }) => kind === undefined).map(({ name }) => name))
  const index = names.findIndex((name) => without.has(name))
  const name = names[index]
  if (name === undefined) return undefined
  const { errors } = await place.connection.batch([deleteLink({ name })], options)
  const error = errors.get(0)
  return error && { index, error }
}

/** A group that no link is in, so that none but ours is deleted. */
function unusedGroup(links: readonly ListedLink[]): number {
  const used = new Set(links.map(({ group }) => group))
  for (;;) {
    const group = randomInt(1 << 16, 0x7fffffff)
    if (!used.has(group)) return group
  }
}
