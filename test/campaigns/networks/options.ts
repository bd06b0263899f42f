import type { LinkSpec } from '../../../src/spec/types.js'
import { rareOptions, rarePortOptions } from './rareSlots.js'
import type { Slot } from './slots.js'

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
  ...rareOptions,
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

/** What ports of each kind can have said of them, in the same way. */
export const portOptions: Readonly<Partial<Record<Slot['kind'], readonly Options[]>>> = {
  bridge: [
    { cost: 100, priority: 32, isolated: false, learning: true, flood: true, hairpin: false, guard: false },
    { cost: 10 },
    { isolated: true, priority: 5 },
    { learning: false, flood: false },
    { hairpin: true, guard: true },
  ],
  ...rarePortOptions,
}

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
