import type { RequestOptions } from '../../netlink/exchange.js'
import type { LinkPeer } from '../../rtnetlink/kinds/peer.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { ListedLink } from '../../rtnetlink/link.js'
import { decodeNamespaceId, getNamespaceId, noNamespaceId } from '../../rtnetlink/namespaceId.js'
import { isPairKind, withoutLedOptions, withPeer } from '../../rtnetlink/pair.js'
import type { Elsewhere, NetworkState } from '../../state/model.js'
import { listNamespaces } from '../../system/namespace.js'
import { rest } from '../../system/turns.js'
import { findLink } from '../observe/observeFew.js'
import { Place } from './place.js'

/**
 * Names the other end of each pair, and what a link leads to in another namespace. The kernel tells its index, and for
 * another namespace that one's id, which every namespace counts for itself.
 */
export async function resolvePeers(
  places: ReadonlyMap<string, Place>,
  states: Map<string, NetworkState>,
  options: RequestOptions,
): Promise<void> {
  for (const [name, state] of states) {
    const pairs = [...state.links.values()].filter(
      ({ link }) => isPairKind(link.kind) || link.linkNamespaceId !== undefined,
    )
    const place = places.get(name)
    if (pairs.length === 0 || !place) continue
    const ids = new Set(pairs.flatMap(({ link: { linkNamespaceId: id = noNamespaceId } }) => (id < 0 ? [] : [id])))
    const neighbors = await namespacesById(ids, place, places, options)
    const links = new Map(state.links)
    for (const record of pairs) {
      await rest()
      const link = withoutLedOptions(record.link)
      const elsewhere = await elsewhereOf(link, neighbors, options)
      const peer = isPairKind(link.kind) ? peerOf(link, elsewhere) : undefined
      links.set(link.name, {
        ...record,
        link: peer ? withPeer(link, peer) : link,
        ...(elsewhere ? { elsewhere } : {}),
      })
    }
    for (const { place: other, temporary } of neighbors.values()) if (temporary) other.close()
    states.set(name, { ...state, links })
  }
}

interface NamedPlace {
  readonly name: string
  readonly place: Place
  readonly temporary: boolean
}

function peerOf({ link }: ListedLink, elsewhere: Elsewhere | undefined): LinkPeer | undefined {
  if (!elsewhere) return typeof link === 'string' ? { name: link } : undefined
  const { namespace, link: name } = elsewhere
  return name === undefined ? undefined : { name, ...(namespace ? { namespace } : {}) }
}

/** Where a link leads to in another namespace, as far as that can be told. */
async function elsewhereOf(
  { kind = '', link: index, linkNamespaceId: id }: ListedLink,
  neighbors: ReadonlyMap<number, NamedPlace>,
  options: RequestOptions,
): Promise<Elsewhere | undefined> {
  if (id === undefined) return undefined
  const there = neighbors.get(id)
  if (!there) return {}
  // Of a link that stands on no other one the kernel tells its own index.
  const leadsToLink = isPairKind(kind) || linkKind(kind)?.dependsOn?.includes('link')
  if (typeof index !== 'number' || index === 0 || !leadsToLink) return { namespace: there.name }
  const found = await findLink(there.place, { index }, options)
  return { namespace: there.name, ...(found ? { link: found.name } : {}) }
}

/** The namespaces of some ids that they have in this one, where they have a name. */
async function namespacesById(
  ids: ReadonlySet<number>,
  place: Place,
  places: ReadonlyMap<string, Place>,
  options: RequestOptions,
): Promise<Map<number, NamedPlace>> {
  const found = new Map<number, NamedPlace>()
  // One of the places is most likely, and there may be thousands of names.
  for (const name of namesOf(places)) {
    if (ids.size === found.size) break
    const open = places.get(name)
    const there = open ?? Place.openIfPossible(name)
    if (!there) continue
    const [id] = await place.connection.ask(getNamespaceId(there.fd), ({ body }) => decodeNamespaceId(body), options)
    if (id !== undefined && ids.has(id) && !found.has(id)) found.set(id, { name, place: there, temporary: !open })
    else if (!open) there.close()
  }
  return found
}

function* namesOf(places: ReadonlyMap<string, Place>): Generator<string> {
  yield* places.keys()
  for (const name of listNamespaces()) if (!places.has(name)) yield name
}
