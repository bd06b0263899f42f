import type { MessageLayout } from '../netlink/message.js'
import { enumeration, ipAddress, text, u8, u32 } from '../netlink/scalars.js'
import { field, type Struct, struct } from '../netlink/struct.js'
import { type AttributeTable, attribute, attributeTable } from '../netlink/table.js'
import { type Scope, scopeNumbers } from './scope.js'

/** struct ifaddrmsg: include/uapi/linux/if_addr.h */
export interface AddressHeader {
  readonly family: number
  readonly prefixLength: number
  readonly flags: number
  readonly scope: Scope
  readonly index: number
}

/** struct ifa_cacheinfo: include/uapi/linux/if_addr.h */
export interface Lifetimes {
  readonly preferred: number
  readonly valid: number
  readonly created: number
  readonly updated: number
}

/** The attributes of an address message, as the kernel has them. */
export interface AddressAttributes {
  readonly address?: string
  readonly local?: string
  readonly label?: string
  readonly broadcast?: string
  readonly anycast?: string
  readonly lifetimes?: Lifetimes
  readonly multicast?: string
  readonly flags?: number
  readonly metric?: number
  readonly targetNamespace?: number
  readonly protocol?: number
}

const header: Struct<AddressHeader> = struct<AddressHeader>(8, {
  family: field(0, u8),
  prefixLength: field(1, u8),
  flags: field(2, u8),
  scope: field(3, enumeration(u8, scopeNumbers)),
  index: field(4, u32),
})

const lifetimes: Struct<Lifetimes> = struct<Lifetimes>(16, {
  preferred: field(0, u32),
  valid: field(4, u32),
  created: field(8, u32),
  updated: field(12, u32),
})

// enum of IFA_*: include/uapi/linux/if_addr.h
const attributes: AttributeTable<AddressAttributes> = attributeTable<AddressAttributes>({
  address: attribute(1, ipAddress),
  local: attribute(2, ipAddress),
  label: attribute(3, text(15)),
  broadcast: attribute(4, ipAddress),
  anycast: attribute(5, ipAddress),
  lifetimes: attribute(6, lifetimes),
  multicast: attribute(7, ipAddress),
  flags: attribute(8, u32),
  metric: attribute(9, u32),
  targetNamespace: attribute(10, u32),
  protocol: attribute(11, u8),
})

/** RTM_NEWADDR and its kin. */
export const addressLayout: MessageLayout<AddressHeader, AddressAttributes> = { header, attributes }

// IFA_F_*: include/uapi/linux/if_addr.h; 0x01 is `secondary` of IPv4 and `temporary` of IPv6.
export const IFA_F_SECONDARY = 0x01
export const IFA_F_DADFAILED = 0x08
export const IFA_F_DEPRECATED = 0x20
export const IFA_F_TENTATIVE = 0x40
export const IFA_F_PERMANENT = 0x80
export const IFA_F_STABLE_PRIVACY = 0x800

/** Flags that a user can set. */
export const settableFlags = {
  noDad: 0x02,
  optimistic: 0x04,
  home: 0x10,
  manageTemporaryAddress: 0x100,
  noPrefixRoute: 0x200,
  autoJoin: 0x400,
} as const

/** INFINITY_LIFE_TIME: include/net/addrconf.h */
export const forever = 0xffffffff
