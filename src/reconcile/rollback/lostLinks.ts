import type { ListedLink } from '../../rtnetlink/link.js'
import { portOptionsOf } from '../../rtnetlink/linkProperties.js'
import { nearPeerOf } from '../../rtnetlink/pair.js'
import type { DesiredLink, DesiredNetwork, DesiredNexthop, DesiredRoute } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import { nexthopLosses } from '../../state/nexthop.js'
import { marksOf } from '../../state/owner.js'
import { linksOfRoute } from '../../state/route.js'
import { lowersOf } from '../reach/dependents.js'

/** What can be put back, and what nobody can. */
export interface Recoverable {
  readonly networks: ReadonlyMap<string, DesiredNetwork>
  /** The links that went with a namespace which is gone, or by somebody else: they would be gone without any step, too. */
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
    const indices = new Map([...(present?.values() ?? [])].map(({ link }) => [link.index, link]))
    for (const wanted of network.links) {
      const { name, absent, elsewhere, index, stays } = wanted
      if (absent) continue
      const subject = namespace === '' ? `link ${name}` : `namespace ${namespace}: link ${name}`
      const there = present?.get(name)?.link
      if (there && isInPlaceOf(wanted, there)) {
        names.add(name)
        gone.push(`${subject}: somebody else has put another link in its place meanwhile`)
        continue
      }
      if (there) continue
      if (stays && (index === undefined || !isSameKind(indices.get(index), wanted))) {
        names.add(name)
        gone.push(`${subject}: somebody else has taken it away meanwhile`)
        continue
      }
      if (!elsewhere) continue
      const { namespace: other } = elsewhere
      if (other !== undefined && open.has(other)) continue
      names.add(name)
      if (other === undefined) {
        lost.push(
          `${subject}: it led into a namespace that has no name or could not be opened, where nobody can put it back`,
        )
      } else gone.push(`${subject}: the ${other === '' ? 'namespace' : `namespace ${other}`} that it led into is gone`)
    }
    const own = withoutForeign(network, present)
    left.set(namespace, names.size === 0 ? own : await withoutLinks(own, names, present))
  }
  return { networks: left, gone, lost }
}

/**
 * Whether a link that bears the name of one that was there is neither that nor what steps put in its place. Where it is
 * not known what was done, an undoing that was cut off may have made it anew, of the same kind.
 */
function isInPlaceOf(wanted: DesiredLink, there: ListedLink): boolean {
  const { successors, stays, madeKinds = stays ? [] : undefined, index } = wanted
  if (successors) return !marksOf(there).some((mark) => successors.includes(mark))
  if (!madeKinds || there.index === index || isSameKind(there, wanted)) return false
  return !madeKinds.includes(there.kind ?? '')
}

function isSameKind(link: ListedLink | undefined, { properties }: Pick<DesiredLink, 'properties'>): boolean {
  return link !== undefined && link.kind === properties.kind
}

/** A wish without the links that are to go but were made by somebody else since: these do not bear the mark. */
function withoutForeign(network: DesiredNetwork, present: NetworkState['links'] | undefined): DesiredNetwork {
  const isForeign = ({ name, absent, marks }: DesiredLink): boolean => {
    const record = present?.get(name)
    return (
      absent &&
      marks !== undefined &&
      record !== undefined &&
      !marksOf(record.link).some((mark) => marks.includes(mark))
    )
  }
  return network.links.some(isForeign)
    ? { ...network, links: network.links.filter((link) => !isForeign(link)) }
    : network
}

/** A wish without some links, and without what the kernel takes along with them. */
async function withoutLinks(
  network: DesiredNetwork,
  names: ReadonlySet<string>,
  present: NetworkState['links'] | undefined,
): Promise<DesiredNetwork> {
  const concerned = withUppers(network.links, names)
  const gone = new Set([...concerned].filter((name) => names.has(name) || !present?.has(name)))
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
    links: network.links
      .filter(({ name }) => !gone.has(name))
      .map((link) => withoutMaster(concerned.has(link.name) ? withoutKind(link) : link, gone)),
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

/** What its kind says would lead to what is gone, and have the link made anew. */
function withoutKind(link: DesiredLink): DesiredLink {
  const { kind } = link.properties
  const properties = Object.entries(link.properties).filter(([name]) => name !== kind)
  return { ...link, properties: Object.fromEntries(properties) }
}

/** With what it is as a port, which is of its master. */
function withoutMaster(link: DesiredLink, gone: ReadonlySet<string>): DesiredLink {
  const { master, ...others } = link.properties
  if (typeof master !== 'string' || !gone.has(master)) return link
  const port = portOptionsOf(others)
  if (!port) return { ...link, properties: others }
  const section = `${port.masterKind}Port`
  const properties = Object.fromEntries(Object.entries(others).filter(([name]) => name !== section))
  return { ...link, properties }
}
