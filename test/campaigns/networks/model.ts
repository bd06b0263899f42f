import type { Said } from './bridges.js'
import type { ForwardItem, MasqueradeItem, NatItems } from './firewall.js'

/** What is said of a link; numbers choose from the tables of `slots.ts`, and nothing is said where they are left out. */
export interface LinkItem {
  readonly slot: string
  readonly up: boolean
  readonly mtu?: number | undefined
  readonly mac?: number | undefined
  readonly general?: number | undefined
  readonly options?: number | undefined
  readonly port?: number | undefined
  readonly settings?: number | undefined
  /** Options of a bridge, and of a port. */
  readonly tuning?: Said | undefined
  readonly portTuning?: Said | undefined
  /** What its packets wait in. */
  readonly waiting?: number | undefined
  /** What the device does itself. */
  readonly features?: number | undefined
  /** What the guest behind it may do. */
  readonly confine?: number | undefined
  readonly isPort: boolean
  /** Places in the list of addresses that a slot can have. */
  readonly addresses?: readonly number[] | undefined
  readonly altNames?: readonly number[] | undefined
  /** Another name than that of its slot. */
  readonly renamed: boolean
}

/** A route; `way` chooses how it leads, `slots` where. */
export interface RouteItem {
  readonly to: string
  readonly table: number
  readonly metric: number | undefined
  readonly way: 'dev' | 'via' | 'viaOther' | 'multipath' | 'nexthop' | 'group' | 'blackhole' | 'unreachable'
  readonly slots: readonly [string, string]
  readonly extra: number
}

/** A nexthop object: its id tells its family and whether it is a group. */
export interface NexthopItem {
  readonly id: number
  readonly slot: string
  readonly way: 'via' | 'dev' | 'blackhole'
  readonly members: readonly number[]
}

/** A rule: `selector` names it. */
export interface RuleItem {
  readonly priority: number
  readonly selector: number
  readonly action: number
}

/** An entry of the neighbor table, or of a forwarding database, of a slot. */
export interface EntryItem {
  readonly slot: string
  readonly place: number
  readonly mac: number
  readonly state: number
}

/** What is in two networks: in the first, in the second, or in both, where it may differ. */
export interface Pair<Item> {
  readonly where: 'first' | 'second' | 'both'
  readonly first: Item
  readonly second: Item
}

/** A whole network. */
export interface Network extends NatItems {
  readonly links: readonly LinkItem[]
  readonly routes: readonly RouteItem[]
  readonly nexthops: readonly NexthopItem[]
  readonly rules: readonly RuleItem[]
  readonly neighbors: readonly EntryItem[]
  readonly fdb: readonly EntryItem[]
  readonly mdb: readonly EntryItem[]
  /** The one in another namespace. */
  readonly far?: Network
  readonly forwarding: { readonly ipv4?: boolean; readonly ipv6?: boolean }
}

/** What is in a network: in the first, in the second, or in both. */
export type Where = Pair<unknown>['where']

/** Two networks, and how the second comes after the first. */
export interface Play {
  readonly links: readonly Pair<LinkItem>[]
  readonly routes: readonly Pair<RouteItem>[]
  readonly nexthops: readonly Pair<NexthopItem>[]
  readonly rules: readonly Pair<RuleItem>[]
  readonly neighbors: readonly Pair<EntryItem>[]
  readonly fdb: readonly Pair<EntryItem>[]
  readonly mdb: readonly Pair<EntryItem>[]
  readonly masquerades: readonly Pair<MasqueradeItem>[]
  readonly forwards: readonly Pair<ForwardItem>[]
  readonly forwarding: Pair<Network['forwarding']>
  /** What becomes of what only the first one has: it stays, is told to be absent, or is pruned. */
  readonly leaving: 'stays' | 'absent' | 'pruned'
  /** Whether everything is written out, so that the way back leads to the very same. */
  readonly whole: boolean
  /** What is in another namespace. */
  readonly far?: { readonly where: Where; readonly play: Omit<Play, 'far'> } | undefined
}

/** The name of a link as the network has it. */
export function nameOf(item: Pick<LinkItem, 'slot' | 'renamed'>): string {
  return item.renamed ? `${item.slot}-new` : item.slot
}
