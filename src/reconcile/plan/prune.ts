import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import { nearPeerOf } from '../../rtnetlink/pair.js'
import type { DesiredLink, DesiredNetwork, DesiredRoute } from '../../state/desired.js'
import type { LinkRecord, NetworkState } from '../../state/model.js'
import { isLastingNeighbor, neighborKey } from '../../state/neighbor.js'
import type { NexthopRecord } from '../../state/nexthop.js'
import { isMarked, type Owner } from '../../state/owner.js'
import { keyedRoutes, keyedWishes, selectedByKey } from '../../state/packedSets.js'
import { withRealNames } from '../../state/realNames.js'
import { isLasting, routeKey } from '../../state/route.js'
import { eachInTurns, mapInTurns } from '../../system/inTurns.js'
import { rest } from '../../system/turns.js'
import { withBulk } from '../losses/restoredRoutes.js'
import { namedLinks } from './namedLinks.js'

/**
 * Adds to what is wanted of a namespace that everything goes which bears the owner's mark and is not named, but for
 * addresses ({@link withAddressesPruned}). What has no mark, or that of another owner, is not touched.
 */
export async function withPruned(network: DesiredNetwork, actual: NetworkState, owner: Owner): Promise<DesiredNetwork> {
  const bulk = await doomedBulk(network, actual, owner)
  const links = [...network.links, ...(await doomedLinks(network, actual, owner))]
  await rest()
  const routes = [...network.routes, ...doomedRoutes(network, actual, owner)]
  const nexthops = [...network.nexthops, ...(await doomedNexthops(network, actual, owner))]
  const neighbors = [...network.neighbors, ...(await doomedNeighbors(network, actual, owner))]
  await rest()
  return {
    ...{ ...network, links, routes, nexthops, neighbors },
    ...withBulk(network.bulk, bulk),
    rules: [
      ...network.rules,
      // Counted: those that a wanted rule is satisfied by stay.
      ...actual.rules
        .filter(({ protocol }) => protocol === owner.protocol)
        .map((rule) => ({ absent: true, rule, exact: true })),
    ],
    // The tables are the owner's mark.
    firewall: { entries: [], ...network.firewall, exact: true },
  }
}

/**
 * What was there, without what prune removes, so that nobody puts that back for having gone along with something else.
 * What the spec names of it is wanted anyway.
 */
export async function withoutPruned(
  network: DesiredNetwork,
  before: NetworkState,
  owner: Owner,
): Promise<NetworkState> {
  const isKept = ({ protocol }: { readonly protocol?: number }): boolean => protocol !== owner.protocol
  const named = await namedLinks(await withRealNames(network, before), before)
  await rest()
  const links: [string, LinkRecord][] = []
  await eachInTurns(before.links, ([name, record]) => {
    const goes = !named.has(name) && (isMarked(record.link, owner) || goesAlong(record, named, before, owner))
    if (!goes) links.push([name, { ...record, addresses: record.addresses.filter(isKept) }])
  })
  const doomed = new Set((await doomedNexthops(network, before, owner)).map(({ nexthop }) => nexthop.id))
  await rest()
  return {
    ...before,
    links: new Map(links),
    routes: before.routes.filter(isKept),
    ...(before.bulk ? { bulk: await before.bulk.filter(isKept) } : {}),
    nexthops: before.nexthops.filter(({ id }) => !doomed.has(id)),
    rules: before.rules.filter(isKept),
    neighbors: before.neighbors.filter(isKept),
  }
}

/** The links with the owner's mark that the spec does not name. */
async function doomedLinks(network: DesiredNetwork, actual: NetworkState, owner: Owner): Promise<DesiredLink[]> {
  const named = await namedLinks(network, actual)
  const doomed: DesiredLink[] = []
  await eachInTurns(actual.links.values(), ({ link }) => {
    if (!named.has(link.name) && isMarked(link, owner)) doomed.push({ name: link.name, absent: true, properties: {} })
  })
  return doomed
}

/** Whether a link without a mark is the other end of a pair whose marked end is not named. */
function goesAlong({ link }: LinkRecord, named: ReadonlySet<string>, { links }: NetworkState, owner: Owner): boolean {
  const peer = nearPeerOf(link)
  const other = peer === undefined || named.has(peer) ? undefined : links.get(peer)
  return other !== undefined && isMarked(other.link, owner) && !isMarked(link, owner)
}

function doomedRoutes({ routes }: DesiredNetwork, actual: NetworkState, owner: Owner): DesiredNetwork['routes'] {
  const wanted = new Set(routes.filter(({ absent }) => !absent).map(({ route }) => routeKey(route)))
  return actual.routes
    .filter((route) => route.protocol === owner.protocol && isLasting(route) && !wanted.has(routeKey(route)))
    .map((route) => ({ absent: true, route, stated: route }))
}

/** What a route or a group of somebody else uses stays, since it would go too. */
async function doomedNexthops(
  network: DesiredNetwork,
  actual: NetworkState,
  owner: Owner,
): Promise<DesiredNetwork['nexthops']> {
  const wanted = new Set(network.nexthops.map(({ nexthop }) => nexthop.id))
  const isOwn = ({ protocol }: { readonly protocol?: number }): boolean => protocol === owner.protocol
  const doomed = actual.nexthops.filter((nexthop) => isOwn(nexthop) && !wanted.has(nexthop.id))
  if (doomed.length === 0) return []
  const users = [
    ...network.routes.filter(({ absent }) => !absent).map(({ route }) => route),
    ...actual.routes.filter((route) => !isOwn(route)),
  ]
  const used = new Set(users.map(({ nexthopId }) => nexthopId))
  await eachInTurns((await network.bulk?.used()) ?? [], ({ absent, route }) => {
    if (!absent) used.add(route.nexthopId)
  })
  await eachInTurns((await actual.bulk?.used()) ?? [], (route) => {
    if (!isOwn(route)) used.add(route.nexthopId)
  })
  const goes = new Set(doomed.map(({ id }) => id))
  const stays = ({ id }: NexthopRecord): boolean => wanted.has(id) || used.has(id) || !goes.has(id)
  const groups = new Map(network.nexthops.map(({ absent, nexthop }) => [nexthop.id, absent ? [] : nexthop.group]))
  for (const { id, group = [] } of actual.nexthops.filter(stays)) {
    for (const member of groups.get(id) ?? group) used.add(member.id)
  }
  return doomed.filter(({ id }) => !used.has(id)).map((nexthop) => ({ absent: true, nexthop, stated: nexthop }))
}

async function doomedBulk(
  { bulk: wishes = PackedRoutes.empty() }: DesiredNetwork,
  { bulk: table = PackedRoutes.empty() }: NetworkState,
  owner: Owner,
): Promise<PackedRoutes<DesiredRoute>> {
  await rest()
  const unnamed = await selectedByKey(keyedRoutes(table), keyedWishes(wishes), false)
  await rest()
  const doomed = await unnamed.filter((route) => route.protocol === owner.protocol && isLasting(route))
  return await doomed.map((route) => ({ absent: true, route, stated: route, exact: true }))
}

async function doomedNeighbors(
  network: DesiredNetwork,
  actual: NetworkState,
  owner: Owner,
): Promise<DesiredNetwork['neighbors']> {
  const wanted = new Set(await mapInTurns(network.neighbors, ({ neighbor }) => neighborKey(neighbor)))
  const doomed: DesiredNetwork['neighbors'][number][] = []
  await eachInTurns(actual.neighbors, (neighbor) => {
    const isOwn = neighbor.protocol === owner.protocol && isLastingNeighbor(neighbor)
    if (isOwn && !wanted.has(neighborKey(neighbor))) doomed.push({ absent: true, neighbor })
  })
  return doomed
}
