import { RTNLGRP_LINK } from '../../rtnetlink/constants.js'
import { decodeLink } from '../../rtnetlink/decodeLink.js'
import type { ListedLink } from '../../rtnetlink/link.js'
import { observeLinks } from '../observe/observe.js'
import { findLink, mostFew } from '../observe/observeFew.js'
import type { ApplyOptions } from '../options/options.js'
import type { MessageOperation } from '../steps/messages.js'
import { propertyChange } from '../steps/operation.js'
import type { Place } from '../world/place.js'
import { listenUntil } from './listenUntil.js'

/** What is done at a time, and what the links that go down and up along are once it is done. */
interface Part {
  readonly operation: MessageOperation
  readonly followers?: Followers
}

interface Followers {
  readonly names: readonly string[]
  readonly up: boolean
}

/** A change of a link that others go down and up with, in parts after each of which it is known what they are. */
export function partsWithFollowers(operation: MessageOperation): readonly Part[] {
  if (operation.type !== 'updateLink' || !operation.followers) return [{ operation }]
  const { name, kind, changes, bounce, followers: names, ...rest } = operation
  if (!bounce) return [{ operation, ...(changes.up === undefined ? {} : { followers: { names, up: changes.up } }) }]
  return [
    { operation: propertyChange(name, kind, { up: false }), followers: { names, up: false } },
    {
      operation: { ...rest, name, kind, changes: { ...changes, up: true }, bounce: false },
      followers: { names, up: true },
    },
  ]
}

/** Links among others: few are asked for one by one, since there may be thousands, some below each of many links. */
async function linksOf(names: readonly string[], place: Place, options: ApplyOptions): Promise<ListedLink[]> {
  if (names.length > mostFew) return await observeLinks(place, options)
  const links: ListedLink[] = []
  for (const name of names) {
    const found = await findLink(place, { name }, options)
    if (found) links.push(decodeLink(found.body))
  }
  return links
}

/** Milliseconds, for what does not come up at all. */
const patience = 2000

/**
 * Waits, by listening, until links have gone down or up with the one below: Linux 7.3 does that only some time after it
 * has answered (net/8021q/vlan.c, vlan_device_event), and takes them along late or not at all if that one goes on.
 */
export async function settleFollowers({ names, up }: Followers, place: Place, options: ApplyOptions): Promise<void> {
  const awaited = new Set(names)
  const isSettled = async (): Promise<boolean> =>
    (await linksOf(names, place, options)).every((link) => !awaited.has(link.name) || link.up === up)
  await listenUntil(place, [RTNLGRP_LINK], isSettled, {
    timeout: patience,
    signal: options.signal,
    subject: 'links that go down and up along',
  })
}
