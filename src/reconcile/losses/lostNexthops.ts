import type { DesiredNetwork, DesiredNexthop } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import {
  mergedNexthop,
  type NexthopLosses,
  type NexthopRecord,
  nexthopLosses,
  normalizeNexthop,
} from '../../state/nexthop.js'
import { eachInTurns } from '../../system/inTurns.js'
import { needsNewNexthop } from '../diff/nexthops.js'

/** The nexthop objects that must be made anew to be what is wanted. */
export async function recreatedNexthops({ nexthops }: DesiredNetwork, actual: NetworkState): Promise<Set<number>> {
  if (nexthops.length === 0) return new Set()
  const present = new Map(actual.nexthops.map((nexthop) => [nexthop.id, nexthop]))
  const anew = new Set<number>()
  await eachInTurns(nexthops, (wanted) => {
    const before = present.get(wanted.nexthop.id)
    if (before && !wanted.absent && needsNewNexthop(wanted, before)) anew.add(wanted.nexthop.id)
  })
  return anew
}

/** What goes when links go down, or nexthop objects are made anew (net/ipv4/nexthop.c, nh_netdev_event). */
export function lossesOf(
  actual: NetworkState,
  recreated: ReadonlySet<number>,
  goesDown: (link: string | number | undefined) => boolean,
): NexthopLosses {
  return nexthopLosses(actual.nexthops, ({ id, dev }) => recreated.has(id) || goesDown(dev))
}

/** The wanted nexthop objects, those that were lost by the way with everything that they had and the wish does not change. */
export function restoredNexthops(
  { nexthops }: DesiredNetwork,
  actual: NetworkState,
  { gone, reduced }: NexthopLosses,
  canLead: (nexthop: NexthopRecord) => boolean,
): DesiredNexthop[] {
  if (gone.size === 0) return [...nexthops]
  const before = new Map(actual.nexthops.map((nexthop) => [nexthop.id, nexthop]))
  const named = new Set(nexthops.map(({ nexthop }) => nexthop.id))
  const absent = new Set(nexthops.filter((wanted) => wanted.absent).map(({ nexthop }) => nexthop.id))
  const restored = nexthops.map((wanted): DesiredNexthop => {
    const { id } = wanted.nexthop
    const had = before.get(id)
    if (wanted.absent || wanted.exact || !had || !(gone.has(id) || reduced.has(id))) return wanted
    const nexthop = mergedNexthop(wanted.stated, had)
    return { ...wanted, nexthop, stated: nexthop }
  })
  const lost = actual.nexthops.filter(({ id }) => !named.has(id) && (gone.has(id) || reduced.has(id)))
  const singles = lost.filter((nexthop) => !nexthop.group && canLead(nexthop))
  // A member that is not to be there any longer, or cannot be, is none.
  const back = new Set([...singles.map(({ id }) => id), ...before.keys()])
  for (const { id, group } of lost) if (!group && !singles.some((one) => one.id === id)) back.delete(id)
  for (const id of absent) back.delete(id)
  const groups = lost.flatMap((nexthop) => {
    const group = nexthop.group?.filter(({ id }) => back.has(id)) ?? []
    return group.length === 0 ? [] : [normalizeNexthop({ ...nexthop, group })]
  })
  return [...restored, ...[...singles, ...groups].map((nexthop) => ({ absent: false, nexthop, stated: nexthop }))]
}
