import type { NetworkError } from '../error.js'
import type { ListedAddress } from '../rtnetlink/address.js'
import type { ListedBridgeVlan, ListedGlobalVlanOptions } from '../rtnetlink/bridgeVlan.js'
import type { ListedFdbEntry } from '../rtnetlink/fdb.js'
import type { ListedLink } from '../rtnetlink/link.js'
import type { ListedMdbEntry } from '../rtnetlink/mdb.js'
import type { ListedNeighbor } from '../rtnetlink/neighbor.js'
import type { ListedNexthopObject } from '../rtnetlink/nexthop.js'
import type { ListedRoute } from '../rtnetlink/route.js'
import type { ListedRule } from '../rtnetlink/rule.js'
import type { ListedVni } from '../rtnetlink/vxlanVni.js'

/** Whether an object is new, or has changed, which the kernel tells the same way; or is gone. */
export type ChangeAction = 'new' | 'delete'

/** A change of one object, with the object as it then was. */
export type NetworkChange =
  | { readonly kind: 'link'; readonly action: ChangeAction; readonly link: ListedLink }
  | { readonly kind: 'address'; readonly action: ChangeAction; readonly address: ListedAddress }
  | { readonly kind: 'route'; readonly action: ChangeAction; readonly route: ListedRoute }
  | { readonly kind: 'nexthop'; readonly action: ChangeAction; readonly nexthop: ListedNexthopObject }
  | { readonly kind: 'rule'; readonly action: ChangeAction; readonly rule: ListedRule }
  | { readonly kind: 'neighbor'; readonly action: ChangeAction; readonly neighbor: ListedNeighbor }
  | { readonly kind: 'fdb'; readonly action: ChangeAction; readonly entry: ListedFdbEntry }
  | { readonly kind: 'mdb'; readonly action: ChangeAction; readonly entries: readonly ListedMdbEntry[] }
  | { readonly kind: 'vlan'; readonly action: ChangeAction; readonly vlans: readonly ListedBridgeVlan[] }
  | { readonly kind: 'globalVlan'; readonly action: ChangeAction; readonly vlans: readonly ListedGlobalVlanOptions[] }
  | { readonly kind: 'vni'; readonly action: ChangeAction; readonly vnis: readonly ListedVni[] }

/** What {@link NetworkEvents} tells: `ip monitor`. */
export type NetworkEvent =
  | NetworkChange
  /** Events were lost, since they came faster than they were taken: whoever keeps a picture must list anew. */
  | { readonly kind: 'overrun' }
  /** Listening failed; this is the last event. */
  | { readonly kind: 'error'; readonly error: NetworkError }

/** Which events to listen to. With none chosen, links, addresses, routes, nexthop objects and rules: the others come in crowds. */
export interface EventSelection {
  /** Links and their options. */
  readonly links?: boolean
  /** IPv4 and IPv6 addresses. */
  readonly addresses?: boolean
  /** Routes of both families, in all tables. */
  readonly routes?: boolean
  /** Nexthop objects. */
  readonly nexthops?: boolean
  /** Rules of both families. */
  readonly rules?: boolean
  /** Entries of the ARP and neighbor-discovery tables. */
  readonly neighbors?: boolean
  /** Entries of the forwarding databases of bridges and VXLANs, learned ones too. */
  readonly fdb?: boolean
  /** Entries of the multicast databases of bridges, learned ones too. */
  readonly mdb?: boolean
  /** VLANs of bridges and their ports, and their options. Since Linux 5.6. */
  readonly vlans?: boolean
  /** The networks that VXLANs with `vnifilter` take. Since Linux 5.18. */
  readonly vnis?: boolean
  /** Ends the events. */
  readonly signal?: AbortSignal | undefined
}
