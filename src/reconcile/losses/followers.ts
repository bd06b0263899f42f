import type { DesiredLink, DesiredNetwork } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import { eachInTurns } from '../../system/inTurns.js'
import { followersOf } from '../reach/dependents.js'

/** What a link does that others follow; those keep their state where it bounces. */
type Way = 'down' | 'up' | 'bounce'

/** What becomes of links that go down and up with the one below. */
export interface Followers {
  /** What is wanted, with what nobody says of them. */
  readonly desired: DesiredNetwork
  /** Those that the kernel brings up for a moment, though they are to be down. */
  readonly raised: ReadonlySet<string>
}

/**
 * Links that go down and up with the one below (net/8021q/vlan.c, vlan_device_event) follow it, unless something else is
 * said of them; one that goes down and up for a moment leaves them as they are.
 *
 * @param bounced links that go down and up for a moment
 */
export async function withFollowers(
  desired: DesiredNetwork,
  actual: NetworkState,
  recreated: ReadonlySet<string>,
  bounced: ReadonlySet<string>,
): Promise<Followers> {
  const named = new Map(desired.links.map((link) => [link.name, link]))
  const wishes = new Map<string, Wish>()
  const raised = new Set<string>()
  const follow = (by: string, way: Way): void => {
    for (const name of followersOf(by, actual)) {
      const { absent, properties } = named.get(name) ?? {}
      const isUp = actual.links.get(name)?.link.up === true
      const stated = properties?.up
      // What is made anew comes back as it was, for which the link below must be up.
      const remade = recreated.has(name)
      if (remade && !absent && way === 'down' && isUp && stated === undefined) {
        wishes.set(name, { up: false, by })
        follow(name, way)
      }
      if (absent || remade) continue
      const keeps = way === 'bounce'
      if (keeps && isUp) {
        if (stated !== false && !bounced.has(name)) follow(name, way)
      } else if (isUp === (way === 'down')) {
        if (way !== 'down' && stated !== true && (keeps || stated === false)) raised.add(name)
        if (stated !== undefined) continue
        wishes.set(name, { up: way === 'up', by })
        if (!keeps) follow(name, way)
      }
    }
  }
  for (const name of bounced) follow(name, 'bounce')
  await eachInTurns(desired.links, ({ name, absent, properties }) => {
    const { up } = actual.links.get(name)?.link ?? {}
    if (absent || recreated.has(name) || up === undefined || properties.up === undefined) return
    if (properties.up !== up) follow(name, properties.up ? 'up' : 'down')
  })
  return { desired: wishes.size === 0 ? desired : withWishes(desired, wishes, named), raised }
}

interface Wish {
  readonly up: boolean
  /** The link below. */
  readonly by: string
}

function withWishes(
  desired: DesiredNetwork,
  wishes: ReadonlyMap<string, Wish>,
  named: ReadonlyMap<string, DesiredLink>,
): DesiredNetwork {
  const unnamed = [...wishes].flatMap(([name, { up, by }]): DesiredLink[] =>
    named.has(name) ? [] : [{ name, absent: false, properties: { up }, follows: by }],
  )
  const links = desired.links.map((link) => {
    const { up } = wishes.get(link.name) ?? {}
    return up === undefined ? link : { ...link, properties: { ...link.properties, up } }
  })
  return { ...desired, links: [...links, ...unnamed] }
}
