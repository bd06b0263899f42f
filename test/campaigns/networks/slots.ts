import type { LinkSpec } from '../../../src/spec/types.js'

/** A place for one link in a random network. */
export interface Slot {
  readonly name: string
  readonly kind: 'veth' | 'bridge' | 'macvlan' | 'macvtap' | 'vxlan' | 'tap' | 'tun' | 'ifb'
  /** What it stands on. */
  readonly lower?: string
  /** The bridge that it can be a port of. */
  readonly master?: string
  /** The other end of a pair, a slot of its own. */
  readonly peer?: string
  /** Whether it is the end of a pair that tells the other one. */
  readonly leads?: boolean
  /** Whether each packet's route says where it goes. */
  readonly isExternal?: boolean
  /** Whether it is the end of a pair that is here, or there, of which the other one is in another namespace. */
  readonly end?: 'near' | 'far'
}

/** All places, what is below first. */
export const slots: readonly Slot[] = [
  { name: 'va', kind: 'veth', peer: 'vb', leads: true, master: 'br' },
  { name: 'vb', kind: 'veth', peer: 'va' },
  { name: 'vc', kind: 'veth', peer: 'vd', leads: true, master: 'bs' },
  { name: 'vd', kind: 'veth', peer: 'vc', master: 'br' },
  { name: 'br', kind: 'bridge' },
  { name: 'bs', kind: 'bridge' },
  { name: 'tap', kind: 'tap', master: 'br' },
  { name: 'tun', kind: 'tun' },
  { name: 'ifb', kind: 'ifb', master: 'bs' },
  { name: 'mv', kind: 'macvlan', lower: 'vb', master: 'bs' },
  { name: 'mt', kind: 'macvtap', lower: 'br' },
  { name: 'vx', kind: 'vxlan', lower: 'vc', master: 'br' },
  { name: 'vy', kind: 'vxlan', master: 'bs' },
  { name: 'vz', kind: 'vxlan', isExternal: true, lower: 'va', master: 'br' },
  { name: 'vf', kind: 'veth', end: 'near', master: 'br' },
  { name: 'eth0', kind: 'veth', end: 'far', master: 'br' },
]

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

type Options = Readonly<Record<string, unknown>>

/** What links of a kind can have said of them; of the first everything is as the kernel makes it, and written out. */
export const optionsOf: Readonly<Record<Slot['kind'], readonly Options[]>> = {
  veth: [{}],
  bridge: [
    {
      stp: false,
      forwardDelay: 15,
      ageingTime: 300,
      priority: 32_768,
      multicastSnooping: true,
      groupForwardMask: 0,
    },
    { stp: true, forwardDelay: 4 },
    { ageingTime: 100, priority: 4096 },
    { multicastSnooping: false, groupForwardMask: 8 },
  ],
  macvlan: [{ mode: 'bridge' }, { mode: 'private' }, { mode: 'vepa' }],
  macvtap: [{ mode: 'bridge' }, { mode: 'private' }, { mode: 'vepa' }],
  vxlan: [
    { id: 7, port: 4789, learning: true, ttl: 0 },
    { id: 7, learning: false },
    { id: 8, port: 4790 },
    { id: 9, ttl: 5, port: 4789 },
  ],
  tap: [{ multiQueue: false, vnetHeader: false }, { multiQueue: true }, { vnetHeader: true }],
  tun: [{ multiQueue: false }, { multiQueue: true }],
  ifb: [{}],
}

const external = { collectMetadata: true, vnifilter: true, port: 4799, learning: true }

/** What VXLANs have said of them that take a list of networks. */
export const externalOptions: readonly Options[] = [
  { ...external, vnis: [10, '100-200'] },
  { ...external, vnis: [{ id: 10, remote: '192.0.2.1' }, 11] },
  { ...external, vnis: [{ id: 300, group: '239.1.1.1' }, '100-150'] },
  { ...external, vnis: [] },
  { ...external, learning: false, vnis: ['5-250'] },
]

/** What ports can have said of them, in the same way. */
export const portOptions: readonly Options[] = [
  { cost: 100, priority: 32, isolated: false, learning: true, flood: true, hairpin: false, guard: false },
  { cost: 10 },
  { isolated: true, priority: 5 },
  { learning: false, flood: false },
  { hairpin: true, guard: true },
]

/** What can be said of any link, in the same way. */
export const generalProperties: readonly Partial<LinkSpec>[] = [
  {
    alias: '',
    txQueueLength: 1000,
    group: 0,
    arp: true,
    allMulticast: false,
    promiscuous: false,
  },
  { alias: 'one' },
  { alias: 'two', txQueueLength: 77 },
  { group: 5, allMulticast: true },
  { promiscuous: true },
  { arp: false },
]

/** Settings of links, in the same way. */
export const settings: readonly LinkSpec['sysctl'][] = [
  { ipv4: { rpFilter: 0, proxyArp: false, promoteSecondaries: false }, ipv6: { keepAddrOnDown: 0, acceptRa: 1 } },
  { ipv4: { rpFilter: 2, proxyArp: true } },
  { ipv4: { promoteSecondaries: true }, ipv6: { acceptRa: 0 } },
  { ipv6: { keepAddrOnDown: 1 } },
]
