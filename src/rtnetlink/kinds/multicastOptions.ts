/** How a bridge asks who wants multicast packets: on the whole, or for each VLAN. */
export interface MulticastOptions {
  /** Whether the bridge sends multicast queries itself. Default false. */
  readonly multicastQuerier?: boolean
  /** How many queries are sent when a member leaves. Default 2. */
  readonly multicastLastMemberCount?: number
  /** How many queries are sent at the start. Default 2. */
  readonly multicastStartupQueryCount?: number
  /** Seconds between queries after a member left. Default 1. */
  readonly multicastLastMemberInterval?: number
  /** Seconds after which a member that is not heard of is dropped. Default 260. */
  readonly multicastMembershipInterval?: number
  /** Seconds after which another querier is taken for gone. Default 255. */
  readonly multicastQuerierInterval?: number
  /** Seconds between queries. Default 125. */
  readonly multicastQueryInterval?: number
  /** Seconds that members have to answer. Default 10. */
  readonly multicastQueryResponseInterval?: number
  /** Seconds between the queries at the start. Default 31.25. */
  readonly multicastStartupQueryInterval?: number
  /** Version of IGMP: 2 or 3. Default 2. */
  readonly multicastIgmpVersion?: number
  /** Version of MLD: 1 or 2. Default 1. */
  readonly multicastMldVersion?: number
}

/** What a new bridge, and a new VLAN on one, begins with: net/bridge/br_multicast.c, br_multicast_ctx_init. */
export const multicastDefaults: Required<MulticastOptions> = {
  multicastQuerier: false,
  multicastLastMemberCount: 2,
  multicastStartupQueryCount: 2,
  multicastLastMemberInterval: 1,
  multicastMembershipInterval: 260,
  multicastQuerierInterval: 255,
  multicastQueryInterval: 125,
  multicastQueryResponseInterval: 10,
  multicastStartupQueryInterval: 31.25,
  multicastIgmpVersion: 2,
  multicastMldVersion: 1,
}
