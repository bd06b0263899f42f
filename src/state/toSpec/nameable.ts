import { linksOfRoute } from '../../rtnetlink/routeRecord.js'
import { isWholeText } from '../../spec/wholeText.js'
import type { LinkRecord, NetworkState } from '../model.js'
import { addressesToSpec, linkToSpec } from './link.js'
import type { SpecOptions } from './specOptions.js'

/** A state without the links whose name no spec can tell, as it is no UTF-8, and without what is of them. */
export async function nameable(state: NetworkState, options: SpecOptions): Promise<NetworkState> {
  const nameless = [...state.links.values()].filter(({ link }) => !isWholeText(link.name))
  if (nameless.length === 0) return state
  for (const record of nameless) await tell(record, state, options)
  const names = new Set(nameless.map(({ link }) => link.name))
  const isNameable = (link: string | number | undefined): boolean => !names.has(String(link))
  const isRouteNameable = (route: Parameters<typeof linksOfRoute>[0]): boolean => linksOfRoute(route).every(isNameable)
  return {
    ...state,
    links: new Map([...state.links].filter(([name]) => isNameable(name))),
    routes: state.routes.filter(isRouteNameable),
    ...(state.bulk ? { bulk: await state.bulk.filter(isRouteNameable) } : {}),
    nexthops: state.nexthops.filter(({ dev }) => isNameable(dev)),
    neighbors: state.neighbors.filter(({ dev }) => isNameable(dev)),
    ...(state.fdb ? { fdb: state.fdb.filter(({ dev }) => isNameable(dev)) } : {}),
    ...(state.mdb ? { mdb: state.mdb.filter(({ dev, port }) => isNameable(dev) && isNameable(port)) } : {}),
  }
}

async function tell(record: LinkRecord, { links }: NetworkState, options: SpecOptions): Promise<void> {
  const { onLeftOut, ...others } = options
  if (!onLeftOut) return
  const addresses = await addressesToSpec(record, others)
  onLeftOut({ link: linkToSpec(record, addresses, options.secrets, links), reason: 'name' })
}
