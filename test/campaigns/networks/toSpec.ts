import type {
  FdbSpec,
  LinkSpec,
  MdbSpec,
  NeighborSpec,
  NexthopObjectSpec,
  RouteSpec,
  RuleSpec,
  Spec,
} from '../../../src/spec/types.js'
import { blue } from '../corpus/index.js'
import { extras, gatewayOf, ruleActions, ruleSelectors } from './entries.js'
import { natSpec } from './firewall.js'
import { linkSpec, matchOf } from './linkSpec.js'
import { type EntryItem, type Network, type NexthopItem, nameOf, type RouteItem } from './model.js'
import { type Names, name, optional } from './said.js'
import { macOf, numberOf, slotOf } from './slots.js'
import { familyOf, nexthopFamily, nexthopIdOf } from './valid.js'

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
    mdb: network.mdb.map((entry) => mdbName(entry, names)),
    ...natSpec(network),
    ...(network.far ? { namespaces: { [blue]: farSpec(network.far, before?.far) } } : {}),
    forwarding: whole ? { ipv4: false, ipv6: false, ...network.forwarding } : network.forwarding,
  }
}

/** A blackhole of a nexthop needs the loopback device up; link-local addresses would tell of MAC addresses that passed by. */
function farSpec(network: Network, before: Network | undefined): Spec {
  const { links = [], ...others } = specOf(network, false, before)
  const quiet = links.map((link): LinkSpec => ({ ...link, addressGenerationMode: 'none' }))
  return { links: [{ name: 'lo', up: true }, ...quiet], ...others }
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

type Port = Required<Pick<MdbSpec, 'dev' | 'port' | 'group'>> & Pick<MdbSpec, 'source'>

/** What names an entry of a multicast database. */
export function mdbName({ slot, place }: EntryItem, names: Names): Port {
  const groups = [
    { group: '239.1.1.1' },
    { group: 'ff05::1', source: 'fd00::1' },
    { group: '01:02:03:04:05:06' },
    { group: '239.1.1.2' },
  ] as const
  return { dev: name(names, slotOf(slot).master ?? ''), port: name(names, slot), group: '239.1.1.9', ...groups[place] }
}
