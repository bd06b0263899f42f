import { NetworkError } from '../../error.js'
import { Payload } from '../../netlink/bytes.js'
import type { DecodeContext } from '../../netlink/codec.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { decodeAddress, dumpAddresses, type ListedAddress } from '../../rtnetlink/address.js'
import { decodeLink, decodeLinkName } from '../../rtnetlink/decodeLink.js'
import type { ListedFdbEntry } from '../../rtnetlink/fdb.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { ListedLink } from '../../rtnetlink/link.js'
import { getLink, type LinkTarget } from '../../rtnetlink/linkMessages.js'
import { linkCalled } from '../../state/linkCalled.js'
import { type LinkRecord, type NetworkState, unreadState } from '../../state/model.js'
import type { Place } from '../world/place.js'
import { dump } from './dump.js'
import { type Curiosity, linkRecords, namesOf, observeSwitches } from './observe.js'
import { observeFdb } from './observeEntries.js'
import { observeFewRoutes } from './observeFewRoutes.js'
import { type PortWish, withPortsMtu } from './observePortsMtu.js'
import { hasOtherTaker } from './otherTakers.js'
import type { RouteScope } from './scopeOfRoutes.js'

/** Asking for more links than this, one by one, is slower than reading all of many. */
export const mostFew = 32

/** The part of a namespace that a plan is about. */
export interface Scope {
  /** The links that are named. */
  readonly links: ReadonlySet<string>
  /** The marks that new ones of them get, each with its link: another link must not have it. */
  readonly marks: ReadonlyMap<string, string>
  /** Those of the links whose entries in forwarding databases are to be known. */
  readonly ports: ReadonlySet<string>
  /** Those of the links that take all frames of another one, which hands them to one sort alone. */
  readonly takers: readonly { readonly upper: string; readonly lower: string; readonly sort: string }[]
  /** Those of the links that are to be ports. */
  readonly portWishes: readonly PortWish[]
  readonly routes: RouteScope
}

/**
 * Reads of a namespace no more than some links with their addresses, some tables of routes, its rules, its switches and
 * its nf_tables, in a time that does not depend on what other links are there. Answers `undefined` where that would not
 * be all that a plan about these links has to know.
 */
export async function observeFew(
  place: Place,
  scope: Scope,
  { table }: Curiosity,
  options: RequestOptions,
): Promise<NetworkState | undefined> {
  try {
    return await observed(place, scope, table, options)
  } catch (error) {
    // One of the links is gone since it was found.
    if (error instanceof NetworkError && error.code === 'ENODEV') return undefined
    throw error
  }
}

async function observed(
  place: Place,
  scope: Scope,
  table: Curiosity['table'],
  options: RequestOptions,
): Promise<NetworkState | undefined> {
  for (const [mark, link] of scope.marks) {
    const bearer = await findLink(place, { name: mark }, options)
    if (bearer && bearer.name !== link) return undefined
  }
  const links = await observeFewLinks(place, scope.links, options)
  if (!links) return undefined
  for (const { upper, lower, sort } of scope.takers) {
    const device = links.has(upper) ? undefined : links.get(lower)?.link
    if (device && (await hasOtherTaker(place, device, sort, options))) return undefined
  }
  const known = await withPortsMtu(place, links, scope.portWishes, options)
  const fdb = await observePorts(place, links, scope.ports, options)
  const names = namesOf([...links.values()].map(({ link }) => link))
  const routes = await observeFewRoutes(place, scope.routes, links, names, options)
  if (!routes) return undefined
  const switches = await observeSwitches(place, table, options)
  return { ...unreadState, links: known, ...routes, ...switches, ...(scope.ports.size > 0 ? { fdb } : {}) }
}

async function observePorts(
  place: Place,
  records: ReadonlyMap<string, LinkRecord>,
  ports: ReadonlySet<string>,
  options: RequestOptions,
): Promise<ListedFdbEntry[]> {
  const links = [...records.values()].map(({ link }) => link)
  const names = namesOf(links)
  const entries: ListedFdbEntry[] = []
  for (const index of new Set([...ports].map((name) => linkCalled(records, name)?.link.index))) {
    if (index === undefined) continue
    const own = await observeFdb(place, links, names, options, { port: index })
    entries.push(...own.filter((entry) => entry.index === index))
  }
  return entries
}

/** Reads some links with their addresses; `undefined` where their messages do not tell all of them. */
export async function observeFewLinks(
  place: Place,
  names: ReadonlySet<string>,
  options: RequestOptions,
): Promise<Map<string, LinkRecord> | undefined> {
  const listed = await listFew(place, names, options)
  if (!listed) return undefined
  const addresses = []
  for (const { index } of listed.links) {
    const decode = (body: Payload): ListedAddress | undefined => decodeAddress(body, listed.names)
    // An old kernel gives those of all links.
    const own = await dump(place, dumpAddresses({ dev: index }), decode, options)
    addresses.push(...own.filter((address) => address.index === index))
  }
  return await linkRecords(listed.links, addresses)
}

interface Listed {
  readonly links: readonly ListedLink[]
  readonly names: DecodeContext
}

async function listFew(place: Place, names: ReadonlySet<string>, options: RequestOptions): Promise<Listed | undefined> {
  const bodies = new Map<number, Payload>()
  const nameByIndex = new Map<number, string>()
  for (const name of names) {
    const found = await findLink(place, { name }, options)
    if (!found) continue
    bodies.set(found.index, found.body)
    nameByIndex.set(found.index, found.name)
  }
  place.indices.clear()
  for (const [index, name] of nameByIndex) place.indices.set(name, index)
  let isWhole = true
  const context: DecodeContext = {
    linkName(index) {
      const name = nameByIndex.get(index)
      if (name === undefined) isWhole = false
      return name ?? index
    },
  }
  const links = [...bodies.values()].map((body) => decodeLink(body, context))
  return isWhole && links.every(isKnownByItself) ? { links, names: context } : undefined
}

/** Whether a link's own message tells everything of it: not its VLANs, its VNIs, or what generic netlink knows. */
function isKnownByItself({ kind = '', masterKind = '', bridge, vxlan }: ListedLink): boolean {
  if (bridge?.vlanFiltering || bridge?.mst || vxlan?.vnifilter) return false
  return !linkKind(kind)?.generic && !linkKind(masterKind)?.generic?.port
}

interface Found {
  readonly index: number
  readonly name: string
  readonly body: Payload
}

/** A link's index, name and everything; `undefined` where it does not exist. */
export async function findLink(place: Place, target: LinkTarget, options: RequestOptions): Promise<Found | undefined> {
  try {
    const decode = ({ body }: { readonly body: Payload }): Payload => new Payload(body.copy())
    const [body] = await place.connection.ask(getLink(target), decode, options)
    return body && { ...decodeLinkName(body), body }
  } catch (error) {
    if (error instanceof NetworkError && error.code === 'ENODEV') return undefined
    throw error
  }
}

/** Learns the indices of some links. */
export async function learnIndices(place: Place, names: Iterable<string>, options: RequestOptions): Promise<void> {
  for (const name of names) {
    const found = await findLink(place, { name }, options)
    if (found) place.indices.set(found.name, found.index)
  }
}
