import { addToGroup } from '../../grouped.js'
import type { DesiredNetwork } from '../../state/desired.js'
import type { LinkRecord, NetworkState } from '../../state/model.js'
import { canTakeToken } from '../../state/token.js'
import { rest } from '../../system/turns.js'
import { lowersOf } from '../reach/dependents.js'
import { reachability } from '../reach/reachable.js'
import { bouncedLinks } from './bouncedLinks.js'
import { decidedAnew } from './decidedAnew.js'
import { withDownAlong } from './downAlong.js'
import type { FarEnd } from './farEnd.js'
import { withFollowers } from './followers.js'
import { withFormerPeers } from './formerPeers.js'
import { restoredEntries } from './lossesOfEntries.js'
import { lossesOf, recreatedNexthops, restoredNexthops } from './lostNexthops.js'
import { recreatedLinks } from './recreatedLinks.js'
import { withReleasedPorts } from './releasedPorts.js'
import { restoredLinks } from './restoredLinks.js'
import { restoredNeighbors } from './restoredNeighbors.js'
import { restoredBulk, restoredRoutes, withBulk } from './restoredRoutes.js'
import { stateAfter } from './stateAfter.js'

/** What happens to links of a namespace that takes other things along. */
export interface Losses {
  /** What is there once the losses have happened. */
  readonly actual: NetworkState
  /** What is wanted, with everything that was lost by the way and not by the user's wish. */
  readonly desired: DesiredNetwork
  /** Links that are made anew, and the ones that go and come back with them. */
  readonly recreated: ReadonlySet<string>
  /**
   * What takes each of those along: another link, with its namespace where that is another one; `undefined` for what is
   * made anew by itself.
   */
  readonly recreatedWith: ReadonlyMap<string, string | undefined>
  /** Links that go down and up again. */
  readonly bounced: ReadonlySet<string>
  /** Nexthop objects that are made anew, since the kernel does not change them so far. */
  readonly recreatedNexthops: ReadonlySet<number>
  /** The links that are made anew, by the device that each stood on. */
  readonly formerUppers: ReadonlyMap<string, readonly string[]>
}

/**
 * Works out what recreating and bouncing links takes along, and adds it to what is wanted.
 *
 * @param bouncedBefore links that go down for another reason than what is wanted of them
 * @param far links that go with their other end in another namespace and come back, with the properties that they lose
 */
export async function withLosses(
  stated: DesiredNetwork,
  actual: NetworkState,
  bouncedBefore: ReadonlySet<string> = new Set(),
  far: ReadonlyMap<string, FarEnd> = new Map(),
): Promise<Losses> {
  const ended = await withFormerPeers(stated, actual)
  await rest()
  const released = withReleasedPorts(ended, actual)
  await rest()
  const wanted = new Map(released.links.map((link) => [link.name, link]))
  await rest()
  const recreatedWith = await recreatedLinks(released, actual, wanted, far)
  const recreated = new Set(recreatedWith.keys())
  await rest()
  const bounced = await bouncedLinks(released, actual, wanted, recreated)
  for (const name of bouncedBefore) {
    if (!recreated.has(name) && actual.links.get(name)?.link.up) bounced.add(name)
  }
  await rest()
  const { desired, raised } = await withFollowers(released, actual, recreated, bounced)
  const anew = await recreatedNexthops(desired, actual)
  if (recreated.size + bounced.size + raised.size + anew.size === 0)
    return {
      actual,
      desired,
      recreated,
      recreatedWith,
      bounced,
      recreatedNexthops: anew,
      formerUppers: new Map(),
    }
  const down = new Set([...withDownAlong(bounced, recreated, desired, actual), ...raised])
  const goesDown = (dev: string | number | undefined): boolean =>
    typeof dev === 'string' && (recreated.has(dev) || down.has(dev))
  const lost = lossesOf(actual, anew, goesDown)
  const forwardsIpv6 = desired.forwarding.ipv6 ?? actual.forwarding.ipv6
  const lostOf = (record: LinkRecord): readonly string[] => [
    ...decidedAnew(record, wanted, actual),
    ...(canTakeToken(forwardsIpv6, wanted.get(record.link.name)?.sysctl) ? [] : ['ipv6Token']),
    ...(far.get(record.link.name)?.lost ?? []),
  ]
  const links = restoredLinks(desired, actual, lostOf, recreated, down)
  const after = await stateAfter(actual, recreated, down, raised, lost)
  // What goes by itself some time, such as the addresses of a DHCP client, does not come back.
  const left: NetworkState = { ...actual, links: after.links }
  const canLead = await reachability(links, desired, left)
  const nexthops = restoredNexthops(desired, actual, lost, canLead)
  return {
    actual: after,
    desired: {
      ...desired,
      links,
      nexthops,
      routes: [...desired.routes, ...(await restoredRoutes({ ...desired, links, nexthops }, left, lost, goesDown))],
      ...withBulk(desired.bulk, await restoredBulk({ ...desired, links, nexthops }, left, lost, goesDown)),
      neighbors: [...desired.neighbors, ...restoredNeighbors(desired, actual, recreated, down)],
      ...restoredEntries(desired, actual, recreated),
    },
    recreated,
    recreatedWith,
    bounced,
    recreatedNexthops: anew,
    formerUppers: formerUppersOf(actual, recreated),
  }
}

function formerUppersOf(actual: NetworkState, recreated: ReadonlySet<string>): Map<string, string[]> {
  const uppers = new Map<string, string[]>()
  for (const name of recreated) {
    const record = actual.links.get(name)
    for (const lower of record ? lowersOf(record.link) : []) addToGroup(uppers, lower, name)
  }
  return uppers
}
