import type { ListedAddress } from '../rtnetlink/address.js'
import type { ListedLink } from '../rtnetlink/link.js'
import type { ListedNeighbor } from '../rtnetlink/neighbor.js'
import type { RouteRecord } from './route.js'
import type { RuleRecord } from './rule.js'

/** A link with its addresses, in the kernel's order; other links are named, not numbered. */
export interface LinkRecord {
  readonly link: ListedLink
  readonly addresses: readonly ListedAddress[]
}

/** Whether packets are forwarded. */
export interface Forwarding {
  readonly ipv4: boolean
  readonly ipv6: boolean
}

/** Everything that is read of one network namespace. */
export interface NetworkState {
  readonly links: ReadonlyMap<string, LinkRecord>
  readonly routes: readonly RouteRecord[]
  readonly rules: readonly RuleRecord[]
  readonly neighbors: readonly ListedNeighbor[]
  readonly forwarding: Forwarding
  /** Whether the IPv4 secondaries of a primary address outlive it (`promote_secondaries` of `all`). */
  readonly promoteSecondaries: boolean
}

/** A namespace with nothing in it. */
export const emptyState: NetworkState = {
  links: new Map(),
  routes: [],
  rules: [],
  neighbors: [],
  forwarding: { ipv4: false, ipv6: false },
  promoteSecondaries: false,
}
