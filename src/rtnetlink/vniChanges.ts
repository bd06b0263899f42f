import type { EncodeContext } from '../netlink/codec.js'
import type { NetlinkMessage } from '../netlink/message.js'
import type { VniList } from './kinds/vxlanVnis.js'
import { mergedRanges, segments } from './segments.js'
import { formatVlans } from './vlanRange.js'
import { vnisOf } from './vniRange.js'
import { addVnis, deleteVnis, type ListedVni, type VxlanVni } from './vxlanVni.js'

const merged = (list: readonly VxlanVni[]): VxlanVni[] => mergedRanges(list, vnisOf, sameHosts)

function sameHosts(a: VxlanVni, b: VxlanVni): boolean {
  return a.group === b.group && a.remote === b.remote
}

/** One form of a list: objects in ascending order, ranges as long as can be. */
export function normalizeVnis(list: VniList): VxlanVni[] {
  const objects = list.map((item): VxlanVni => {
    const { id, ...hosts } = typeof item === 'object' ? item : { id: item }
    return { id: formatVlans(vnisOf(id)), ...hosts }
  })
  return merged(objects.sort((a, b) => vnisOf(a.id).first - vnisOf(b.id).first))
}

/** What brings the VNIs of a VXLAN to what they should be, in this order. */
export interface VniChanges {
  readonly deleted: readonly VxlanVni[]
  readonly added: readonly VxlanVni[]
}

/**
 * The differences between two lists in one form. One with other hosts goes first, since the kernel would keep sending to
 * the former ones (drivers/net/vxlan/vxlan_vnifilter.c, vxlan_vni_update_group).
 */
export function vniChanges(wanted: readonly VxlanVni[], actual: readonly VxlanVni[]): VniChanges | undefined {
  const deleted: VxlanVni[] = []
  const added: VxlanVni[] = []
  for (const { first, last, wanted: own, actual: other } of segments(wanted, actual, vnisOf)) {
    if (own && other && sameHosts(own, other)) continue
    const id = formatVlans({ first, last })
    if (other) deleted.push({ id })
    if (own) added.push({ ...own, id })
  }
  if (deleted.length === 0 && added.length === 0) return undefined
  return { deleted: merged(deleted), added: merged(added) }
}

/** A list in one form without those of another. */
export function withoutVnis(list: readonly VxlanVni[], others: readonly VxlanVni[]): VxlanVni[] {
  const kept: VxlanVni[] = []
  for (const { first, last, wanted, actual } of segments(list, others, vnisOf)) {
    if (wanted && !actual) kept.push({ ...wanted, id: formatVlans({ first, last }) })
  }
  return merged(kept)
}

/** The messages that bring VNIs of a VXLAN to what they should be. */
export function setVnis(
  dev: string | number,
  { deleted, added }: VniChanges,
  context: EncodeContext,
): NetlinkMessage[] {
  return [...deleteVnis(dev, deleted, context), ...addVnis(dev, added, context)]
}

/** What a VXLAN takes, of what the kernel lists of it. */
export function ownVnis(listed: readonly ListedVni[]): VxlanVni[] {
  return normalizeVnis(listed.map(({ dev: _dev, index: _index, ...vni }) => vni))
}

// Asked of many entries of a forwarding database, so that the ranges are read once a list.
const rangesByList = new WeakMap<VniList, readonly { readonly first: number; readonly vni: VxlanVni }[]>()

/** What a list says of one VNI. */
export function findVni(list: VniList, number: number): VxlanVni | undefined {
  let ranges = rangesByList.get(list)
  if (!ranges) {
    ranges = normalizeVnis(list).map((vni) => ({ first: vnisOf(vni.id).first, vni }))
    rangesByList.set(list, ranges)
  }
  let [low, high] = [0, ranges.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ranges[middle]?.first ?? 0) <= number) low = middle + 1
    else high = middle
  }
  const before = ranges[low - 1]?.vni
  return before && number <= vnisOf(before.id).last ? before : undefined
}

/** A list as people write it: bare numbers and ranges where nothing more is to be said. */
export function compactVnis(vnis: readonly VxlanVni[]): VniList {
  return vnis.map((vni) => (Object.keys(vni).length === 1 ? vni.id : vni))
}
