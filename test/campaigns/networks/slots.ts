import { probed } from './probed.js'
import { type RareKind, rareSlots } from './rareSlots.js'

/** Kinds of links that every kernel has. */
type CommonKind = 'veth' | 'bridge' | 'macvlan' | 'macvtap' | 'vxlan' | 'tap' | 'tun' | 'ifb'

/** A place for one link in a random network. */
export interface Slot {
  readonly name: string
  readonly kind: CommonKind | RareKind
  /** What it stands on. */
  readonly lower?: string
  /** The two that it stands on. */
  readonly both?: readonly [string, string]
  /** The bridge, or another link with ports, that it can be a port of. */
  readonly master?: string
  /** The other end of a pair, a slot of its own. */
  readonly peer?: string
  /** Whether it is the end of a pair that tells the other one. */
  readonly leads?: boolean
  /** Whether it has the MAC address of what it stands on. */
  readonly hasLowerMac?: boolean
  /** Whether it carries packets without MAC addresses. */
  readonly isLayer3?: boolean
  /** Whether each packet's route says where it goes. */
  readonly isExternal?: boolean
  /** Whether it is the end of a pair that is here, or there, of which the other one is in another namespace. */
  readonly end?: 'near' | 'far'
}

const commonSlots: readonly Slot[] = [
  { name: 'va', kind: 'veth', peer: 'vb', leads: true, master: 'br' },
  { name: 'vb', kind: 'veth', peer: 'va' },
  { name: 'vc', kind: 'veth', peer: 'vd', leads: true, master: 'bs' },
  { name: 'vd', kind: 'veth', peer: 'vc', master: 'br' },
  { name: 'br', kind: 'bridge' },
  { name: 'bs', kind: 'bridge' },
  { name: 'tap', kind: 'tap', master: 'br' },
  { name: 'tun', kind: 'tun', isLayer3: true },
  { name: 'ifb', kind: 'ifb', master: 'bs' },
  { name: 'mv', kind: 'macvlan', lower: 'vb', master: 'bs' },
  { name: 'mt', kind: 'macvtap', lower: 'br' },
  { name: 'vx', kind: 'vxlan', lower: 'vc', master: 'br' },
  { name: 'vy', kind: 'vxlan', master: 'bs' },
  { name: 'vz', kind: 'vxlan', isExternal: true, lower: 'va', master: 'br' },
  { name: 'vf', kind: 'veth', end: 'near', master: 'br' },
  { name: 'eth0', kind: 'veth', end: 'far', master: 'br' },
]

/** All places that this kernel has the kinds for, what is below first. */
export const slots: readonly Slot[] = [...commonSlots, ...rareSlots.filter(({ kind }) => probed.kinds.has(kind))]

/** What a place stands on. */
export function lowersOf({ lower, both }: Slot): readonly string[] {
  return both ?? (lower === undefined ? [] : [lower])
}

/** The place of a name. */
export function slotOf(name: string): Slot {
  const slot = slots.find((one) => one.name === name)
  if (!slot) throw new Error(`no slot ${name}`)
  return slot
}

/** The number of a place, of which its addresses are made. */
export function numberOf(name: string): number {
  return slots.findIndex((slot) => slot.name === name) + 1
}

/** A MAC address of a place. */
export function macOf(name: string, choice: number): string {
  const hex = (number: number): string => number.toString(16).padStart(2, '0')
  return `02:00:00:00:${hex(numberOf(name))}:${hex(choice)}`
}

const byMaster: ReadonlySet<Slot['kind'] | undefined> = new Set(['bond', 'team'])

/** The kind of what a place can be a port of. */
export function masterKindOf(name: string): Slot['kind'] | undefined {
  const { master } = slotOf(name)
  return master === undefined ? undefined : slotOf(master).kind
}

/** Whether a link has its MAC address, MTU and addresses from what it is a port of. */
export function followsMaster({ slot, isPort }: { readonly slot: string; readonly isPort: boolean }): boolean {
  return isPort && byMaster.has(masterKindOf(slot))
}

const adding: ReadonlySet<Slot['kind']> = new Set([
  'vxlan',
  'hsr',
  'macsec',
  'gre',
  'gretap',
  'ip6tnl',
  'geneve',
  'xfrm',
  'vti',
  'ipip',
  'sit',
  'ip6gre',
  'ip6gretap',
  'erspan',
  'amt',
  'bareudp',
  'vti6',
  'ip6erspan',
])

/** The MTUs that a kind takes, where they are not those of Ethernet. */
const mtus: Readonly<Partial<Record<Slot['kind'], number>>> = {
  // net/batman-adv/hard-interface.c, batadv_hardif_min_mtu
  batadv: 1500,
}

/** The largest MTU that a link of a kind can have, whatever is below. */
export function largestMtuOf(kind: Slot['kind']): number {
  return mtus[kind] ?? Number.POSITIVE_INFINITY
}

/** The bytes that a link of a kind wants free in packets of the one below. */
export function roomOf(kind: Slot['kind']): number {
  return adding.has(kind) ? 100 : 0
}
