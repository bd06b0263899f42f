import { type Family, familyOf } from '../ip/address.js'
import { formatPrefix, parsePrefix } from '../ip/prefix.js'
import type { UnknownAttribute } from '../netlink/attribute.js'
import type { Payload } from '../netlink/bytes.js'
import { type DecodeContext, type EncodeContext, noting, withoutNames } from '../netlink/codec.js'
import { InvalidValue } from '../netlink/invalidValue.js'
import {
  buildMessage,
  decodeMessage,
  type NetlinkMessage,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
} from '../netlink/message.js'
import {
  addressLayout,
  forever,
  IFA_F_DADFAILED,
  IFA_F_DEPRECATED,
  IFA_F_PERMANENT,
  IFA_F_SECONDARY,
  IFA_F_STABLE_PRIVACY,
  IFA_F_TENTATIVE,
  type Lifetimes,
  settableFlags,
} from './addressAttributes.js'
import { RTM_DELADDR, RTM_GETADDR, RTM_NEWADDR } from './constants.js'
import { defined } from './defined.js'
import { familyName, familyNumber } from './family.js'
import type { Scope } from './scope.js'

/** An address of a link: `ip address`, man ip-address(8). */
export interface Address {
  /** The address with its prefix length, `10.0.0.1/24`; without one it is that of a single host. */
  readonly address: string
  /** The link, by name or index. */
  readonly dev: string | number
  /** The other end of a point-to-point link; its prefix length, where it has one, is that of the whole. */
  readonly peer?: string
  /** The broadcast address. */
  readonly broadcast?: string
  /** Where the address is valid. Default: by the address, as `ip` does. */
  readonly scope?: Scope
  /** IPv4 only: a label that starts with the link's name. Default: that name. */
  readonly label?: string
  /** The metric of the prefix route that the kernel makes for it. */
  readonly metric?: number
  /** Seconds that it is valid, or `forever`, the default. */
  readonly validLifetime?: number | 'forever'
  /**
   * Seconds that new connections use it, or `forever`; no more than {@link validLifetime}, which is the default. (`ip` has
   * none, and refuses a valid lifetime alone.)
   */
  readonly preferredLifetime?: number | 'forever'
  /** Whether the kernel makes no prefix route for it. */
  readonly noPrefixRoute?: boolean
  /** IPv6 only: whether it is a mobile node's home address. */
  readonly home?: boolean
  /** IPv6 only: whether temporary addresses are made from it. */
  readonly manageTemporaryAddress?: boolean
  /** IPv6 only: whether duplicate address detection is left out. */
  readonly noDad?: boolean
  /** IPv6 only: whether it is used while duplicate address detection runs. */
  readonly optimistic?: boolean
  /** Whether multicast groups are joined by it. */
  readonly autoJoin?: boolean
  /** Who made it, IFAPROT_*. Since Linux 5.18. */
  readonly protocol?: number
}

/** An address as the kernel lists it. */
export interface ListedAddress extends Address {
  readonly family: Family
  /** The index of the link. */
  readonly index: number
  /** The kernel's IFA_F_* flags. */
  readonly flags: number
  /** Whether another IPv4 address of its subnet comes before it. */
  readonly secondary: boolean
  /** Whether it is an IPv6 privacy address, RFC 8981. */
  readonly temporary: boolean
  /** Whether duplicate address detection has not ended. */
  readonly tentative: boolean
  /** Whether another host has it already. */
  readonly dadFailed: boolean
  /** Whether new connections do not use it any more. */
  readonly deprecated: boolean
  /** Whether it will go by itself: it has a lifetime. */
  readonly dynamic: boolean
  /** Whether it was made from a stable secret, RFC 7217. */
  readonly stablePrivacy: boolean
  /** Attributes that this version of the SDK does not know. */
  readonly unknown?: readonly UnknownAttribute[]
}

/** RTM_NEWADDR that creates: `ip address add`. */
export function newAddress(address: Address, context: EncodeContext = withoutNames): NetlinkMessage {
  return addressMessage(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, 'create', address, context)
}

/** RTM_NEWADDR that creates or changes: `ip address replace`. */
export function replaceAddress(address: Address, context: EncodeContext = withoutNames): NetlinkMessage {
  return addressMessage(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, 'replace', address, context)
}

/** RTM_DELADDR: `ip address delete`. Only what names the address is sent. */
export function deleteAddress(address: Address, context: EncodeContext = withoutNames): NetlinkMessage {
  const { address: own, dev, peer } = address
  const named = { address: own, dev, ...(peer === undefined ? {} : { peer }) }
  return addressMessage(RTM_DELADDR, 0, 'delete', named, context)
}

/** What {@link dumpAddresses} asks the kernel to leave out. */
export interface AddressFilter {
  readonly family?: Family
  /** Only addresses of this link. */
  readonly dev?: string | number
}

/** RTM_GETADDR of all addresses: `ip address`. */
export function dumpAddresses(filter: AddressFilter = {}, context: EncodeContext = withoutNames): NetlinkMessage {
  return buildMessage({
    layout: addressLayout,
    type: RTM_GETADDR,
    flags: 0,
    subject: 'addresses: list',
    header: {
      family: filter.family === undefined ? 0 : familyNumber(filter.family),
      prefixLength: 0,
      flags: 0,
      scope: 'global',
      index: filter.dev === undefined ? 0 : indexOf(filter.dev, context),
    },
    context,
  })
}

/** RTM_GETADDR of an IPv6 address, whichever link has it: net/ipv6/addrconf.c, inet6_rtm_getaddr. */
export function getIpv6Address(address: string): NetlinkMessage {
  return buildMessage({
    layout: addressLayout,
    type: RTM_GETADDR,
    flags: 0,
    subject: `address ${address}: get`,
    header: { family: familyNumber('inet6'), prefixLength: 0, flags: 0, scope: 'global', index: 0 },
    attributes: { local: address },
    context: withoutNames,
  })
}

function addressMessage(
  type: number,
  flags: number,
  verb: string,
  address: Address,
  context: EncodeContext,
): NetlinkMessage {
  const subject = `address ${address.address} dev ${address.dev}: ${verb}`
  const local = prefixOrThrow(address.address)
  const peer = address.peer === undefined ? undefined : prefixOrThrow(address.peer)
  const length = peer && address.peer?.includes('/') ? peer.length : local.length
  const localText = formatPrefix(local).split('/')[0]
  const peerText = peer ? formatPrefix(peer).split('/')[0] : localText
  const flagBits = flagsOf(address)
  const { label, broadcast, metric, protocol } = address
  return buildMessage({
    layout: addressLayout,
    type,
    flags,
    subject,
    header: {
      family: familyNumber(familyOf(local.bytes)),
      prefixLength: length,
      // Those that do not fit are told by IFA_FLAGS, all of them.
      flags: flagBits > 0xff ? 0 : flagBits,
      scope: address.scope ?? defaultScope(address.address),
      index: indexOf(address.dev, context),
    },
    attributes: {
      ...(localText === undefined ? {} : { local: localText }),
      ...(peerText === undefined ? {} : { address: peerText }),
      ...defined({ label, broadcast, metric, protocol }),
      ...(flagBits > 0xff ? { flags: flagBits } : {}),
      ...lifetimesOf(address, subject),
    },
    context,
  })
}

function prefixOrThrow(text: string): { bytes: Uint8Array; length: number } {
  const prefix = parsePrefix(text)
  if (!prefix) throw new RangeError(`${JSON.stringify(text)} is not an IP address with or without a prefix length`)
  return prefix
}

function indexOf(dev: string | number, context: EncodeContext): number {
  return typeof dev === 'number' ? dev : context.linkIndex(dev)
}

/** iproute2, ipaddress.c, default_scope; for IPv6 the kernel goes by the address itself. */
function defaultScope(address: string): Scope {
  return address.startsWith('127.') ? 'host' : 'global'
}

function flagsOf(address: Address): number {
  let flags = 0
  for (const [name, bit] of Object.entries(settableFlags)) {
    if (address[name as keyof typeof settableFlags]) flags |= bit
  }
  return flags
}

function lifetimesOf({ validLifetime, preferredLifetime }: Address, subject: string): { lifetimes?: Lifetimes } {
  if (validLifetime === undefined && preferredLifetime === undefined) return {}
  const secondsOf = (name: string, lifetime: number | 'forever' = 'forever'): number => {
    if (lifetime === 'forever') return forever
    if (Number.isInteger(lifetime) && lifetime >= 0 && lifetime <= forever) return lifetime
    throw new InvalidValue([name], `${String(lifetime)} is neither "forever" nor an integer of seconds`, subject)
  }
  const valid = secondsOf('validLifetime', validLifetime)
  const preferred = preferredLifetime === undefined ? valid : secondsOf('preferredLifetime', preferredLifetime)
  return { lifetimes: { preferred, valid, created: 0, updated: 0 } }
}

/** Reads the body of an RTM_NEWADDR or RTM_DELADDR; `undefined` for a family that is neither IPv4 nor IPv6. */
export function decodeAddress(body: Payload, context: DecodeContext = withoutNames): ListedAddress | undefined {
  const unknown: UnknownAttribute[] = []
  const { header: head, attributes: read } = decodeMessage(addressLayout, body, noting(context, unknown))
  const family = familyName(head.family)
  const local = read.local ?? read.address
  if (family === undefined || local === undefined) return undefined
  const flags = read.flags ?? head.flags
  const { label, broadcast, metric, protocol } = read
  const flagged = Object.entries(settableFlags).filter(([, bit]) => flags & bit)
  const lowest = (flags & IFA_F_SECONDARY) !== 0
  return {
    address: `${local}/${head.prefixLength}`,
    dev: context.linkName(head.index),
    ...(read.local !== undefined && read.address !== undefined && read.address !== read.local
      ? { peer: `${read.address}/${head.prefixLength}` }
      : {}),
    scope: head.scope,
    ...defined({ label, broadcast, metric, protocol }),
    ...(read.lifetimes ? listedLifetimes(read.lifetimes, flags) : {}),
    ...Object.fromEntries(flagged.map(([name]) => [name, true])),
    family,
    index: head.index,
    flags,
    secondary: family === 'inet' && lowest,
    temporary: family === 'inet6' && lowest,
    tentative: (flags & IFA_F_TENTATIVE) !== 0,
    dadFailed: (flags & IFA_F_DADFAILED) !== 0,
    deprecated: (flags & IFA_F_DEPRECATED) !== 0,
    dynamic: (flags & IFA_F_PERMANENT) === 0,
    stablePrivacy: (flags & IFA_F_STABLE_PRIVACY) !== 0,
    ...(unknown.length > 0 ? { unknown } : {}),
  }
}

function listedLifetimes(
  { valid, preferred }: Lifetimes,
  flags: number,
): Pick<Address, 'validLifetime' | 'preferredLifetime'> {
  // Of an IPv4 address that stays the kernel tells this by the flag alone (net/ipv4/devinet.c, inet_fill_ifaddr).
  const over = preferred === forever && (flags & IFA_F_DEPRECATED) !== 0
  return {
    validLifetime: valid === forever ? 'forever' : valid,
    preferredLifetime: over ? 0 : preferred === forever ? 'forever' : preferred,
  }
}
