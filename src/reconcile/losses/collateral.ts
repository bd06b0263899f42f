import type { Link } from '../../rtnetlink/link.js'
import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import type { DesiredNetwork, DesiredNexthop, DesiredRoute } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import { isLastingNeighbor, neighborKey } from '../../state/neighbor.js'
import type { NexthopRecord } from '../../state/nexthop.js'
import { keyedRoutes, keyedWishes, selectedByKey } from '../../state/packedSets.js'
import { packedRecords } from '../../state/packedState.js'
import { type RouteRecord, routeKey } from '../../state/route.js'
import { isMeantByAbsence } from '../../state/routeAbsence.js'
import { priorityGroup, type RuleRecord, ruleDifferences, selectorKey } from '../../state/rule.js'
import { eachInTurns, groupedInTurns, mapInTurns } from '../../system/inTurns.js'
import { rest } from '../../system/turns.js'
import { isPacked, isRouteOperation } from '../diff/packedSteps.js'
import { Reach } from '../reach/reach.js'
import { reachability } from '../reach/reachable.js'
import type { PlannedStep } from '../steps/step.js'
import { asItWas } from './asItWas.js'
import { lostBulk, replacedBulk } from './bulkCollateral.js'
import { withLosses } from './losses.js'
import { lostRoutes } from './lostRoutes.js'
import { withBulk } from './restoredRoutes.js'

/**
 * Adds to what is wanted of a namespace what nobody named and is gone all the same: the kernel takes all neighbors of
 * a link along when its MAC address changes (net/core/neighbour.c, neigh_changeaddr), and all IPv4 routes and
 * neighbors when it has no address for a moment (net/ipv4/fib_frontend.c, fib_disable_ip). What cannot be there any
 * longer, since the user wanted its link down or its gateway's prefix away, is left out.
 *
 * @param before what may come back of what was there before
 * @param whole all that was there before
 */
export async function withCollateral(
  stated: DesiredNetwork,
  before: NetworkState,
  after: NetworkState,
  steps: readonly PlannedStep[],
  whole: NetworkState = before,
): Promise<DesiredNetwork> {
  await rest()
  const made = await withMade(stated, before, steps)
  await rest()
  const packed = isPacked(steps, stated, before, after)
  const network = packed ? { ...made, ...withBulk(made.bulk, await replacedBulk(steps)) } : withoutReplaced(made, steps)
  await rest()
  const deleted = new Set<unknown>(steps.flatMap(({ operation }) => deletedBy(operation)))
  await rest()
  const reach = await Reach.of(whole, steps, 'doing')
  await rest()
  const gone = await lostNexthops(network, before, after, deleted)
  await rest()
  const nexthops = gone.filter(({ nexthop }) => reach.takesNexthop(nexthop.id))
  const withObjects = { ...network, nexthops: [...network.nexthops, ...nexthops] }
  const lost = packed
    ? await lostBulk(withObjects, before, after, steps, reach)
    : { routes: await lostSingle(withObjects, before, after, steps, reach), bulk: PackedRoutes.empty<DesiredRoute>() }
  await rest()
  const neighbors = (await lostNeighbors(network, before, after, deleted)).filter((one) => reach.takesNeighbor(one))
  await rest()
  const rules = (await lostRules(before, after, deleted)).filter((rule) => reach.takesRule(rule))
  const { routes, bulk } = lost
  if (nexthops.length + bulk.size + routes.length + neighbors.length + rules.length === 0) return network
  const unchanged = routes.length === 0 ? network : await withoutKeys(network, routes)
  return {
    ...network,
    routes: [...unchanged.routes, ...routes],
    ...withBulk(unchanged.bulk, bulk),
    nexthops: [...network.nexthops, ...nexthops],
    rules: [...network.rules, ...rules.map((rule) => ({ absent: false, rule }))],
    neighbors: [...network.neighbors, ...neighbors.map((neighbor) => ({ absent: false, neighbor: asItWas(neighbor) }))],
  }
}

async function lostSingle(
  network: DesiredNetwork,
  before: NetworkState,
  after: NetworkState,
  steps: readonly PlannedStep[],
  reach: Reach,
): Promise<DesiredRoute[]> {
  const canLead = await reachability([], { routes: [] }, after, network.nexthops)
  await rest()
  const operations = steps.flatMap(({ operation }) => (isRouteOperation(operation) ? [operation] : []))
  const wishes = network.routes.filter(({ absent }) => !absent)
  const unwanted = network.routes.filter(({ absent }) => absent)
  const isUnwanted = (route: RouteRecord): boolean => unwanted.some((wish) => isMeantByAbsence(wish, route))
  const history = { wishes, before: before.routes, after: after.routes, operations, isUnwanted }
  return lostRoutes(history, (route) => reach.takesRoute(route) && canLead(route))
}

/** What is wanted but for the keys of some routes. */
async function withoutKeys(network: DesiredNetwork, routes: readonly DesiredRoute[]): Promise<DesiredNetwork> {
  const records = routes.map(({ route }) => route)
  const keys = new Set(records.map(routeKey))
  const others = network.routes.filter(({ absent, route }) => absent || !keys.has(routeKey(route)))
  if (!network.bulk) return { ...network, routes: others }
  const bulk = await selectedByKey(keyedWishes(network.bulk), keyedRoutes(await packedRecords(records)), false)
  return { ...network, routes: others, bulk }
}

/** A route that another one was added beside, to take its place, must be gone. */
function withoutReplaced(network: DesiredNetwork, steps: readonly PlannedStep[]): DesiredNetwork {
  const replaced = steps.flatMap(({ operation }) =>
    operation.type === 'replaceRoute' && !operation.exact ? [operation.previous] : [],
  )
  if (replaced.length === 0) return network
  const absent = replaced.map((route) => ({ absent: true, route, stated: route, exact: true }))
  return { ...network, routes: [...network.routes, ...absent] }
}

/** What the plan wanted beyond the spec: that new links are up, and that those made anew are as they were. */
async function withMade(
  stated: DesiredNetwork,
  before: NetworkState,
  steps: readonly PlannedStep[],
): Promise<DesiredNetwork> {
  const made = new Map<string, boolean>()
  const deleted = new Set<string>()
  for (const { operation, action } of steps) {
    if (operation.type === 'createLink') made.set(operation.link.name, operation.link.up ?? true)
    // The other end of a pair is made with the one that leads, and told what it is to be like afterwards.
    if (operation.type === 'updateLink' && action !== 'update') made.set(operation.name, operation.changes.up ?? true)
    if (operation.type === 'deleteLink') deleted.add(operation.name)
  }
  if (made.size === 0) return stated
  const { links, routes, bulk, nexthops, neighbors, fdb, mdb } = (await withLosses(stated, before)).desired
  const named = new Map(stated.links.map((link) => [link.name, link]))
  return {
    ...stated,
    routes,
    nexthops,
    ...(bulk ? { bulk } : {}),
    neighbors,
    ...(fdb ? { fdb } : {}),
    ...(mdb ? { mdb } : {}),
    links: links
      .filter((link) => link.absent || made.has(link.name) || named.has(link.name) || !deleted.has(link.name))
      .map(({ sysctl: _had, ...link }) => {
        const up = made.get(link.name)
        const { properties = link.properties, sysctl } = named.get(link.name) ?? {}
        // Of its settings only those that are stated were read.
        const own = { ...link, ...(sysctl ? { sysctl } : {}) }
        if (up === undefined || link.absent) return { ...own, properties }
        // What else it had and nobody states may be limited by what it is now, such as its MTU.
        const { master = null, alias } = link.properties
        const kept: Partial<Link> = { up, master, ...(alias === undefined ? {} : { alias }) }
        return { ...own, properties: { ...kept, ...named.get(link.name)?.properties } }
      }),
  }
}

function deletedBy(operation: PlannedStep['operation']): unknown[] {
  if (operation.type === 'deleteNeighbor') return [operation.neighbor]
  if (operation.type === 'deleteNexthop') return [operation.nexthop]
  if (operation.type === 'deleteRule') return [operation.rule]
  return operation.type === 'replaceRule' ? [operation.previous] : []
}

/** What went with a link that was down for a moment; the kernel makes none on a link without a carrier. */
async function lostNexthops(
  network: DesiredNetwork,
  before: NetworkState,
  after: NetworkState,
  deleted: ReadonlySet<unknown>,
): Promise<DesiredNexthop[]> {
  const present = new Set(after.nexthops.map(({ id }) => id))
  const named = new Set(network.nexthops.map(({ nexthop }) => nexthop.id))
  const lost = before.nexthops.filter((one) => !present.has(one.id) && !named.has(one.id) && !deleted.has(one))
  await rest()
  if (lost.length === 0) return []
  const canLead = await reachability([], network, after)
  const hasCarrier = ({ dev }: NexthopRecord): boolean =>
    typeof dev !== 'string' || after.links.get(dev)?.link.carrier === true
  const singles = lost.filter((nexthop) => !nexthop.group && hasCarrier(nexthop) && canLead(nexthop))
  for (const { id } of singles) present.add(id)
  const groups = lost.flatMap((nexthop) => {
    const group = nexthop.group?.filter(({ id }) => present.has(id)) ?? []
    return group.length === 0 ? [] : [{ ...nexthop, group }]
  })
  return [...singles, ...groups].map((nexthop) => ({ absent: false, nexthop, stated: nexthop }))
}

/** The kernel deletes the first rule that has all that is told, which can be one that has more. */
async function lostRules(
  before: NetworkState,
  after: NetworkState,
  deleted: ReadonlySet<unknown>,
): Promise<RuleRecord[]> {
  const nameOf = (rule: RuleRecord): string => `${priorityGroup(rule)} ${selectorKey(rule)}`
  const left = await groupedInTurns(after.rules, nameOf)
  const lost: RuleRecord[] = []
  await eachInTurns(before.rules, (rule) => {
    const others = left.get(nameOf(rule)) ?? []
    const index = others.findIndex((other) => ruleDifferences(rule, other).length === 0)
    if (index >= 0) others.splice(index, 1)
    else if (!deleted.has(rule)) lost.push(rule)
  })
  return lost
}

async function lostNeighbors(
  network: DesiredNetwork,
  before: NetworkState,
  after: NetworkState,
  deleted: ReadonlySet<unknown>,
): Promise<NetworkState['neighbors']> {
  const known = new Set(await mapInTurns(after.neighbors, neighborKey))
  await eachInTurns(network.neighbors, ({ neighbor }) => known.add(neighborKey(neighbor)))
  return before.neighbors.filter(
    (neighbor) =>
      isLastingNeighbor(neighbor) &&
      !known.has(neighborKey(neighbor)) &&
      !deleted.has(neighbor) &&
      isUp(neighbor.dev, after),
  )
}

function isUp(dev: string | number, { links }: NetworkState): boolean {
  return typeof dev === 'string' && links.get(dev)?.link.up === true
}
