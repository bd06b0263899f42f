import type { Address } from '../../rtnetlink/address.js'
import type { GlobalVlanOptions } from '../../rtnetlink/bridgeVlan.js'
import type { FdbEntry } from '../../rtnetlink/fdb.js'
import type { Link } from '../../rtnetlink/link.js'
import type { MdbEntry } from '../../rtnetlink/mdb.js'
import type { Neighbor } from '../../rtnetlink/neighbor.js'
import type { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import type { VniChanges } from '../../rtnetlink/vniChanges.js'
import type { FindOrigin } from '../../spec/routeOrigin.js'
import type { FirewallEntry } from '../../state/firewall/desiredFirewall.js'
import type { Elsewhere } from '../../state/model.js'
import type { NexthopRecord } from '../../state/nexthop.js'
import type { QdiscChange } from '../../state/qdiscDifference.js'
import type { RouteRecord } from '../../state/route.js'
import type { RuleRecord } from '../../state/rule.js'
import type { LinkSysctl } from '../../state/sysctl.js'
import type { VlanChanges } from '../../state/vlans.js'

/** What a step does, as data: nothing of it is bytes yet, since indices of links that are to come are not known. */
export type Operation =
  | { readonly type: 'createNamespace'; readonly name: string }
  | { readonly type: 'deleteNamespace'; readonly name: string }
  /** Switches forwarding, and gives back what the kernel changes along, where that is said. */
  | {
      readonly type: 'setForwarding'
      readonly family: 'ipv4' | 'ipv6'
      readonly value: boolean
      readonly along?: Readonly<Record<string, string>>
    }
  /** Changes entries of the nf_tables of a name; none of them: writes the tables anew where they differ. */
  | { readonly type: 'changeFirewall'; readonly table: string; readonly entries: readonly FirewallEntry[] }
  /** Creates a link; `replaces` deletes the one of that name first. */
  | {
      readonly type: 'createLink'
      readonly link: Link
      readonly replaces: boolean
      /** What it stands on, where that is in another namespace. */
      readonly elsewhere?: Elsewhere
    }
  | {
      readonly type: 'updateLink'
      readonly name: string
      readonly kind: string | undefined
      readonly changes: Partial<Link>
      /** Options of the kind that stay, and that `ip` has to be told again. */
      readonly toldAgain?: object
      /** Whose port it was before, where generic netlink sets what it is as one. */
      readonly master?: string
      readonly addedAltNames: readonly string[]
      readonly removedAltNames: readonly string[]
      /** Whether the link must be taken down for the change. */
      readonly bounce: boolean
      /** Whether it leaves its master before all else. */
      readonly releasedFirst?: boolean
      /** Links that go down and up along, where it does; left out for none. */
      readonly followers?: readonly string[]
    }
  | {
      readonly type: 'renameLink'
      readonly kind: string | undefined
      readonly name: string
      readonly to: string
      /** The new name, where the link had it as an alternative one. */
      readonly removedAltNames: readonly string[]
      /** Whether the link must be taken down for it. */
      readonly bounce: boolean
    }
  | { readonly type: 'deleteLink'; readonly name: string }
  | {
      readonly type: 'setVlans'
      readonly dev: string
      /** Whether they are those of the bridge itself. */
      readonly self: boolean
      readonly changes: VlanChanges
      /** Whether the link, which is new, is brought up behind it: before, it would be in VLANs that it is not to have. */
      readonly up?: boolean
    }
  | { readonly type: 'setGlobalVlans'; readonly dev: string; readonly options: readonly GlobalVlanOptions[] }
  | { readonly type: 'setVnis'; readonly dev: string; readonly changes: VniChanges }
  /** Changes qdiscs and classes of a link. */
  | { readonly type: 'setQdisc'; readonly dev: string; readonly changes: readonly QdiscChange[] }
  /** Writes settings of a link, by family and file. */
  | { readonly type: 'setSysctl'; readonly name: string; readonly values: LinkSysctl }
  | { readonly type: 'addAddress'; readonly address: Address }
  | { readonly type: 'replaceAddress'; readonly address: Address }
  | { readonly type: 'deleteAddress'; readonly address: Address }
  /** `place` tells where among others of its key it is put; without it there is none. */
  | { readonly type: 'addRoute'; readonly route: RouteRecord; readonly place?: 'first' | 'last' }
  /**
   * `exact` tells that NLM_F_REPLACE does just this; otherwise the new one is added and the old one deleted. `alone`
   * tells that the old one was the only one of its key.
   */
  | {
      readonly type: 'replaceRoute'
      readonly route: RouteRecord
      readonly previous: RouteRecord
      readonly exact: boolean
      readonly alone: boolean
    }
  /**
   * `anyProtocol` tells that it goes whoever made it: of the ways of an IPv6 route each has its own protocol, and the first one's
   * is shown.
   */
  | { readonly type: 'deleteRoute'; readonly route: RouteRecord; readonly anyProtocol?: boolean }
  /** Creates a nexthop object; `replaces` deletes the one of that id first. */
  | { readonly type: 'createNexthop'; readonly nexthop: NexthopRecord; readonly replaces: boolean }
  | { readonly type: 'replaceNexthop'; readonly nexthop: NexthopRecord }
  | { readonly type: 'deleteNexthop'; readonly nexthop: NexthopRecord }
  | { readonly type: 'bulkRoutes'; readonly changes: PackedRoutes<BulkChange> }
  | { readonly type: 'addRule'; readonly rule: RuleRecord }
  | { readonly type: 'replaceRule'; readonly rule: RuleRecord; readonly previous: RuleRecord }
  | { readonly type: 'deleteRule'; readonly rule: RuleRecord }
  /** `append` adds a further remote end instead of taking the place of the one that is there. */
  | { readonly type: 'addFdbEntry'; readonly entry: FdbEntry; readonly append: boolean }
  | { readonly type: 'replaceFdbEntry'; readonly entry: FdbEntry }
  | { readonly type: 'deleteFdbEntry'; readonly entry: FdbEntry }
  | { readonly type: 'addMdbEntry'; readonly entry: MdbEntry }
  | { readonly type: 'replaceMdbEntry'; readonly entry: MdbEntry }
  | { readonly type: 'deleteMdbEntry'; readonly entry: MdbEntry }
  | { readonly type: 'addNeighbor'; readonly neighbor: Neighbor }
  | { readonly type: 'replaceNeighbor'; readonly neighbor: Neighbor }
  | { readonly type: 'deleteNeighbor'; readonly neighbor: Neighbor }

/** What is done to one route. */
export type RouteOperation = Extract<Operation, { type: 'addRoute' | 'replaceRoute' | 'deleteRoute' }>

/** What is done to many routes alike; the destination of its routes stands for that of each. */
export interface BulkChange {
  readonly operation: RouteOperation
  /** JSON pointer to what the spec says of them. */
  readonly path?: string
  /** Where it says each. */
  readonly origin?: FindOrigin
}

/** The change of properties of a link that leaves its names and itself as they are. */
export function propertyChange(
  name: string,
  kind: string | undefined,
  changes: Partial<Link>,
): Extract<Operation, { type: 'updateLink' }> {
  return { type: 'updateLink', name, kind, changes, addedAltNames: [], removedAltNames: [], bounce: false }
}

/** The link that an operation makes another one a port of. */
export function newMasterOf(operation: Operation): string | undefined {
  const { master } = linkOf(operation) ?? {}
  return typeof master === 'string' ? master : undefined
}

/** What an operation makes of a link: a new one, or one that changes. */
export function linkOf(operation: Operation): Partial<Link> | undefined {
  if (operation.type === 'createLink') return operation.link
  if (operation.type !== 'updateLink') return undefined
  const { kind, changes } = operation
  return kind === undefined ? changes : { ...changes, kind }
}
