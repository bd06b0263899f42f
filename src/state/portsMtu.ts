import { linkKind, ordinaryMtu } from '../rtnetlink/kinds/registry.js'
import type { Link, ListedLink } from '../rtnetlink/link.js'
import type { LinkRecord } from './model.js'

/** The masters of which a port has another MTU than they have; worked out once for all links. */
const mastersKnown = new WeakMap<ReadonlyMap<string, LinkRecord>, ReadonlySet<string>>()

/** Whether a port has another MTU than its master: a bridge that does not follow its ports was given one. */
export function hasPortOfAnotherMtu({ name }: ListedLink, links: ReadonlyMap<string, LinkRecord>): boolean {
  const known = mastersKnown.get(links)
  if (known) return known.has(name)
  const masters = new Set<string>()
  for (const { link } of links.values()) {
    const { master, mtu } = link
    if (typeof master === 'string' && links.get(master)?.link.mtu !== mtu) masters.add(master)
  }
  mastersKnown.set(links, masters)
  return masters.has(name)
}

/** The MTU that a new link is to have, or has without being given one; `undefined` where nobody knows it. */
export function mtuOfNew({ mtu, kind = '' }: Partial<Link>): number | undefined {
  return mtu ?? ordinaryMtu(kind)
}

/** Whether a link that was never given an MTU takes the smallest one of its ports. */
export function followsPorts({ kind = '' }: ListedLink): boolean {
  return linkKind(kind)?.setAfterCreation?.mtu?.ordinary !== undefined
}

/**
 * Whether a new link of the kind has the MTU without being given it, so that it goes on following its ports: a bridge
 * takes the smallest MTU of these (net/bridge/br_if.c, br_mtu_auto_adjust). Nobody can see whether it was given one.
 */
export function mayFollowPorts(link: ListedLink, links: ReadonlyMap<string, LinkRecord>): boolean {
  const ordinary = linkKind(link.kind ?? '')?.setAfterCreation?.mtu?.ordinary
  return link.mtu === ordinary && !hasPortOfAnotherMtu(link, links)
}
