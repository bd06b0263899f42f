import { isSelf } from '../../rtnetlink/fdb.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link } from '../../rtnetlink/link.js'
import { IFNAMSIZ } from '../../rtnetlink/linkMessages.js'
import { linkOptionsOf } from '../../rtnetlink/linkProperties.js'
import { nearPeerOf } from '../../rtnetlink/pair.js'
import type { DesiredLink, DesiredNetwork } from '../../state/desired.js'
import { sectionOf } from '../../state/link.js'
import { emptyState } from '../../state/model.js'
import { newMark, type Owner } from '../../state/owner.js'
import { mtuOfNew } from '../../state/portsMtu.js'
import { lowersOf } from '../reach/dependents.js'
import { curiosityOf } from './curiosity.js'
import { mostFew, type Scope } from './observeFew.js'
import type { PortWish } from './observePortsMtu.js'
import { linksOfRoutes, routeScopeOf } from './scopeOfRoutes.js'

/** A name that can be taken for an index, by which routes tell of links that are not among the few. */
const indexLike = /^\d+$/

/**
 * The part of a namespace that a wish is about, where that is a few links, what they refer to, and what refers to them;
 * `undefined` for a wish that takes reading all.
 *
 * @param peers the other ends of pairs that are to be in it
 */
export function scopeOf(network: DesiredNetwork, owner: Owner, peers: Iterable<string> = []): Scope | undefined {
  const { links, fdb, firewall } = network
  const { vlans, features, qdiscs } = curiosityOf(network)
  const routes = isAddition(network) ? routeScopeOf(network) : undefined
  if (!routes || firewall?.exact || vlans || features || qdiscs || links.length > mostFew) return undefined
  if (links.some(({ match, index }) => match || index !== undefined)) return undefined
  const names = new Set(peers)
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

function namesIn({ name, properties }: DesiredLink): string[] {
  const named = [properties.master, nearPeerOf(properties)].filter((other) => typeof other === 'string')
  // Who has one of these already is to be known.
  const { altNames = [] } = properties
  return [name, ...altNames, ...named, ...namedByOptions(properties)]
}

function namedByOptions(properties: Partial<Link>): string[] {
  return Object.keys(properties).flatMap((section) => {
    const options = sectionOf(properties, section)
    const named = options ? linkOptionsOf(section).map((option) => options[option]) : []
    return named.filter((name) => typeof name === 'string')
  })
}
