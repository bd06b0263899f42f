import { nearPeerOf } from '../../rtnetlink/pair.js'
import type { DesiredLink, DesiredNetwork, DesiredNexthop, DesiredRoute } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import { nexthopLosses } from '../../state/nexthop.js'
import { linksOfRoute } from '../../state/route.js'
import { lowersOf } from '../reach/dependents.js'

/** What can be put back, and what nobody can. */
export interface Recoverable {
  readonly networks: ReadonlyMap<string, DesiredNetwork>
  /** The links that went with a namespace which is gone: they would be gone without any step, too. */
  readonly gone: readonly string[]
  /** The links that led into a namespace which nobody can name. */
  readonly lost: readonly string[]
}

/**
 * What namespaces were, without the links that nobody can put back since they led into a namespace that is not open, and
 * without what hung on them.
 *
 * @param open the names of the namespaces that can be reached
 */
export async function recoverable(
  networks: ReadonlyMap<string, DesiredNetwork>,
  states: ReadonlyMap<string, NetworkState>,
  open: ReadonlySet<string>,
): Promise<Recoverable> {
  const left = new Map<string, DesiredNetwork>()
  const [gone, lost]: [string[], string[]] = [[], []]
  for (const [namespace, network] of networks) {
    const present = states.get(namespace)?.links
    const names = new Set<string>()
    for (const { name, absent, elsewhere } of network.links) {
      if (absent || !elsewhere || present?.has(name)) continue
      const { namespace: other } = elsewhere
      if (other !== undefined && open.has(other)) continue
      names.add(name)
      const subject = namespace === '' ? `link ${name}` : `namespace ${namespace}: link ${name}`
      if (other === undefined) {
        lost.push(
          `${subject}: it led into a namespace that has no name or could not be opened, where nobody can put it back`,
        )
      } else gone.push(`${subject}: the ${other === '' ? 'namespace' : `namespace ${other}`} that it led into is gone`)
    }
    left.set(namespace, names.size === 0 ? network : await withoutLinks(network, names))
  }
  return { networks: left, gone, lost }
}

/** A wish without some links, and without what the kernel takes along with them. */
async function withoutLinks(network: DesiredNetwork, names: ReadonlySet<string>): Promise<DesiredNetwork> {
  const gone = withUppers(network.links, names)
  const isGone = (dev: string | number | undefined): boolean => typeof dev === 'string' && gone.has(dev)
  const lost = nexthopLosses(
    network.nexthops.filter(({ absent }) => !absent).map(({ nexthop }) => nexthop),
    ({ dev }) => isGone(dev),
  )
  const sources = sourcesOf(network.links, gone)
  const leads = ({ absent, route }: DesiredRoute): boolean =>
    absent ||
    !(
      linksOfRoute(route).some(isGone) ||
      (route.src !== undefined && sources.has(route.src)) ||
      (route.nexthopId !== undefined && lost.gone.has(route.nexthopId))
    )
  const { bulk, fdb, mdb } = network
  return {
    ...network,
    links: network.links.filter(({ name }) => !gone.has(name)).map((link) => withoutMaster(link, gone)),
    routes: network.routes.filter(leads),
    nexthops: network.nexthops.flatMap((wanted): DesiredNexthop[] => {
      if (wanted.absent) return [wanted]
      const { id } = wanted.nexthop
      const nexthop = lost.reduced.get(id)
      if (nexthop) return [{ ...wanted, nexthop, stated: nexthop }]
      return lost.gone.has(id) ? [] : [wanted]
    }),
    ...(bulk ? { bulk: await bulk.filter(leads) } : {}),
    neighbors: network.neighbors.filter(({ neighbor }) => !isGone(neighbor.dev)),
    ...(fdb ? { fdb: fdb.filter(({ entry }) => !isGone(entry.dev) && !isGone(entry.via)) } : {}),
    ...(mdb ? { mdb: mdb.filter(({ entry }) => !isGone(entry.dev) && !isGone(entry.port)) } : {}),
  }
}

/** Links with everything that stands on them, and the other ends of pairs. */
function withUppers(links: readonly DesiredLink[], names: ReadonlySet<string>): ReadonlySet<string> {
  const gone = new Set(names)
  for (let before = 0; before < gone.size; ) {
    before = gone.size
    for (const { name, absent, properties } of links) {
      const lowers = [...lowersOf({ ...properties }), nearPeerOf(properties)]
      if (!absent && lowers.some((lower) => lower !== undefined && gone.has(lower))) gone.add(name)
    }
  }
  return gone
}

/** The addresses that nothing can be sent from any longer. */
function sourcesOf(links: readonly DesiredLink[], gone: ReadonlySet<string>): ReadonlySet<string> {
  const sources = new Set<string>()
  for (const { name, addresses = [] } of links) {
    if (gone.has(name)) for (const { address } of addresses) sources.add(address.split('/')[0] ?? address)
  }
  return sources
}

function withoutMaster(link: DesiredLink, gone: ReadonlySet<string>): DesiredLink {
  const { master, ...properties } = link.properties
  return typeof master === 'string' && gone.has(master) ? { ...link, properties } : link
}
