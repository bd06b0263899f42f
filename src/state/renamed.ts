import type { ListedAddress } from '../rtnetlink/address.js'
import { linkKind } from '../rtnetlink/kinds/registry.js'
import type { ListedLink } from '../rtnetlink/link.js'
import { linkOptionsOf } from '../rtnetlink/linkProperties.js'
import { peerOf, withPeer } from '../rtnetlink/pair.js'
import { sectionOf } from './link.js'
import type { LinkRecord, NetworkState } from './model.js'
import type { RouteRecord } from './route.js'

/** New names by the former ones. */
export type NewNames = ReadonlyMap<string, string>

/** A state as it is once links have other names. Rules keep the names that they were given. */
export async function renamedState(state: NetworkState, names: NewNames): Promise<NetworkState> {
  if (names.size === 0) return state
  const nameOf = <T>(name: T): T | string => (typeof name === 'string' ? (names.get(name) ?? name) : name)
  const withDev = <T extends { readonly dev?: string | number }>(object: T): T =>
    object.dev === undefined ? object : { ...object, dev: nameOf(object.dev) }
  const onLinks = (route: RouteRecord): RouteRecord => ({
    ...withDev(route),
    ...(route.nexthops ? { nexthops: route.nexthops.map(withDev) } : {}),
  })
  const links = new Map<string, LinkRecord>()
  for (const record of state.links.values()) {
    const { link, addresses } = record
    const renamed = renamedLink(link, names)
    const own = renamed.name === link.name ? addresses : relabeled(addresses, renamed.name)
    links.set(renamed.name, { ...record, link: renamed, addresses: own.map(withDev) })
  }
  return {
    ...state,
    links,
    routes: mappedOnce(state.routes, names, onLinks),
    ...(state.bulk ? { bulk: await state.bulk.map(onLinks) } : {}),
    nexthops: mappedOnce(state.nexthops, names, withDev),
    neighbors: mappedOnce(state.neighbors, names, withDev),
    ...(state.fdb
      ? { fdb: mappedOnce(state.fdb, names, (entry) => withLinks(entry, ['dev', 'via', 'master'], nameOf)) }
      : {}),
    ...(state.mdb
      ? { mdb: mappedOnce(state.mdb, names, (entry) => withLinks(entry, ['dev', 'port', 'via'], nameOf)) }
      : {}),
  }
}

/** An object with the links that some of its properties name under other names. */
export function withLinks<T extends object>(
  object: T,
  properties: readonly (keyof T)[],
  nameOf: (name: unknown) => unknown,
): T {
  const renamed = properties.filter((property) => object[property] !== undefined)
  return { ...object, ...Object.fromEntries(renamed.map((property) => [property, nameOf(object[property])])) }
}

/** What steps have done is told by the very objects that they were about, so that each state gives the same ones again. */
const mapped = new WeakMap<object, Map<string, unknown>>()

function mappedOnce<T>(list: readonly T[], names: NewNames, change: (item: T) => T): readonly T[] {
  const known = mapped.get(list) ?? new Map<string, unknown>()
  mapped.set(list, known)
  const key = JSON.stringify([...names].sort())
  const result = (known.get(key) as readonly T[] | undefined) ?? list.map(change)
  known.set(key, result)
  return result
}

/**
 * The kernel gives IPv4 addresses the new name as their label: the first one the plain name, the others with what they
 * had behind a colon, or else their position (net/ipv4/devinet.c, inetdev_changename).
 */
function relabeled(addresses: readonly ListedAddress[], name: string): ListedAddress[] {
  let position = 0
  return addresses.map((address) => {
    if (address.family !== 'inet' || address.label === undefined) return address
    position++
    const colon = address.label.indexOf(':')
    const suffix = position === 1 ? '' : colon < 0 ? `:${position}` : address.label.slice(colon)
    return { ...address, label: `${name.slice(0, 15 - suffix.length)}${suffix}` }
  })
}

function renamedLink(link: ListedLink, names: NewNames): ListedLink {
  const renamed: Record<string, unknown> = { ...link, name: names.get(link.name) ?? link.name }
  // What was an alternative name is none any longer.
  if (link.altNames) renamed['altNames'] = link.altNames.filter((altName) => altName !== renamed['name'])
  const here = link.linkNamespaceId === undefined
  if (typeof link.master === 'string') renamed['master'] = names.get(link.master) ?? link.master
  if (here && typeof link.link === 'string') renamed['link'] = names.get(link.link) ?? link.link
  for (const section of Object.keys(link)) {
    const told = sectionOf(link, section)
    const isPort = section.endsWith('Port')
    if (!told || !linkKind(isPort ? section.slice(0, -4) : section)) continue
    const options: Record<string, unknown> = { ...told }
    for (const property of linkOptionsOf(section)) {
      const name = options[property]
      if ((here || isPort) && typeof name === 'string') options[property] = names.get(name) ?? name
    }
    const peer = here ? sectionOf(options, 'peer') : undefined
    if (typeof peer?.['name'] === 'string') options['peer'] = { ...peer, name: names.get(peer['name']) ?? peer['name'] }
    renamed[section] = options
  }
  return renamed as unknown as ListedLink
}

/** A state whose links lead into a namespace in which links have other names. */
export function withRenamedPeers(state: NetworkState, namespace: string, names: NewNames): NetworkState {
  if (names.size === 0) return state
  const links = new Map(state.links)
  for (const [name, record] of state.links) {
    const { link, elsewhere } = record
    const newName = elsewhere?.namespace === namespace ? names.get(elsewhere.link ?? '') : undefined
    if (newName === undefined) continue
    const peer = peerOf(link)
    links.set(name, {
      ...record,
      link: peer ? withPeer(link, { ...peer, name: newName }) : link,
      elsewhere: { ...elsewhere, link: newName },
    })
  }
  return { ...state, links }
}
