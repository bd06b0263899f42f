import { NetworkError } from '../../error.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { RTNLGRP_LINK } from '../../rtnetlink/constants.js'
import { decodeNamespaceId, getNamespaceOfId, noNamespaceId } from '../../rtnetlink/namespaceId.js'
import type { DesiredNetwork } from '../../state/desired.js'
import type { LinkRecord, NetworkState } from '../../state/model.js'
import { findLink } from '../observe/observeFew.js'
import type { PlaceOptions } from '../options/options.js'
import { plannedPeers } from '../reach/pairs.js'
import type { Place } from '../world/place.js'
import type { World } from '../world/world.js'
import { listenUntil } from './listenUntil.js'

/** Milliseconds: the kernel removes what is in a namespace some time after the last one who had it. */
const longest = 5_000

/** Milliseconds: what passes before a plan is refused that would be possible if a link were gone. */
const moment = 1_000

/**
 * Waits until the kernel has removed those links of a wish whose other end was in a namespace that is gone, such as one that
 * was deleted to be made anew.
 *
 * @returns whether there was any, so that what was read counts no longer
 */
export async function untilVanished(
  networks: ReadonlyMap<string, DesiredNetwork>,
  states: ReadonlyMap<string, NetworkState>,
  world: World,
  options: PlaceOptions,
): Promise<boolean> {
  let isAny = false
  for (const [namespace, { links }] of states) {
    const place = world.places.get(namespace)
    const lost = [...links.values()].filter(({ elsewhere }) => elsewhere && elsewhere.namespace === undefined)
    if (!place || lost.length === 0) continue
    const names = namesWanted(networks, namespace)
    const awaited: LinkRecord[] = []
    for (const record of lost) {
      const isWanted = namesOf(record).some((name) => names.has(name))
      if (isWanted && (await vanishes(record, place, options))) awaited.push(record)
    }
    if (awaited.length === 0) continue
    isAny = true
    await untilGone(place, awaited, longest, options)
  }
  return isAny
}

/**
 * Waits a moment for links to go that lead into a namespace without a name: one whose name was just deleted lives on until
 * the kernel is done with the last socket of it, and nobody can tell it from one that stays.
 *
 * @returns whether they went, so that what was read counts no longer
 */
export async function wentInTime(
  nowhere: ReadonlyMap<string, readonly LinkRecord[]>,
  world: World,
  options: PlaceOptions,
): Promise<boolean> {
  if (nowhere.size === 0) return false
  const end = performance.now() + moment
  for (const [namespace, records] of nowhere) {
    const place = world.places.get(namespace)
    if (!place || !(await untilGone(place, records, end - performance.now(), options))) return false
  }
  return true
}

function untilGone(
  place: Place,
  records: readonly LinkRecord[],
  timeout: number,
  options: PlaceOptions,
): Promise<boolean> {
  const areGone = async (): Promise<boolean> => {
    for (const { link } of records) if (await findLink(place, { index: link.index }, options)) return false
    return true
  }
  return listenUntil(place, [RTNLGRP_LINK], areGone, { timeout, signal: options.signal, subject: 'links that vanish' })
}

/** Whether a link leads into a namespace that nobody has any longer: the kernel is about to remove both. */
async function vanishes(
  { link: { linkNamespaceId: id = noNamespaceId } }: LinkRecord,
  place: Place,
  options: RequestOptions,
): Promise<boolean> {
  if (id === noNamespaceId) return true
  try {
    await place.connection.ask(getNamespaceOfId(id), ({ body }) => decodeNamespaceId(body), options)
    return false
  } catch (error) {
    // An old kernel does not know the question.
    if (error instanceof NetworkError) return error.code === 'ENOENT'
    throw error
  }
}

function namesWanted(networks: ReadonlyMap<string, DesiredNetwork>, namespace: string): ReadonlySet<string> {
  const peers = plannedPeers([...networks].map(([name, { links }]) => [name, links]))
  const links = networks.get(namespace)?.links.map(({ name }) => name) ?? []
  return new Set([...links, ...(peers.get(namespace)?.keys() ?? [])])
}

function namesOf({ link: { name, altNames = [] } }: LinkRecord): readonly string[] {
  return [name, ...altNames]
}
