import { createHash } from 'node:crypto'
import { NetworkError } from '../../error.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import type { NetlinkMessage } from '../../netlink/message.js'
import { createLinkMessages, newLinkOn } from '../../rtnetlink/createLink.js'
import type { Link } from '../../rtnetlink/link.js'
import { deleteLink, setLink } from '../../rtnetlink/linkMessages.js'
import { decodeNamespaceId, getNamespaceId, newNamespaceId } from '../../rtnetlink/namespaceId.js'
import type { Elsewhere } from '../../state/model.js'
import { findLink, learnIndices } from '../observe/observeFew.js'
import { withLower } from '../reach/dependents.js'
import type { Place } from '../world/place.js'

/**
 * Makes a link on what it stands on in another namespace. Asked there for one that is for here, tunnels would stand on
 * nothing of it before Linux 6.15, since they ask the device for its namespace (net/ipv4/ip_tunnel.c,
 * ip_tunnel_newlink); asked here for one on a link there, the kernel makes it there and moves it
 * (net/core/rtnetlink.c, rtnl_newlink_create).
 * @returns the messages that are left to send in its own namespace
 */
export async function createElsewhere(
  link: Link,
  { namespace, link: lower }: Elsewhere,
  place: Place,
  places: ReadonlyMap<string, Place>,
  options: RequestOptions,
): Promise<readonly NetlinkMessage[]> {
  const there = namespace === undefined ? undefined : places.get(namespace)
  if (!there) throw new NetworkError('NOT_FOUND', `link ${link.name}: the namespace that it led into is not there`)
  if (lower !== undefined) {
    there.indices.delete(lower)
    await learnIndices(there, [lower], options)
  }
  const whole = withLower(link, lower)
  const id = await namespaceIdOf(there, place, options)
  const make = (name: string): Promise<unknown> =>
    place.connection.request(newLinkOn(id, { ...whole, name }, there.context(places)), options)
  const aside = nameAside(link.name)
  await removeLeft(aside, place, options)
  try {
    await make(link.name)
  } catch (error) {
    if (!(error instanceof NetworkError) || error.code !== 'EEXIST') throw error
    // Before Linux 6.15 a link of that name in the other namespace is in the way (net/core/rtnetlink.c, __rtnl_newlink).
    await make(aside)
    await renameMade(aside, link.name, place, options)
  }
  return createLinkMessages(link, place.context(places)).slice(1)
}

/** What a link is called until it gets its name; it follows from that, so that whoever tries again knows it. */
function nameAside(name: string): string {
  return `making${createHash('sha256').update(name).digest('hex').slice(0, 9)}`
}

/** Removes what an apply that was killed before it gave a link its name has left behind, and which is like that link. */
async function removeLeft(aside: string, place: Place, options: RequestOptions): Promise<void> {
  if (await findLink(place, { name: aside }, options)) {
    await place.connection.request(deleteLink({ name: aside }), options)
  }
}

/** The id that a place has for another one, which it gets if it has none. */
async function namespaceIdOf({ fd }: Place, { connection }: Place, options: RequestOptions): Promise<number> {
  const ask = async (): Promise<number> => {
    const [id = -1] = await connection.ask(getNamespaceId(fd), ({ body }) => decodeNamespaceId(body), options)
    return id
  }
  const known = await ask()
  if (known >= 0) return known
  await connection.request(newNamespaceId(fd), options)
  return ask()
}

/** Gives a link that was just made its name; where that is taken, the link goes. */
async function renameMade(from: string, to: string, place: Place, options: RequestOptions): Promise<void> {
  try {
    await learnIndices(place, [from], options)
    const index = place.indices.get(from)
    if (index === undefined) throw new NetworkError('NOT_FOUND', `link ${from}: is gone already`)
    await place.connection.request(setLink({ index }, { name: to }), options)
    place.renamed(from, to)
  } catch (error) {
    await place.connection.request(deleteLink({ name: from }), {})
    throw error
  }
}
