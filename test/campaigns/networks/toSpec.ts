import type {
  FdbSpec,
  LinkSpec,
  NeighborSpec,
  NexthopObjectSpec,
  RouteSpec,
  RuleSpec,
  Spec,
} from '../../../src/spec/types.js'
import { addressesOf, extras, gatewayOf, ruleActions, ruleSelectors } from './entries.js'
import { type EntryItem, type LinkItem, type Network, type NexthopItem, nameOf, type RouteItem } from './model.js'
import { generalProperties, macOf, numberOf, optionsOf, portOptions, settings, slotOf } from './slots.js'
import { familyOf, nexthopFamily, nexthopIdOf } from './valid.js'

type Names = ReadonlyMap<string, string>

/** A network as a spec; `whole` writes everything out. What had another name in the network before is matched. */
export function specOf(network: Network, whole: boolean, before?: Network): Spec {
  const names: Names = new Map(network.links.map((link) => [link.slot, nameOf(link)]))
  const former = new Map(before?.links.map((link) => [link.slot, nameOf(link)]))
  return {
    links: network.links.map((link) => ({
      ...matchOf(link, former.get(link.slot)),
      ...linkSpec(link, names, whole),
    })),
    nexthops: network.nexthops.map((nexthop) => nexthopSpec(nexthop, names)),
    routes: network.routes.map((route) => routeSpec(route, names, network.nexthops, whole)),
    rules: network.rules.map(
      ({ priority, selector, action }): RuleSpec => ({ priority, ...ruleSelectors[selector], ...ruleActions[action] }),
    ),
    neighbors: network.neighbors.map((entry) => neighborSpec(entry, names)),
    fdb: network.fdb.map((entry) => fdbSpec(entry, names)),
    forwarding: whole ? { ipv4: false, ipv6: false, ...network.forwarding } : network.forwarding,
  }
}

function name(names: Names, slot: string): string {
  return names.get(slot) ?? slot
}

/** What a table says at a place; with `whole` over what its first entry says, which is everything. */
function said<Value extends object>(table: readonly Value[], place: number | undefined, whole: boolean): object {
  const chosen = place === undefined ? {} : (table[place] ?? {})
  return whole ? { ...table[0], ...chosen } : chosen
}

function matchOf(link: LinkItem, former: string | undefined): Pick<LinkSpec, 'match'> {
  const { slot, mac } = link
  if (former === undefined || former === nameOf(link) || mac === undefined) return {}
  return { match: { mac: macOf(slot, mac) } }
}

function linkSpec(link: LinkItem, names: Names, whole: boolean): LinkSpec {
  const { slot, up, mtu, mac, isPort, addresses, altNames } = link
  const { kind, lower, master, peer, leads } = slotOf(slot)
  const own = name(names, slot)
  const number = numberOf(slot)
  const { arp, ...general } = generalOf(link, whole)
  const options = {
    ...(kind === 'vxlan' ? { id: number * 10 } : {}),
    ...said(optionsOf[kind], link.options, whole),
    ...(lower === undefined ? {} : { link: name(names, lower) }),
    ...(leads ? { peer: { name: name(names, peer ?? '') } } : {}),
  }
  const list = addresses ?? (whole ? [] : undefined)
  const wholeMac = whole ? 1 : undefined
  const wholeMtu = whole ? (kind === 'vxlan' ? 1300 : 1400) : undefined
  return {
    name: own,
    kind,
    [kind]: kind === 'vxlan' ? ownId(options, number) : options,
    up,
    ...optional('mtu', mtu ?? wholeMtu),
    ...(kind === 'tun'
      ? {}
      : optional(
          'mac',
          choice(mac ?? wholeMac, (one) => macOf(slot, one)),
        )),
    ...general,
    ...(kind === 'tun' || arp === undefined ? {} : { arp }),
    ...(master === undefined ? {} : { master: isPort ? name(names, master) : null }),
    ...(isPort && (whole || link.port !== undefined) ? { bridgePort: said(portOptions, link.port, whole) } : {}),
    ...optional(
      'addresses',
      choice(list, (places) => places.flatMap((place) => addressesOf(slot, own)[place] ?? [])),
    ),
    ...optional(
      'altNames',
      choice(altNames ?? (whole ? [] : undefined), (places) => places.map((place) => `${slot}-alt-${place}`)),
    ),
    ...(whole || link.settings !== undefined ? { sysctl: settingsOf(link, whole) } : {}),
  }
}

/** Two VXLANs have not the same identifier. */
function ownId(options: { readonly id?: unknown }, number: number): object {
  return { ...options, id: number * 10 + (Number(options.id ?? 0) % 10) }
}

function generalOf({ general }: LinkItem, whole: boolean): Partial<LinkSpec> {
  return said(generalProperties, general, whole)
}

function settingsOf({ settings: place }: LinkItem, whole: boolean): NonNullable<LinkSpec['sysctl']> {
  const chosen = place === undefined ? {} : (settings[place] ?? {})
  if (!whole) return chosen
  const all = settings[0] ?? {}
  return { ipv4: { ...all.ipv4, ...chosen.ipv4 }, ipv6: { ...all.ipv6, ...chosen.ipv6 } }
}

function choice<Value, Result>(value: Value | undefined, make: (value: Value) => Result): Result | undefined {
  return value === undefined ? undefined : make(value)
}

function optional(property: string, value: unknown): object {
  return value === undefined ? {} : { [property]: value }
}

function routeSpec(route: RouteItem, names: Names, nexthops: readonly NexthopItem[], whole: boolean): RouteSpec {
  const { to, table, metric, way, slots, extra } = route
  const family = familyOf(route)
  const via = (slot: string, of: 'inet' | 'inet6', place: number): { via: string; dev: string } => ({
    via: gatewayOf(slot, of, place).via,
    dev: name(names, slot),
  })
  const ways: Record<RouteItem['way'], () => Partial<RouteSpec>> = {
    dev: () => ({ dev: name(names, slots[0]) }),
    via: () => via(slots[0], family, 0),
    viaOther: () => via(slots[0], 'inet6', 1),
    multipath: () => ({
      nexthops: [{ ...via(slots[0], family, 0), weight: 2 }, via(slots[1], family, 1)],
    }),
    nexthop: () => optional('nexthopId', nexthopIdOf(route, nexthops)),
    group: () => optional('nexthopId', nexthopIdOf(route, nexthops)),
    blackhole: () => ({ type: 'blackhole' }),
    unreachable: () => ({ type: 'unreachable' }),
  }
  return {
    to: to === '::/0' ? 'default' : to,
    family,
    table,
    ...optional('metric', metric),
    ...ways[way](),
    // A route that changes keeps the metrics that its spec does not state.
    ...(whole ? { protocol: 108, ...(metric === 5 ? { mtu: 1290 } : {}) } : extras[extra]),
  }
}

function nexthopSpec({ id, slot, way, members }: NexthopItem, names: Names): NexthopObjectSpec {
  if (id >= 40) {
    const group = members.map((member) => ({ id: member, weight: member }))
    return { id, group, ...(id % 10 === 1 ? { type: 'resilient', buckets: 16 } : {}) }
  }
  const family = nexthopFamily(id)
  if (way === 'blackhole') return { id, family, blackhole: true }
  const dev = name(names, slot)
  return way === 'dev' ? { id, family, dev } : { id, dev, via: gatewayOf(slot, family, id).via }
}

/** The states that an entry can be in. */
const neighborStates = ['permanent', 'noarp', 'permanent'] as const

/** The address of an entry of the neighbor table. */
export function neighborAddress({ slot, place }: EntryItem): string {
  const number = numberOf(slot)
  return place % 2 === 0 ? `10.${number}.0.${100 + place}` : `fd00:${number}::${100 + place}`
}

function neighborSpec(entry: EntryItem, names: Names): NeighborSpec {
  const { slot, mac, state } = entry
  return {
    dev: name(names, slot),
    address: neighborAddress(entry),
    mac: macOf('', mac),
    state: neighborStates[state] ?? 'permanent',
  }
}

/** The MAC address of an entry of a forwarding database. */
export function fdbMac({ place }: EntryItem): string {
  return macOf('', 0x80 + place)
}

function fdbSpec(entry: EntryItem, names: Names): FdbSpec {
  const { slot, mac, state } = entry
  const dev = name(names, slot)
  if (slotOf(slot).kind === 'vxlan') return { dev, mac: fdbMac(entry), dst: `192.0.2.${mac + 1}` }
  return { dev, mac: fdbMac(entry), state: 'static', ...(state === 1 ? { sticky: true } : {}) }
}
