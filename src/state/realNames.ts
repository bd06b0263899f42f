import type { Link } from '../rtnetlink/link.js'
import { linkOptionsOf } from '../rtnetlink/linkProperties.js'
import { nearPeerOf } from '../rtnetlink/pair.js'
import { eachInTurns } from '../system/inTurns.js'
import type { DesiredNetwork, DesiredRoute } from './desired.js'
import { sectionOf, visibleAltNames } from './link.js'
import type { NetworkState } from './model.js'
import { withLinks } from './renamed.js'

/** What is wanted, with each link that is called by an alternative name under the name that it has. */
export async function withRealNames(network: DesiredNetwork, state: NetworkState): Promise<DesiredNetwork> {
  const names = await realNames(network, state)
  if (names.size === 0) return network
  const nameOf = <T>(name: T): T | string => (typeof name === 'string' ? (names.get(name) ?? name) : name)
  const withDev = <T extends { readonly dev?: string | number }>(object: T): T =>
    object.dev === undefined ? object : { ...object, dev: nameOf(object.dev) }
  const onLinks = <
    T extends { readonly dev?: string | number; readonly nexthops?: readonly { dev?: string | number }[] },
  >(
    route: T,
  ): T => ({ ...withDev(route), ...(route.nexthops ? { nexthops: route.nexthops.map(withDev) } : {}) })
  const onRealLinks = (one: DesiredRoute): DesiredRoute => ({
    ...one,
    route: onLinks(one.route),
    stated: onLinks(one.stated),
  })
  return {
    ...network,
    links: network.links.map((link) => ({
      ...link,
      name: nameOf(link.name),
      properties: withReferences(link.properties, names),
    })),
    routes: network.routes.map(onRealLinks),
    ...(network.bulk ? { bulk: await network.bulk.map(onRealLinks) } : {}),
    nexthops: network.nexthops.map((one) => ({ ...one, nexthop: withDev(one.nexthop), stated: withDev(one.stated) })),
    neighbors: network.neighbors.map((one) => ({ ...one, neighbor: withDev(one.neighbor) })),
    ...(network.fdb
      ? { fdb: network.fdb.map((one) => ({ ...one, entry: withLinks(one.entry, ['dev', 'via'], nameOf) })) }
      : {}),
    ...(network.mdb
      ? { mdb: network.mdb.map((one) => ({ ...one, entry: withLinks(one.entry, ['dev', 'port', 'via'], nameOf) })) }
      : {}),
  }
}

/** The alternative names that are no name of a link that is there or wanted, with what they stand for. */
async function realNames(network: DesiredNetwork, { links }: NetworkState): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>()
  // Marks name nothing: nearly every link has one, and looking through all of a spec would not pay.
  await eachInTurns(links.values(), ({ link }) => {
    for (const altName of visibleAltNames(link)) names.set(altName, link.name)
  })
  if (names.size === 0) return names
  // A link that is still to be made has its name for itself, or the kernel refuses it.
  await eachInTurns(network.links, ({ name, properties }) => {
    const peer = nearPeerOf(properties)
    if (peer !== undefined) names.delete(peer)
    if (links.has(name)) names.delete(name)
  })
  return names
}

function withReferences(properties: Partial<Link>, names: ReadonlyMap<string, string>): Partial<Link> {
  const changed: Record<string, unknown> = {}
  if (typeof properties.master === 'string') changed['master'] = names.get(properties.master) ?? properties.master
  for (const section of Object.keys(properties)) {
    const stated = sectionOf(properties, section)
    if (!stated) continue
    const options: Record<string, unknown> = { ...stated }
    for (const property of linkOptionsOf(section)) {
      const name = options[property]
      if (typeof name === 'string') options[property] = names.get(name) ?? name
    }
    changed[section] = options
  }
  return { ...properties, ...changed }
}
