import { Payload } from '../../netlink/bytes.js'
import type { DecodeContext } from '../../netlink/codec.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { decodeAddress, dumpAddresses, type ListedAddress } from '../../rtnetlink/address.js'
import type { ListedLink } from '../../rtnetlink/link.js'
import { dumpLinks } from '../../rtnetlink/linkMessages.js'
import { decodeNeighbor, dumpNeighbors } from '../../rtnetlink/neighbor.js'
import { decodeNexthop, dumpNexthops } from '../../rtnetlink/nexthopMessages.js'
import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import { type LinkRecord, type NetworkState, unreadState } from '../../state/model.js'
import { nexthopOf } from '../../state/nexthop.js'
import { routesOfState } from '../../state/packedState.js'
import { madeForPrefixes } from '../../state/prefixRoutes.js'
import type { RouteRecord } from '../../state/route.js'
import { eachInTurns, mapInTurns } from '../../system/inTurns.js'
import { forwardingFiles } from '../../system/sysctl.js'
import { rest } from '../../system/turns.js'
import type { Place } from '../world/place.js'
import { dump } from './dump.js'
import { readFirewall } from './firewall.js'
import { LinkReader } from './linkReader.js'
import { observeEntries } from './observeEntries.js'
import { type FeatureSelection, withGeneric } from './observeGeneric.js'
import { observeNeighborsOf } from './observeNeighbors.js'
import { withQdiscs } from './observeQdiscs.js'
import { observeRoutes, observeRules, observeTable } from './observeRoutes.js'
import { withVlans } from './observeVlans.js'
import { withVnis } from './observeVnis.js'

/** What is read of a namespace only where it is asked for. */
export interface Curiosity {
  /** Whether the kernel's bridges have VLANs, also where there is no bridge. */
  readonly vlans?: boolean
  /** The forwarding and multicast databases. */
  readonly entries?: boolean
  /** The qdiscs of links. */
  readonly qdiscs?: boolean
  /** The nf_tables of this name. */
  readonly table?: string
  /** Whether the tables are left out where they may not be read: only holders of CAP_NET_ADMIN may. */
  readonly tableIfAllowed?: boolean
  /** The links whose features of ethtool are read. */
  readonly features?: FeatureSelection
  /** Whether routes, rules, nexthop objects and neighbors are left out: what is wanted has nothing to do with them. */
  readonly linksOnly?: boolean
  /** The links whose neighbors are read all the same. */
  readonly neighborsOf?: ReadonlySet<string>
  /** The tables whose routes are read. Default: all. */
  readonly tables?: ReadonlySet<number>
}

/** Reads everything of a namespace that a plan can be about. */
export async function observe(
  place: Place,
  options: RequestOptions,
  {
    vlans = false,
    entries = false,
    qdiscs = false,
    table,
    tableIfAllowed = false,
    features,
    linksOnly = false,
    neighborsOf = new Set(),
    tables: wanted,
  }: Curiosity = {},
): Promise<NetworkState> {
  const found = await withGeneric(place, await observeLinks(place, options), features, options)
  await rest()
  const names = namesOf(found)
  const listed = await withVnis(place, found, names, options)
  const { links, vlanFiltering } = await withVlans(place, listed, names, vlans, options)
  const addressed = await withAddresses(place, links, names, options)
  const records = qdiscs ? await withQdiscs(place, addressed, options) : addressed
  const filtering = vlanFiltering === undefined ? {} : { vlanFiltering }
  const switches = await observeSwitches(place, table, options, tableIfAllowed)
  const known = entries ? await observeEntries(place, listed, names, options) : {}
  if (linksOnly) {
    const wishes = [...neighborsOf].map((dev) => ({ dev, proxy: false }))
    const neighbors = await observeNeighborsOf(place, wishes, records, names, options)
    return { ...unreadState, links: records, neighbors, ...switches, ...known, ...filtering }
  }
  const tables: PackedRoutes<RouteRecord>[] = []
  const rules: NetworkState['rules'][number][] = []
  for (const family of ['inet', 'inet6'] as const) {
    if (!wanted) tables.push(await observeRoutes(place, { family }, names, options))
    for (const one of wanted ?? []) tables.push(await observeTable(place, family, one, names, options))
    rules.push(...(await observeRules(place, family, options)))
  }
  const nexthops = await dump(place, dumpNexthops(), (body) => nexthopOf(decodeNexthop(body, names)), options)
  const neighbors = await dump(place, dumpNeighbors(), (body) => decodeNeighbor(body, names), options)
  const proxies = await dump(place, dumpNeighbors({ proxy: true }), (body) => decodeNeighbor(body, names), options)
  await rest()
  return {
    links: records,
    ...(await withPrefixRoutes(routesOfState(PackedRoutes.joined(tables)), records)),
    nexthops,
    rules,
    neighbors: [...neighbors, ...proxies],
    ...switches,
    ...known,
    ...filtering,
  }
}

/** Routes with a note at those that somebody made for the prefixes of addresses. Among many none is looked for. */
async function withPrefixRoutes(
  listed: Pick<NetworkState, 'routes' | 'bulk'>,
  links: NetworkState['links'],
): Promise<Pick<NetworkState, 'routes' | 'bulk'>> {
  const isMade = madeForPrefixes(links)
  if (!isMade) return listed
  const noted = (route: RouteRecord): RouteRecord => (isMade(route) ? { ...route, forPrefix: true } : route)
  return { ...listed, routes: await mapInTurns(listed.routes, noted) }
}

/** Reads what a namespace has once: its switches, and the tables of a name. */
export async function observeSwitches(
  place: Place,
  table: string | undefined,
  options: RequestOptions,
  tableIfAllowed = false,
): Promise<Pick<NetworkState, 'forwarding' | 'promoteSecondaries' | 'firewall'>> {
  const firewall = table === undefined ? undefined : await readFirewall(place, table, options, tableIfAllowed)
  return {
    forwarding: {
      ipv4: place.kernel.readSysctl(forwardingFiles.ipv4) === '1',
      ipv6: place.kernel.readSysctl(forwardingFiles.ipv6) === '1',
    },
    promoteSecondaries: place.kernel.readSysctl('ipv4/conf/all/promote_secondaries') === '1',
    ...(firewall ? { firewall } : {}),
  }
}

/** Reads the links with their addresses. */
export async function observeLinkRecords(place: Place, options: RequestOptions): Promise<NetworkState['links']> {
  const links = await observeLinks(place, options)
  return await withAddresses(place, links, namesOf(links), options)
}

async function withAddresses(
  place: Place,
  links: readonly ListedLink[],
  names: DecodeContext,
  options: RequestOptions,
): Promise<Map<string, LinkRecord>> {
  return await linkRecords(links, await dump(place, dumpAddresses(), (body) => decodeAddress(body, names), options))
}

/** Reads the links alone, and learns their indices. */
export async function observeLinks(place: Place, options: RequestOptions): Promise<ListedLink[]> {
  const bodies = await dump(place, dumpLinks(), (body) => new Payload(body.copy()), options)
  const links = await new LinkReader(place).read(bodies)
  place.indices.clear()
  for (const { name, index } of links) place.indices.set(name, index)
  return links
}

/** The names of links by their indices. */
export function namesOf(links: readonly ListedLink[]): DecodeContext {
  const names = new Map(links.map(({ index, name }) => [index, name]))
  return { linkName: (index) => names.get(index) ?? index }
}

/** Links with those of some addresses that are theirs, by name. */
export async function linkRecords(
  links: readonly ListedLink[],
  addresses: readonly ListedAddress[],
): Promise<Map<string, LinkRecord>> {
  const byIndex = new Map<number, ListedAddress[]>()
  await eachInTurns(addresses, (address) => {
    const list = byIndex.get(address.index)
    if (list) list.push(address)
    else byIndex.set(address.index, [address])
  })
  return new Map(await mapInTurns(links, (link) => [link.name, { link, addresses: byIndex.get(link.index) ?? [] }]))
}
