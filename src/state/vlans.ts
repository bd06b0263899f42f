import type { Domain } from '../netlink/codec.js'
import type { GlobalVlanOptions, PortVlan } from '../rtnetlink/bridgeVlan.js'
import { globalVlanEntry } from '../rtnetlink/bridgeVlanAttributes.js'
import type { VlanList } from '../rtnetlink/kinds/bridgeVlans.js'
import { multicastDefaults } from '../rtnetlink/kinds/multicastOptions.js'
import { mergedRanges, segments } from '../rtnetlink/segments.js'
import { formatVlans, vlansOf } from '../rtnetlink/vlanRange.js'
import { sameOption, sameValue } from './equal.js'

/** What a new VLAN of a port has: net/bridge/br_vlan.c, net/bridge/br_multicast.c. */
const portDefaults: Omit<PortVlan, 'id'> = {
  pvid: false,
  untagged: false,
  state: 'forwarding',
  multicastRouter: 1,
  neighborSuppress: false,
  neighborForwardGratuitous: false,
  multicastMaximumGroups: 0,
}

/** What a VLAN that is new on a bridge has there. */
const globalDefaults: Omit<GlobalVlanOptions, 'id'> = {
  multicastSnooping: true,
  ...multicastDefaults,
  mstInstance: 0,
}

/** What options can be: some are times, which the kernel rounds. */
const domains: ReadonlyMap<string, Domain> = new Map(
  Object.entries(globalVlanEntry.lines).map(([name, { codec }]) => [name, codec.domain]),
)

/** Something about a VLAN or a range of them. */
type OfVlans = { readonly id: number | string; readonly tunnelId?: number }

/** The tunnel of a VLAN within a range: they count up. */
function tunnelAt(vlans: OfVlans | undefined, vlan: number): number {
  return vlans?.tunnelId === undefined ? 0 : vlans.tunnelId + vlan - vlansOf(vlans.id).first
}

type MergeableVlans = OfVlans & { readonly pvid?: boolean }

/** Puts ranges that follow each other and have the same together. */
function merged<T extends MergeableVlans>(list: readonly T[]): T[] {
  return mergedRanges(list, vlansOf, isContinuation)
}

/** Only one VLAN can be that of untagged frames. */
function isContinuation(before: MergeableVlans, item: MergeableVlans, first: number): boolean {
  if (item.pvid || before.pvid) return false
  const tunnels = (item.tunnelId || 0) === 0 ? item.tunnelId : tunnelAt(item, first)
  const continued = (before.tunnelId || 0) === 0 ? before.tunnelId : tunnelAt(before, first)
  return tunnels === continued && sameBesides(before, item)
}

function sameBesides(a: OfVlans, b: OfVlans): boolean {
  return sameValue({ ...a, id: 0, tunnelId: 0 }, { ...b, id: 0, tunnelId: 0 })
}

/** One form of a list: objects in ascending order, ranges as long as can be. */
export function normalizeVlans(list: VlanList): PortVlan[] {
  const objects = list.map((item): PortVlan => {
    const { id, pvid, untagged, ...others } = typeof item === 'object' ? item : { id: item }
    return {
      id: formatVlans(vlansOf(id)),
      ...(pvid ? { pvid } : {}),
      ...(untagged ? { untagged } : {}),
      ...others,
    }
  })
  return merged(objects.sort((a, b) => vlansOf(a.id).first - vlansOf(b.id).first))
}

/** The same for options on a bridge as a whole. */
export function normalizeGlobalVlans(list: readonly GlobalVlanOptions[]): GlobalVlanOptions[] {
  const objects = list.map((item) => ({ ...item, id: formatVlans(vlansOf(item.id)) }))
  return merged(objects.sort((a, b) => vlansOf(a.id).first - vlansOf(b.id).first))
}

/** What brings the VLANs of a port to what they should be, in this order. */
export interface VlanChanges {
  readonly deleted: readonly PortVlan[]
  /** Lose their tunnel, since none is replaced, and one tunnel has one VLAN. */
  readonly released: readonly PortVlan[]
  /** Are added, or changed where they are there. */
  readonly added: readonly PortVlan[]
}

/** The differences between two lists in one form. Options that `wanted` leaves out stay as they are. */
export function vlanChanges(wanted: readonly PortVlan[], actual: readonly PortVlan[]): VlanChanges | undefined {
  const deleted: PortVlan[] = []
  const released: PortVlan[] = []
  const added: PortVlan[] = []
  for (const { first, last, wanted: own, actual: other } of segments(wanted, actual, vlansOf)) {
    const id = formatVlans({ first, last })
    if (!own) {
      deleted.push({ id })
      continue
    }
    const { pvid = false, untagged = false, id: _id, tunnelId: _tunnel, ...options } = own
    const before = { ...portDefaults, ...other }
    const [tunnel, formerTunnel] = [tunnelAt(own, first), tunnelAt(other, first)]
    const flags = { ...(pvid ? { pvid } : {}), ...(untagged ? { untagged } : {}) }
    if (formerTunnel !== 0 && formerTunnel !== tunnel) {
      const formerFlags = { ...(before.pvid ? { pvid: true } : {}), ...(before.untagged ? { untagged: true } : {}) }
      released.push({ id, ...formerFlags, tunnelId: 0 })
    }
    const changed = {
      ...changedOptions(options, before),
      ...(tunnel !== 0 && tunnel !== formerTunnel ? { tunnelId: tunnel } : {}),
    }
    const sameFlags = other !== undefined && before.pvid === pvid && before.untagged === untagged
    if (!sameFlags || Object.keys(changed).length > 0) added.push({ id, ...flags, ...changed })
  }
  if (deleted.length === 0 && released.length === 0 && added.length === 0) return undefined
  return { deleted: merged(deleted), released: merged(released), added: merged(added) }
}

/** What is to be set so that VLANs have the options on a bridge that are wanted of them. */
export function globalVlanChanges(
  wanted: readonly GlobalVlanOptions[],
  actual: readonly GlobalVlanOptions[],
): GlobalVlanOptions[] {
  const changes: GlobalVlanOptions[] = []
  for (const { first, last, wanted: own, actual: other } of segments(wanted, actual, vlansOf)) {
    if (!own) continue
    const { id: _id, ...options } = own
    const changed = changedOptions(options, { ...globalDefaults, ...other })
    if (Object.keys(changed).length > 0) changes.push({ id: formatVlans({ first, last }), ...changed })
  }
  return merged(changes)
}

function changedOptions<T extends object>(wanted: T, before: object): Partial<T> {
  const known = new Map<string, unknown>(Object.entries(before))
  const different = Object.entries(wanted).filter(
    ([name, value]) => value !== undefined && !sameOption(domains.get(name), value, known.get(name)),
  )
  return Object.fromEntries(different) as Partial<T>
}

/** The VLANs that a bridge gives a new port, and itself. */
export function defaultVlans(defaultPvid: number): PortVlan[] {
  return defaultPvid === 0 ? [] : [{ id: defaultPvid, pvid: true, untagged: true }]
}

/**
 * The VLANs once a bridge's default is another one: it takes the place of the former, where that is still the VLAN of
 * untagged frames (net/bridge/br_vlan.c, __br_vlan_set_default_pvid).
 */
export function withDefaultPvid(vlans: readonly PortVlan[], before: number, after: number): readonly PortVlan[] {
  const former = vlans.find(({ id }) => id === before)
  if (before === after || !former?.pvid || !former.untagged) return vlans
  return normalizeVlans([
    ...without(
      vlans.filter((vlan) => vlan !== former),
      after,
    ),
    ...defaultVlans(after),
  ])
}

/** A list without one VLAN. */
function without(vlans: readonly PortVlan[], vlan: number): PortVlan[] {
  return vlans.flatMap((item) => {
    const { first, last } = vlansOf(item.id)
    if (vlan < first || vlan > last) return [item]
    const parts = [
      { first, last: vlan - 1 },
      { first: vlan + 1, last },
    ]
    return parts
      .filter((part) => part.first <= part.last)
      .map((part) => ({
        ...item,
        id: formatVlans(part),
        ...(item.tunnelId === undefined ? {} : { tunnelId: tunnelAt(item, part.first) }),
      }))
  })
}

/** Whether VLANs all are among others. */
export function areAmong({ id }: OfVlans, others: readonly OfVlans[]): boolean {
  for (const { actual } of segments([{ id }], others, vlansOf)) if (actual === undefined) return false
  return true
}

/** A list as people write it: bare numbers and ranges where nothing more is to be said. */
export function compactVlans(vlans: readonly PortVlan[]): VlanList {
  const short = merged(
    vlans.map(
      ({ id, tunnelId, ...options }): PortVlan => ({
        id,
        ...changedOptions(options, portDefaults),
        ...(tunnelId === undefined ? {} : { tunnelId }),
      }),
    ),
  )
  return short.map((vlan) => (Object.keys(vlan).length === 1 ? vlan.id : vlan))
}

/** Options on a bridge as a whole that are not the default. */
export function compactGlobalVlans(vlans: readonly GlobalVlanOptions[]): GlobalVlanOptions[] {
  return merged(
    vlans
      .map(({ id, ...options }) => ({ id, ...changedOptions(options, globalDefaults) }))
      .filter((vlan) => Object.keys(vlan).length > 1),
  )
}
