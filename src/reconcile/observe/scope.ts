import { familyOf } from '../../ip/address.js'
import { isSelf } from '../../rtnetlink/fdb.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link } from '../../rtnetlink/link.js'
import { IFNAMSIZ } from '../../rtnetlink/linkMessages.js'
import { linkOptionsOf } from '../../rtnetlink/linkProperties.js'
import { nearPeerOf } from '../../rtnetlink/pair.js'
import type { DesiredLink, DesiredNetwork } from '../../state/desired.js'
import type { DesiredEntry } from '../../state/firewall/desiredFirewall.js'
import { sectionOf } from '../../state/link.js'
import { emptyState, type NetworkState } from '../../state/model.js'
import { isLastingNeighbor } from '../../state/neighbor.js'
import { newMark, type Owner } from '../../state/owner.js'
import { followsPorts, mtuOfNew } from '../../state/portsMtu.js'
import { lowersOf } from '../reach/dependents.js'
import type { Operation } from '../steps/operation.js'
import type { PlannedStep } from '../steps/step.js'
import { curiosityOf } from './curiosity.js'
import { mostFew, type Scope } from './observeFew.js'
import type { PortWish } from './observePortsMtu.js'
import { linksOfRoutes, routeScopeOf } from './scopeOfRoutes.js'

/** A name that can be taken for an index, by which routes tell of links that are not among the few. */
const indexLike = /^\d+$/

/**
 * The part of a namespace that a wish is about, where that is a few links, what they refer to, and what refers to them;
 * `undefined` for a wish that takes reading all.
 */
export function scopeOf(network: DesiredNetwork, owner: Owner): Scope | undefined {
  const { links, fdb, firewall } = network
  const { vlans, features, qdiscs } = curiosityOf(network)
  const routes = isAddition(network) ? routeScopeOf(network) : undefined
  if (!routes || firewall?.exact || vlans || features || qdiscs || links.length > mostFew) return undefined
  if (links.some(({ match, index }) => match || index !== undefined)) return undefined
  const names = new Set<string>()
  for (const link of links) for (const name of namesIn(link)) names.add(name)
  // What an entry of a VXLAN refers to may be anywhere.
  const ports = new Set((fdb ?? []).map(({ entry }) => String(entry.dev)))
  for (const name of [...ports, ...linksOfRoutes(network)]) {
    if (typeof name === 'number') return undefined
    names.add(name)
  }
  if ([...names].some((name) => indexLike.test(name))) return undefined
  if (names.size > mostFew) return undefined
  if (fdb?.some(({ entry }) => isSelf(entry))) return undefined
  // Nobody made a link under a name that only an alternative one can be.
  const made = links.filter(({ name }) => Buffer.byteLength(name) < IFNAMSIZ)
  const marks = new Map(made.map(({ name }) => [newMark(owner, name, emptyState), name]))
  return { links: names, ports, marks, takers: links.flatMap(takersIn), portWishes: links.flatMap(portWishIn), routes }
}

function takersIn({ name, properties, elsewhere }: DesiredLink): Scope['takers'] {
  const { takesFramesAs: sort, hasPorts } = linkKind(properties.kind ?? '') ?? {}
  if (sort === undefined || hasPorts || elsewhere !== undefined) return []
  return lowersOf({ ...properties }).map((lower) => ({ upper: name, lower, sort }))
}

function portWishIn({ name, properties }: DesiredLink): PortWish[] {
  const { master } = properties
  return typeof master === 'string' ? [{ port: name, master, mtu: mtuOfNew(properties) }] : []
}

/** Whether a wish is about links that are to be, and the nf_tables, and nothing else. */
export function isAboutLinks(network: DesiredNetwork): boolean {
  const { routes, rules, neighbors } = network
  return isAddition(network) && routes.length + rules.length + neighbors.length === 0
}

/** Whether a wish is about what is to be alone, and not about what is known from all only. */
function isAddition({ links, routes, nexthops, bulk, rules, neighbors, fdb = [], mdb }: DesiredNetwork): boolean {
  if (nexthops.length > 0 || bulk || mdb) return false
  return [links, routes, rules, neighbors, fdb].every((list) => list.every(({ absent }) => !absent))
}

/** Of what is wanted of a namespace the part that steps are about, which only add to it; `undefined` if that is unclear. */
export function partOfSteps(network: DesiredNetwork, steps: readonly PlannedStep[]): DesiredNetwork | undefined {
  const names = new Set<string | number>()
  const entries: DesiredEntry[] = []
  const ports = new Set<string | number>()
  const objects = new Set(steps.map(({ object }) => object))
  for (const { operation } of steps) {
    if (operation.type === 'createLink') names.add(operation.link.name)
    else if (operation.type === 'addFdbEntry') ports.add(operation.entry.dev)
    else if (operation.type === 'addAddress') names.add(operation.address.dev)
    else if (operation.type === 'changeFirewall') entries.push(...operation.entries)
    else if ('name' in operation) names.add(operation.name)
  }
  // A new port may change its master's MTU and MAC.
  const masters = new Set(steps.flatMap(({ operation }) => masterIn(operation) ?? []))
  const links = network.links.filter(({ name }) => names.has(name) || masters.has(name))
  const fdb = (network.fdb ?? []).filter(({ entry }) => ports.has(entry.dev))
  // Those that the wish calls by another name are not found so.
  const found = new Set([...links.map(({ name }) => name), ...fdb.map(({ entry }) => entry.dev)])
  if ([...names, ...ports].some((name) => !found.has(name))) return undefined
  return {
    links,
    ...(fdb.length > 0 ? { fdb } : {}),
    routes: objects.has('route') ? network.routes.filter(({ absent }) => !absent) : [],
    nexthops: [],
    rules: objects.has('rule') ? network.rules.filter(({ absent }) => !absent) : [],
    neighbors: objects.has('neighbor') ? network.neighbors.filter(({ absent }) => !absent) : [],
    forwarding: {},
    ...(network.firewall ? { firewall: { ...network.firewall, entries, exact: false } } : {}),
  }
}

function masterIn(operation: Operation): string | undefined {
  if (operation.type !== 'createLink') return undefined
  const { master } = operation.link
  return typeof master === 'string' ? master : undefined
}

function namesIn({ name, properties }: DesiredLink): string[] {
  const named = [properties.master, nearPeerOf(properties)].filter((other) => typeof other === 'string')
  return [name, ...named, ...namedByOptions(properties)]
}

function namedByOptions(properties: Partial<Link>): string[] {
  return Object.keys(properties).flatMap((section) => {
    const options = sectionOf(properties, section)
    const named = options ? linkOptionsOf(section).map((option) => options[option]) : []
    return named.filter((name) => typeof name === 'string')
  })
}

const additions: ReadonlySet<Operation['type']> = new Set([
  'createLink',
  'updateLink',
  'addAddress',
  'addFdbEntry',
  'addRoute',
  'addRule',
  'addNeighbor',
])

/** Whether steps only add: then nothing goes along with them that nobody named, nor where they are undone. */
export function isAdditive(steps: readonly PlannedStep[], states: ReadonlyMap<string, NetworkState>): boolean {
  const withNeighbors = new Map([...states].map(([name, state]) => [name, linksWithNeighbors(state)]))
  return steps.every(({ action, operation, namespace = '' }) => {
    if (operation.type === 'changeFirewall') return true
    const state = states.get(namespace)
    return (
      additions.has(operation.type) &&
      action === 'create' &&
      !changesMaster(operation, state) &&
      !withNeighbors.get(namespace)?.has(masterIn(operation)) &&
      !isFirstAddress(operation, state)
    )
  })
}

/** The links that have neighbors which somebody entered: a master that gets the MAC address of a new port loses them. */
function linksWithNeighbors({ neighbors }: NetworkState): ReadonlySet<string | number | undefined> {
  return new Set(neighbors.filter(isLastingNeighbor).map(({ dev }) => dev))
}

/**
 * Whether a link that is there gets its first IPv4 address: with its last one it loses all IPv4 routes and neighbors,
 * also those that it had without any (net/ipv4/fib_frontend.c, fib_inetaddr_event).
 */
function isFirstAddress(operation: Operation, state: NetworkState | undefined): boolean {
  if (operation.type !== 'addAddress' || familyOf(operation.address.address) !== 'inet') return false
  const there = state?.links.get(String(operation.address.dev))
  return there !== undefined && !there.addresses.some(({ address }) => familyOf(address) === 'inet')
}

/** Whether a new port has another MTU than its master, which may follow it, and with it whatever stands on that. */
function changesMaster(operation: Operation, state: NetworkState | undefined): boolean {
  const master = masterIn(operation)
  const there = master === undefined ? undefined : state?.links.get(master)
  if (!there || !followsPorts(there.link) || operation.type !== 'createLink') return false
  const { link, portsMtu = link.mtu } = there
  // One that does not have the smallest MTU of its ports was given its own.
  return mtuOfNew(operation.link) !== link.mtu && portsMtu === link.mtu
}
