import { NetworkError } from '../error.js'
import { Payload } from '../netlink/bytes.js'
import type { DecodeContext } from '../netlink/codec.js'
import type { RequestOptions } from '../netlink/exchange.js'
import type { NetlinkMessage, ReceivedMessage } from '../netlink/message.js'
import { decodeAddress, dumpAddresses, type ListedAddress } from '../rtnetlink/address.js'
import { decodeLink, decodeLinkName } from '../rtnetlink/decodeLink.js'
import { decodeRoute } from '../rtnetlink/decodeRoute.js'
import type { ListedLink } from '../rtnetlink/link.js'
import { dumpLinks } from '../rtnetlink/linkMessages.js'
import { decodeNeighbor, dumpNeighbors } from '../rtnetlink/neighbor.js'
import { dumpRoutes } from '../rtnetlink/routeMessages.js'
import { decodeRule, dumpRules } from '../rtnetlink/ruleMessages.js'
import { normalizeAddress } from '../state/address.js'
import type { LinkRecord, NetworkState } from '../state/model.js'
import { type RouteRecord, routeOf } from '../state/route.js'
import { forwardingFiles } from '../system/sysctl.js'
import { readFirewall } from './firewall.js'
import type { Place } from './place.js'

/**
 * Reads everything of a namespace that a plan can be about.
 * @param table the name of the nf_tables to read; without one none are
 */
export async function observe(place: Place, options: RequestOptions, table?: string): Promise<NetworkState> {
  const links = await observeLinks(place, options)
  const names = namesOf(links)
  const addresses = await dump(place, dumpAddresses(), (body) => decodeAddress(body, names), options)
  const routes: RouteRecord[] = []
  const rules: NetworkState['rules'][number][] = []
  for (const family of ['inet', 'inet6'] as const) {
    const listed = await dump(place, dumpRoutes({ family }), (body) => decodeRoute(body, names), options)
    for (const route of listed) if (!route.cloned) routes.push(routeOf(route))
    rules.push(...(await dump(place, dumpRules(family), (body) => decodeRule(body), options)))
  }
  const neighbors = await dump(place, dumpNeighbors(), (body) => decodeNeighbor(body, names), options)
  const firewall = table === undefined ? undefined : await readFirewall(place, table, options)
  const proxies = await dump(place, dumpNeighbors({ proxy: true }), (body) => decodeNeighbor(body, names), options)
  return {
    links: linkRecords(links, addresses),
    routes,
    rules,
    neighbors: [...neighbors, ...proxies],
    forwarding: {
      ipv4: place.kernel.readSysctl(forwardingFiles.ipv4) === '1',
      ipv6: place.kernel.readSysctl(forwardingFiles.ipv6) === '1',
    },
    promoteSecondaries: place.kernel.readSysctl('ipv4/conf/all/promote_secondaries') === '1',
    ...(firewall ? { firewall } : {}),
  }
}

/** Reads the links alone, and learns their indices. */
export async function observeLinks(place: Place, options: RequestOptions): Promise<ListedLink[]> {
  const bodies = await dump(place, dumpLinks(), (body) => new Payload(body.copy()), options)
  const nameByIndex = new Map<number, string>()
  for (const body of bodies) {
    const { index, name } = decodeLinkName(body)
    nameByIndex.set(index, name)
  }
  place.indices.clear()
  for (const [index, name] of nameByIndex) place.indices.set(name, index)
  return bodies.map((body) => decodeLink(body, { linkName: (index) => nameByIndex.get(index) ?? index }))
}

async function dump<T>(
  place: Place,
  message: NetlinkMessage,
  decode: (body: Payload) => T | undefined,
  options: RequestOptions,
): Promise<T[]> {
  const read = (received: ReceivedMessage): T | undefined => decode(received.body)
  const { items, consistent } = await place.connection.dump(message, read, options)
  if (consistent) return items
  // A plan made from half a picture could delete what it merely did not see.
  throw new NetworkError('INCONSISTENT', `${message.subject}: the state changed during every attempt to read it`)
}

function namesOf(links: readonly ListedLink[]): DecodeContext {
  const names = new Map(links.map(({ index, name }) => [index, name]))
  return { linkName: (index) => names.get(index) ?? index }
}

function linkRecords(links: readonly ListedLink[], addresses: readonly ListedAddress[]): Map<string, LinkRecord> {
  const byIndex = new Map<number, ListedAddress[]>()
  for (const address of addresses) {
    const list = byIndex.get(address.index)
    if (list) list.push(normalizeAddress(address))
    else byIndex.set(address.index, [normalizeAddress(address)])
  }
  return new Map(links.map((link) => [link.name, { link, addresses: byIndex.get(link.index) ?? [] }]))
}
