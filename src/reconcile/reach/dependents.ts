import { addToGroup } from '../../grouped.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link, ListedLink } from '../../rtnetlink/link.js'
import { isPairKind } from '../../rtnetlink/pair.js'
import { sectionOf } from '../../state/link.js'
import type { NetworkState } from '../../state/model.js'

/** The links that vanish with one: what stands on it, and the other end of a pair in the same namespace. */
export function takenAlong(name: string, actual: NetworkState): readonly string[] {
  let uppers = uppersByState.get(actual)
  if (!uppers) {
    uppers = uppersOf(actual)
    uppersByState.set(actual, uppers)
  }
  const own = uppers.get(name) ?? []
  const peer = peerBeside(actual.links.get(name)?.link)
  return peer === undefined ? own : [...own, peer]
}

function peerBeside(link: ListedLink | undefined): string | undefined {
  if (!link || !isPairKind(link.kind) || link.linkNamespaceId !== undefined) return undefined
  return typeof link.link === 'string' ? link.link : undefined
}

/** The links that go down with one, and up with it again. */
export function downWith(name: string, actual: NetworkState): string[] {
  return followersOf(name, actual).filter((other) => actual.links.get(other)?.link.up === true)
}

/** The links that go down and up with one, be they down or up. */
export function followersOf(name: string, actual: NetworkState): string[] {
  return takenAlong(name, actual).filter((other) => followsLower(actual.links.get(other)?.link))
}

/** The same with those that go down and up with these. */
export function allFollowersOf(name: string, actual: NetworkState): ReadonlySet<string> {
  const followers = new Set(followersOf(name, actual))
  for (const one of followers) for (const other of followersOf(one, actual)) followers.add(other)
  return followers
}

/** Whether a link goes down and up with the one below it. */
export function followsLower(link: ListedLink | undefined): boolean {
  const kind = link?.kind === undefined ? undefined : linkKind(link.kind)
  const unless = kind?.downWithLowerUnless
  return link !== undefined && unless !== undefined && sectionOf(link, kind?.kind ?? '')?.[unless] !== true
}

/** Worked out once a state, since a plan asks it of every link that goes. */
const uppersByState = new WeakMap<NetworkState, Map<string, string[]>>()

function uppersOf(actual: NetworkState): Map<string, string[]> {
  const uppers = new Map<string, string[]>()
  for (const { link } of actual.links.values()) {
    if (link.linkNamespaceId !== undefined) continue
    for (const lower of lowersOf(link)) addToGroup(uppers, lower, link.name)
  }
  return uppers
}

/** The devices below a link. */
export function lowersOf(link: Partial<ListedLink> & { kind?: string }): string[] {
  const kind = link.kind === undefined ? undefined : linkKind(link.kind)
  if (!kind?.dependsOn) return []
  const options = sectionOf(link, kind.kind)
  const names = kind.dependsOn.map((property) => options?.[property])
  return names.filter((name) => typeof name === 'string')
}

/** A link with the device below that it has in another namespace, by the name or the index there. */
export function withLower(link: Link, lower: string | number | undefined): Link {
  const { kind = '' } = link
  const takesOne = linkKind(kind)?.dependsOn?.includes('link') ?? false
  return lower === undefined || !takesOne ? link : { ...link, [kind]: { ...sectionOf(link, kind), link: lower } }
}

/** Whether links of a kind stay when the device below them goes. */
export function survivesLower(kind: string | undefined): boolean {
  return (kind !== undefined && linkKind(kind)?.survivesLower) ?? false
}
