import type { ListedLink } from '../../rtnetlink/link.js'
import type { LinkRecord, NetworkState } from '../../state/model.js'
import { type NexthopLosses, withoutLosses } from '../../state/nexthop.js'
import type { RouteRecord } from '../../state/route.js'
import { routeWithout } from '../../state/routeWithout.js'
import { forgottenNaming, withoutNaming } from '../diff/portNaming.js'
import { entriesAfter } from './lossesOfEntries.js'

/** What is there once links were made anew or went down, before anything was put back. */
export async function stateAfter(
  actual: NetworkState,
  recreated: ReadonlySet<string>,
  bounced: ReadonlySet<string>,
  raised: ReadonlySet<string>,
  lost: NexthopLosses,
): Promise<NetworkState> {
  const links = new Map<string, LinkRecord>()
  for (const [name, record] of actual.links) {
    if (recreated.has(name)) continue
    const { link } = record
    const released = typeof link.master === 'string' && recreated.has(link.master)
    const addresses = bounced.has(name) ? record.addresses.filter(({ family }) => family === 'inet') : record.addresses
    const forgotten = forgottenNaming(link, (port) => recreated.has(port))
    const kept = forgotten ? withoutNaming(link, forgotten) : link
    const left = released ? withoutMaster(kept) : kept
    links.set(name, { ...record, link: raised.has(name) ? { ...left, up: true } : left, addresses })
  }
  const gone = (dev: string | number | undefined): boolean =>
    typeof dev === 'string' && (recreated.has(dev) || bounced.has(dev))
  const left = (route: RouteRecord): RouteRecord | undefined => {
    if (route.nexthopId !== undefined && lost.gone.has(route.nexthopId)) return undefined
    return routeWithout(route, gone, (dev) => recreated.has(String(dev)))
  }
  return {
    ...actual,
    links,
    routes: actual.routes.flatMap((route) => left(route) ?? []),
    nexthops: withoutLosses(actual.nexthops, lost),
    ...(actual.bulk
      ? {
          bulk: await (await actual.bulk.filter((route) => left(route) !== undefined)).map(
            (route) => left(route) ?? route,
          ),
        }
      : {}),
    neighbors: actual.neighbors.filter(({ dev }) => !gone(dev)),
    ...entriesAfter(actual, recreated),
  }
}

function withoutMaster(link: ListedLink): ListedLink {
  const entries = Object.entries(link).filter(([name]) => name !== 'master' && name !== `${link.masterKind}Port`)
  return Object.fromEntries(entries) as unknown as ListedLink
}
