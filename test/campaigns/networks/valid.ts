import { gatewayOf } from './entries.js'
import type { EntryItem, LinkItem, Network, NexthopItem, Pair, Play, RouteItem } from './model.js'
import { optionsOf } from './options.js'
import { followsMaster, largestMtuOf, lowersOf, masterKindOf, roomOf, type Slot, slotOf } from './slots.js'

/** One of the two networks of a play, without what could not be in it. */
export function networkOf(play: Play, which: 'first' | 'second'): Network {
  const { far, leaving } = play
  // What a snapshot tells of it would be about the same namespace.
  if (!far || play.whole || !isIn(far.where, which, leaving)) return ownNetworkOf(play, which, ({ end }) => !end)
  const own = ownNetworkOf(play, which, ({ end }) => end !== 'far')
  const isJoined = own.links.some(({ slot }) => slotOf(slot).end === 'near')
  const isThere = ({ end }: Slot): boolean => !end || (end === 'far' && isJoined)
  return { ...own, far: ownNetworkOf({ ...far.play, leaving, whole: false }, which, isThere) }
}

function ownNetworkOf(play: Play, which: 'first' | 'second', hasPlace: (slot: Slot) => boolean): Network {
  const chosen = <Item>(pairs: readonly Pair<Item>[]): Item[] =>
    pairs.filter(({ where }) => isIn(where, which, play.leaving)).map((pair) => pair[which])
  const links = validLinks(
    chosen(play.links)
      .filter(({ slot }) => hasPlace(slotOf(slot)))
      .map((link) => ({ ...link, renamed: link.renamed && isRenamed(play, which, link) })),
    play.whole,
  )
  const reach = new Reach(links)
  const nexthops = validNexthops(chosen(play.nexthops), reach)
  return {
    links,
    nexthops,
    routes: chosen(play.routes).filter((route) => leads(route, reach, nexthops)),
    rules: chosen(play.rules),
    neighbors: chosen(play.neighbors)
      .filter(({ slot }) => reach.isUp(slot) && slotOf(slot).isLayer3 !== true)
      // Without a carrier the kernel keeps permanent ones only: net/core/neighbour.c, neigh_carrier_down.
      .map((entry) => (reach.hasCarrier(entry.slot) ? entry : { ...entry, state: 0 })),
    fdb: chosen(play.fdb).filter((entry) => hasFdb(entry, links)),
    mdb: chosen(play.mdb).filter((entry) => hasMdb(entry, links, play)),
    masquerades: chosen(play.masquerades),
    forwards: chosen(play.forwards),
    forwarding: play.forwarding[which],
  }
}

/** What only the first has and stays is still there, and is told again, so that nothing stands in the way of it. */
function isIn(where: Pair<unknown>['where'], which: 'first' | 'second', leaving: Play['leaving']): boolean {
  if (where === 'both' || where === which) return true
  return which === 'second' && leaving === 'stays'
}

/** A link has another name only where something tells which one is meant: the MAC address that it had. */
function isRenamed(play: Play, which: 'first' | 'second', { slot, mac }: LinkItem): boolean {
  const pair = play.links.find(({ first }) => first.slot === slot)
  return (
    which === 'second' &&
    pair?.where === 'both' &&
    !pair.first.renamed &&
    pair.first.mac !== undefined &&
    mac === pair.first.mac &&
    slotOf(slot).isLayer3 !== true &&
    slotOf(slot).hasLowerMac !== true &&
    slotOf(slot).end !== 'far'
  )
}

/** What stands on what is there; a VLAN is up only on what is up: net/8021q/vlan_dev.c, vlan_dev_open */
function validLinks(chosen: readonly LinkItem[], whole: boolean): LinkItem[] {
  const names = new Set(chosen.map(({ slot }) => slot))
  const links = new Map<string, LinkItem>()
  for (const link of chosen) {
    const slot = slotOf(link.slot)
    const { peer, leads: isLeading, kind } = slot
    // The other end of a pair is there with the one that tells it.
    if (peer !== undefined && !isLeading && !links.has(peer)) continue
    if (peer !== undefined && whole && !names.has(peer)) continue
    const below = lowersOf(slot).map((name) => links.get(name))
    if (below.includes(undefined)) continue
    const own = link.mtu === undefined ? undefined : Math.min(link.mtu, largestMtuOf(kind))
    const mtu = below.reduce((least, one) => mtuOn(least, one?.mtu, kind), own)
    const up = link.up && (kind !== 'vlan' || below.every((one) => one?.up))
    links.set(link.slot, { ...link, mtu, up })
  }
  const stoodOn = new Set(
    [...links.keys()].map(slotOf).flatMap((slot) => (sharing.has(slot.kind) ? [] : lowersOf(slot))),
  )
  // A device takes its frames to one place: a port has nothing else on it.
  return [...links.values()]
    .map((link) => ({
      ...link,
      isPort: link.isPort && links.has(slotOf(link.slot).master ?? '') && !stoodOn.has(link.slot),
    }))
    .map((link) => (followsMaster(link) ? { ...link, mac: undefined, mtu: undefined, addresses: undefined } : link))
}

/** What does not take all frames of the link that it stands on. */
const sharing: ReadonlySet<Slot['kind']> = new Set([
  'vxlan',
  'vlan',
  'xfrm',
  'gre',
  'vti',
  'ipip',
  'ip6gre',
  'ip6gretap',
  'vti6',
  'ip6erspan',
  'amt',
])

/** The largest MTU that the device below leaves room for. */
function mtuOn(mtu: number | undefined, below: number | undefined, kind: Slot['kind']): number | undefined {
  if (mtu === undefined || below === undefined) return undefined
  return Math.min(mtu, below - roomOf(kind))
}

/** What can be reached by which links. */
class Reach {
  readonly #links: ReadonlyMap<string, LinkItem>

  constructor(links: readonly LinkItem[]) {
    this.#links = new Map(links.map((link) => [link.slot, link]))
  }

  isUp(slot: string): boolean {
    return this.#links.get(slot)?.up ?? false
  }

  /** Whether it has a carrier, whatever else is there. */
  hasCarrier(slot: string): boolean {
    const { peer, kind } = slotOf(slot)
    return this.isUp(slot) && (kind === 'ifb' || kind === 'dummy' || (peer !== undefined && this.isUp(peer)))
  }

  hasGateway(slot: string, family: 'inet' | 'inet6'): boolean {
    const { needs } = gatewayOf(slot, family, 0)
    return this.isUp(slot) && (this.#links.get(slot)?.addresses?.includes(needs) ?? false)
  }
}

/** The family of a nexthop object. */
export function nexthopFamily(id: number): 'inet' | 'inet6' {
  return id <= 3 || Math.floor(id / 10) === 4 ? 'inet' : 'inet6'
}

function validNexthops(chosen: readonly NexthopItem[], reach: Reach): NexthopItem[] {
  const single = chosen.filter(({ id, slot, way }) => {
    if (id >= 40) return false
    if (way === 'blackhole') return true
    return reach.hasCarrier(slot) && (way === 'dev' || reach.hasGateway(slot, nexthopFamily(id)))
  })
  const groups = chosen
    .filter(({ id }) => id >= 40)
    .map((group) => ({ ...group, members: membersOf(group, single) }))
    .filter(({ members }) => members.length > 0)
  return [...single, ...groups]
}

/** The ids of the members; a blackhole is in none. */
function membersOf({ id, members }: NexthopItem, single: readonly NexthopItem[]): number[] {
  const base = nexthopFamily(id) === 'inet' ? 1 : 4
  return members
    .map((member) => base + member)
    .filter((member) => single.some((one) => one.id === member && one.way !== 'blackhole'))
}

/** The family of a destination. */
export function familyOf({ to }: Pick<RouteItem, 'to'>): 'inet' | 'inet6' {
  return to.includes(':') ? 'inet6' : 'inet'
}

/** The nexthop object that a route uses: the first of its family. */
export function nexthopIdOf({ to, way }: RouteItem, nexthops: readonly NexthopItem[]): number | undefined {
  const family = familyOf({ to })
  return nexthops.find(({ id }) => nexthopFamily(id) === family && id >= 40 === (way === 'group'))?.id
}

function leads(route: RouteItem, reach: Reach, nexthops: readonly NexthopItem[]): boolean {
  const { way } = route
  const family = familyOf(route)
  const [slot, other] = route.slots
  switch (way) {
    case 'dev':
      return reach.isUp(slot)
    case 'via':
      return reach.hasGateway(slot, family)
    case 'viaOther':
      return family === 'inet' && reach.hasGateway(slot, 'inet6')
    case 'multipath':
      return slot !== other && reach.hasGateway(slot, family) && reach.hasGateway(other, family)
    case 'nexthop':
    case 'group':
      return nexthopIdOf(route, nexthops) !== undefined
    default:
      return true
  }
}

/** Ports have entries in the table of their bridge, a VXLAN its own ones. */
function hasFdb({ slot }: EntryItem, links: readonly LinkItem[]): boolean {
  const link = links.find((one) => one.slot === slot)
  return (
    link !== undefined &&
    ((link.isPort && masterKindOf(slot) === 'bridge') || slotOf(slot).kind === 'vxlan') &&
    !slotOf(slot).isExternal
  )
}

/** The bridge of a port must be up and snoop; what was said of it once may still hold. */
function hasMdb({ slot }: EntryItem, links: readonly LinkItem[], play: Play): boolean {
  const { master } = slotOf(slot)
  if (masterKindOf(slot) !== 'bridge') return false
  const bridge = links.find((one) => one.slot === master)
  const said = play.links.find(({ first }) => first.slot === master)
  const snoops = [said?.first, said?.second].every(
    (one) => optionsOf.bridge[one?.options ?? 0]?.['multicastSnooping'] !== false,
  )
  return snoops && bridge?.up === true && links.some((one) => one.slot === slot && one.isPort)
}
