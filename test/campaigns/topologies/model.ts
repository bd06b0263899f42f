import type { LinkSpec, NeighborSpec, RouteSpec, RuleSpec, Spec } from '../../../src/spec/types.js'

/** The slots of a stack, from the bottom: which link there can be, and what it stands on or is a port of. */
export interface Slot {
  readonly name: string
  readonly kind: 'veth' | 'bridge' | 'macvlan' | 'macvtap' | 'vxlan' | 'tap' | 'tun' | 'ifb'
  /** The slot below, for what stands on a device. */
  readonly lower?: string
  /** The slot that it is a port of, if it is there. */
  readonly master?: string
  /** The other end of a pair. */
  readonly peer?: string
}

/**
 * Twelve deep: a pair's end is a port of a bridge, a MACVLAN stands on the bridge and is a port of the next, whose VXLAN
 * has a device below, and so on.
 */
export const slots: readonly Slot[] = [
  { name: 'p0', kind: 'veth', peer: 'q0', master: 'b0' },
  { name: 'b0', kind: 'bridge' },
  { name: 'm0', kind: 'macvlan', lower: 'b0', master: 'b1' },
  { name: 'b1', kind: 'bridge' },
  { name: 'x0', kind: 'vxlan', lower: 'b1', master: 'b2' },
  { name: 'b2', kind: 'bridge' },
  // A pair begins a new stack for the kernel, which allows eight (include/linux/netdevice.h, MAX_NEST_DEV).
  { name: 'p1', kind: 'veth', peer: 'q1', master: 'b2' },
  { name: 'm1', kind: 'macvlan', lower: 'q1', master: 'b3' },
  { name: 'b3', kind: 'bridge' },
  { name: 'm2', kind: 'macvlan', lower: 'b3', master: 'b4' },
  { name: 'b4', kind: 'bridge' },
  { name: 'm3', kind: 'macvtap', lower: 'b4' },
  { name: 't0', kind: 'tap', master: 'b0' },
  { name: 't1', kind: 'tap', master: 'b4' },
  { name: 'u0', kind: 'tun' },
  { name: 'i0', kind: 'ifb' },
]

/** One link of a topology. */
export interface ModelLink {
  readonly slot: Slot
  readonly mac: number
  readonly mtu: number
  readonly isPort: boolean
  readonly queue: number
  readonly alias?: string | undefined
  /** A choice of options, by the kind. */
  readonly option: boolean
  readonly addresses: readonly string[]
}

/** A whole topology. All that is in it was made by the same hand, and has everything that matters written out. */
export interface Model {
  readonly links: readonly ModelLink[]
  readonly routes: readonly ModelRoute[]
  readonly rules: readonly { readonly priority: number; readonly from: string; readonly table: number }[]
  readonly neighbors: readonly { readonly dev: string; readonly address: string; readonly mac: number }[]
  readonly forwarding: boolean
}

/** A route of a topology. */
export interface ModelRoute {
  readonly to: string
  readonly metric: number
  readonly table: number
  readonly dev?: string
  readonly type?: 'blackhole' | 'unreachable'
  readonly mtu?: number | undefined
}

/** A MAC address by a number, of a range for each place where one can stand. */
export function macOf(slot: string, number: number): string {
  const place = slots.findIndex(({ name }) => name === slot)
  return `02:00:00:00:${hex(place < 0 ? 0x80 : place)}:${hex(number)}`
}

function hex(number: number): string {
  return number.toString(16).padStart(2, '0')
}

/** All have the same MTU, but a VXLAN, whose headers must have room in the device below. */
export function mtuOf({ slot, mtu }: ModelLink): number {
  return slot.kind === 'vxlan' ? mtu - 100 : mtu
}

/** A topology as a spec, with what the model before had and this one has not as absent. */
export function specOf(model: Model, before?: Model): Spec {
  const names = new Set(model.links.map(({ slot }) => slot.name))
  const keys = new Set(model.routes.map(routeKey))
  const rules = new Set(model.rules.map(ruleKey))
  const neighbors = new Set(model.neighbors.map(({ dev, address }) => `${dev} ${address}`))
  return {
    links: [
      ...model.links.flatMap((link) => linkSpecs(link, names)),
      ...(before?.links ?? [])
        .filter(({ slot }) => !names.has(slot.name))
        .flatMap(({ slot }) => [slot.name, ...(slot.peer === undefined ? [] : [slot.peer])])
        .map((name) => ({ name, absent: true })),
    ],
    routes: [
      ...model.routes.map(routeSpec),
      ...(before?.routes ?? [])
        .filter((route) => !keys.has(routeKey(route)) && (names.has(route.dev ?? 'lo') || (route.dev ?? 'lo') === 'lo'))
        .map(({ to, metric, table }): RouteSpec => ({ to, metric, table, absent: true })),
    ],
    rules: [
      ...model.rules.map((rule): RuleSpec => ({ ...rule, protocol: 77 })),
      ...(before?.rules ?? [])
        .filter((rule) => !rules.has(ruleKey(rule)))
        .map(({ priority, from }): RuleSpec => ({ priority, from, absent: true })),
    ],
    neighbors: [
      ...model.neighbors.map(
        ({ dev, address, mac }): NeighborSpec => ({ dev, address, mac: macOf('neighbor', mac), state: 'permanent' }),
      ),
      ...(before?.neighbors ?? [])
        .filter(({ dev, address }) => !neighbors.has(`${dev} ${address}`) && names.has(dev))
        .map(({ dev, address }): NeighborSpec => ({ dev, address, absent: true })),
    ],
    forwarding: { ipv4: model.forwarding },
  }
}

export function routeKey({ to, metric, table }: ModelRoute): string {
  return `${to} ${metric} ${table}`
}

function ruleKey({ priority, from }: Model['rules'][number]): string {
  return `${priority} ${from}`
}

function linkSpecs(link: ModelLink, names: ReadonlySet<string>): LinkSpec[] {
  const mtu = mtuOf(link)
  const { slot, mac, queue, alias, option, addresses } = link
  const master = isPort(link, names) ? { master: slot.master ?? null } : { master: null }
  const common: LinkSpec = {
    name: slot.name,
    up: true,
    mtu,
    ...(slot.kind === 'tun' ? {} : { mac: macOf(slot.name, mac) }),
    ...master,
    txQueueLength: queue,
    alias: alias ?? '',
    addresses,
  }
  switch (slot.kind) {
    case 'veth':
      return [
        { ...common, kind: 'veth', veth: { peer: { name: slot.peer ?? '' } } },
        { name: slot.peer ?? '', up: true, mtu, mac: macOf(slot.name, mac + 100) },
      ]
    case 'bridge':
      return [{ ...common, kind: 'bridge', bridge: { forwardDelay: 2, ageingTime: option ? 100 : 200 } }]
    case 'macvlan':
      return [{ ...common, kind: 'macvlan', macvlan: { link: slot.lower ?? '', mode: option ? 'bridge' : 'private' } }]
    case 'macvtap':
      return [{ ...common, kind: 'macvtap', macvtap: { link: slot.lower ?? '', mode: 'bridge' } }]
    case 'vxlan':
      return [
        {
          ...common,
          kind: 'vxlan',
          vxlan: { id: option ? 7 : 8, link: slot.lower ?? '', port: 4789, group: '239.1.1.1' },
        },
      ]
    case 'tap':
      return [{ ...common, kind: 'tap', tap: { multiQueue: option } }]
    case 'tun':
      return [{ ...common, kind: 'tun', tun: { multiQueue: option } }]
    case 'ifb':
      return [{ ...common, kind: 'ifb' }]
  }
}

/** Whether a link is a port: it wants to be, and what it would be a port of is there. */
export function isPort({ slot, isPort: wants }: ModelLink, names: ReadonlySet<string>): boolean {
  return wants && slot.master !== undefined && names.has(slot.master)
}

function routeSpec({ mtu, ...route }: ModelRoute): RouteSpec {
  return { ...route, protocol: 77, ...(mtu === undefined ? {} : { mtu }) }
}
