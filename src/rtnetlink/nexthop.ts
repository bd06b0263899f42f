import type { Family } from '../ip/address.js'
import type { UnknownAttribute } from '../netlink/attribute.js'
import type { AnyEncapsulation } from './encapsulation/encapsulation.js'
import type { Scope } from './scope.js'

/** One nexthop object of a group. */
export interface NexthopMember {
  /** The id of a nexthop object that is no group itself. */
  readonly id: number
  /** Its share of the traffic, 1 to 65536; above 256 since Linux 6.12. Default 1. */
  readonly weight?: number
}

/**
 * A nexthop object: `ip nexthop`, man ip-nexthop(8). Routes name it by its id, so that one change leads all of them
 * elsewhere.
 */
export interface NexthopObject {
  /** What names it in its namespace, 1 to 4294967295. */
  readonly id: number
  /** The family, where no `via` tells it: what IPv6 routes use must be of IPv6. Default `inet`. */
  readonly family?: Family
  /** The gateway, of either family; for `fdb` the other end of a VXLAN. */
  readonly via?: string
  /** The link, by name or index. It must be up and have a carrier. */
  readonly dev?: string | number
  /** Whether the gateway is taken to be on the link although no prefix says so. Default false. */
  readonly onlink?: boolean
  /** How packets are wrapped. */
  readonly encapsulation?: AnyEncapsulation
  /** Whether packets are thrown away. Default false. */
  readonly blackhole?: boolean
  /** Whether it is for entries of a VXLAN's forwarding database, and not for routes. Default false. */
  readonly fdb?: boolean
  /** The objects that share the traffic, instead of `via` and `dev`. */
  readonly group?: readonly NexthopMember[]
  /** How a group shares: by hashing into thresholds, or by a table of buckets that outlives changes. Default `mpath`. */
  readonly type?: 'mpath' | 'resilient'
  /** How many buckets a resilient group has. A new one must say it; it cannot change. */
  readonly buckets?: number
  /** Seconds without traffic after which a bucket may move to another member. Default 120. */
  readonly idleTimer?: number
  /** Seconds after which buckets move in any case, 0 for never. Default 0. */
  readonly unbalancedTimer?: number
  /** Who made it, RTPROT_*. Default 108, this SDK. */
  readonly protocol?: number
}

/** A nexthop object as the kernel lists it. */
export interface ListedNexthopObject extends NexthopObject {
  /** The scope that the kernel gave it. */
  readonly scope: Scope
  /** The kernel's RTNH_F_* flags. */
  readonly flags: number
  /** Seconds for which a resilient group has been out of balance. */
  readonly unbalancedTime?: number
  /** Attributes that this version of the SDK does not know. */
  readonly unknown?: readonly UnknownAttribute[]
}

/** What a dump asks the kernel to leave out. */
export interface NexthopFilter {
  /** Only those through this link. */
  readonly dev?: string | number
  /** Only those through links of this master. */
  readonly master?: string | number
  /** Only groups. */
  readonly groups?: boolean
  /** Only those for forwarding databases. */
  readonly fdb?: boolean
}
