import { NetworkError } from '../error.js'
import type { RequestOptions } from '../netlink/exchange.js'
import type { NetlinkMessage } from '../netlink/message.js'
import { createLinkMessages, newLinkFor } from '../rtnetlink/createLink.js'
import type { Link } from '../rtnetlink/link.js'
import type { Elsewhere } from '../state/model.js'
import { withLower } from './dependents.js'
import { learnIndices } from './observeFew.js'
import type { Place } from './place.js'

/**
 * Makes a link on what it stands on in another namespace: asked there, the kernel makes it here at once
 * (net/core/rtnetlink.c, rtnl_newlink_create), so that no link of its name there is in the way.
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
  await there.connection.request(newLinkFor(place.fd, withLower(link, lower), there.context(places)), options)
  return createLinkMessages(link, place.context(places)).slice(1)
}
