import type { VniList } from './kinds/vxlanVnis.js'
import { segments } from './segments.js'
import { formatVlans } from './vlanRange.js'
import { vnisOf } from './vniRange.js'
import type { VxlanVni } from './vxlanVni.js'

/** Puts ranges that follow each other and have the same hosts together. */
function merged(list: readonly VxlanVni[]): VxlanVni[] {
  const result: VxlanVni[] = []
  for (const item of list) {
    const before = result.at(-1)
    const { first, last } = vnisOf(item.id)
    const range = before && vnisOf(before.id)
    if (before && range?.last === first - 1 && sameHosts(before, item)) {
      result[result.length - 1] = { ...before, id: formatVlans({ first: range.first, last }) }
    } else result.push(item)
  }
  return result
}

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

/** What a list says of one VNI. */
export function findVni(list: VniList, vni: number): VxlanVni | undefined {
  const found = list.find((item) => {
    const { first, last } = vnisOf(typeof item === 'object' ? item.id : item)
    return first <= vni && vni <= last
  })
  return found === undefined || typeof found === 'object' ? found : { id: found }
}

/** A list as people write it: bare numbers and ranges where nothing more is to be said. */
export function compactVnis(vnis: readonly VxlanVni[]): VniList {
  return vnis.map((vni) => (Object.keys(vni).length === 1 ? vni.id : vni))
}
