import type { Family } from '../ip/address.js'
import type { UnknownAttribute } from '../netlink/attribute.js'

/** A policy rule: `ip rule`, man ip-rule(8). */
export interface Rule {
  /** The family. Default: by `from` and `to`, else `inet`. */
  readonly family?: Family
  /** The order of rules. Without one the kernel takes the next one that is free before the others. */
  readonly priority?: number
  /** Whether the selectors must not match. */
  readonly not?: boolean
  /** The prefix that packets come from. Default: all. */
  readonly from?: string
  /** The prefix that packets go to. Default: all. */
  readonly to?: string
  /** The link that packets came in by. */
  readonly iif?: string
  /** The link that packets of bound sockets go out by. */
  readonly oif?: string
  /** The mark of packets: `0x1`, or with a mask `0x1/0xff`. */
  readonly fwmark?: string
  /** The type of service of packets. */
  readonly tos?: number
  /** The differentiated services code point of packets: 8, or with a mask `8/0x38`. Linux 6.13, with a mask 6.15. */
  readonly dscp?: number | string
  /** The flow label of IPv6 packets: `0x5`, or with a mask `0x5/0xff`. Since Linux 6.14. */
  readonly flowLabel?: string
  /** The IP protocol: a name such as `tcp`, or a number. */
  readonly ipproto?: string | number
  /** The source port: `53`, `1000-2000`, or with a mask `80/0xff`, since Linux 6.15. */
  readonly sport?: string
  /** The destination port: `53`, `1000-2000`, or with a mask `80/0xff`, since Linux 6.15. */
  readonly dport?: string
  /** The users of sockets: `1000-1999`. */
  readonly uidRange?: string
  /** Whether the table is that of the link's VRF. */
  readonly l3mdev?: boolean
  /** The tunnel key of packets. */
  readonly tunnelId?: number | bigint
  /** The number of the table to look up. Default at creation, where nothing else is to be done: 254, `main`. */
  readonly table?: number
  /** The priority of the rule to go on with. */
  readonly goto?: number
  /** What is done instead of a look-up. */
  readonly action?: 'unreachable' | 'prohibit' | 'blackhole' | 'nop'
  /** Routes with this prefix length or a shorter one are not taken. */
  readonly suppressPrefixLength?: number
  /** Routes through links of this group are not taken. */
  readonly suppressInterfaceGroup?: number
  /** Realms by number: `to` or `from/to`. */
  readonly realms?: string
  /** Who made the rule, RTPROT_*. Default 108, this SDK. */
  readonly protocol?: number
}

/** A rule as the kernel lists it. */
export interface ListedRule extends Rule {
  readonly family: Family
  /** The kernel's FIB_RULE_* flags. */
  readonly flags: number
  /** Whether the link of `iif` does not exist. */
  readonly detachedIif: boolean
  /** Whether the link of `oif` does not exist. */
  readonly detachedOif: boolean
  /** Whether the rule of `goto` does not exist. */
  readonly unresolved: boolean
  /** Attributes that this version of the SDK does not know. */
  readonly unknown?: readonly UnknownAttribute[]
}
