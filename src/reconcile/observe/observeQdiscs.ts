import { NetworkError } from '../../error.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { decodeQdisc, dumpQdiscs } from '../../rtnetlink/qdiscs/qdisc.js'
import { decodeTrafficClass, dumpTrafficClasses, type ListedTrafficClass } from '../../rtnetlink/qdiscs/trafficClass.js'
import type { LinkRecord, NetworkState } from '../../state/model.js'
import { qdiscsOfLinks } from '../../state/qdisc.js'
import { mapInTurns } from '../../system/inTurns.js'
import type { Place } from '../world/place.js'
import { dump } from './dump.js'
import { ifSupported } from './observeVlans.js'

/** Adds the qdiscs of all links to what was read of them; nothing where the kernel has none. */
export async function withQdiscs(
  place: Place,
  links: ReadonlyMap<string, LinkRecord>,
  options: RequestOptions,
): Promise<Map<string, LinkRecord>> {
  const listed = await ifSupported(() => dump(place, dumpQdiscs(), (body) => decodeQdisc(body), options))
  if (!listed) return new Map(links)
  const classes: ListedTrafficClass[] = []
  for (const index of new Set(listed.filter(({ kind }) => kind === 'htb').map((qdisc) => qdisc.index))) {
    classes.push(...(await classesOf(place, index, options)))
  }
  const qdiscs = qdiscsOfLinks(listed, classes)
  return new Map(
    await mapInTurns(links, ([name, record]) => [name, { ...record, qdiscs: qdiscs.get(record.link.index) ?? {} }]),
  )
}

/** The kernel lists the classes of one link at a time. */
async function classesOf(place: Place, index: number, options: RequestOptions): Promise<readonly ListedTrafficClass[]> {
  try {
    return await dump(place, dumpTrafficClasses(index), (body) => decodeTrafficClass(body), options)
  } catch (error) {
    // The link has gone meanwhile.
    if (error instanceof NetworkError && error.code === 'ENODEV') return []
    throw error
  }
}

/** Whether a link has qdiscs that the kernel did not put there by itself. */
export function hasQdiscs(record: LinkRecord | undefined): boolean {
  return (record?.qdiscs?.root ?? record?.qdiscs?.ingress) !== undefined
}

/** Adds the qdiscs of some links to what was read; they go with the links, and are to come back with them. */
export async function withQdiscsOf(
  names: ReadonlySet<string>,
  state: NetworkState,
  place: Place,
  options: RequestOptions,
): Promise<NetworkState> {
  const isRead = [...names].every((name) => state.links.get(name)?.qdiscs ?? !state.links.has(name))
  if (isRead) return state
  return { ...state, links: await withQdiscs(place, state.links, options) }
}
