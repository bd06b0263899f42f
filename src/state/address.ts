import { familyOf } from '../ip/address.js'
import { formatPrefix, networkOf, parsePrefix } from '../ip/prefix.js'
import type { Address, ListedAddress } from '../rtnetlink/address.js'
import { type PropertyChange, sameLoosely } from './equal.js'

/** An address with its lengths written out: that of a peer belongs to both. */
export function normalizeAddress<T extends Pick<Address, 'address' | 'peer'>>(address: T): T {
  const local = parsePrefix(address.address)
  if (!local) return address
  if (address.peer === undefined) return { ...address, address: formatPrefix(local) }
  const peer = parsePrefix(address.peer)
  if (!peer) return address
  const length = address.peer.includes('/') ? peer.length : local.length
  return {
    ...address,
    address: formatPrefix({ bytes: local.bytes, length }),
    peer: formatPrefix({ bytes: peer.bytes, length }),
  }
}

/** What the kernel takes for the same address on a link: IPv6 goes by the address alone. */
export function addressKey(address: Pick<Address, 'address' | 'peer'>): string {
  const text = address.address
  if (familyOf(text) === 'inet6') return text.slice(0, text.indexOf('/'))
  return `${text} ${address.peer ?? ''}`
}

/** IFAPROT_KERNEL_LO, _LL and _RA are what the kernel made itself: include/uapi/linux/if_addr.h */
const kernelProtocols: ReadonlySet<number> = new Set([1, 2, 3])

/** Nobody's, the kernel's, and those of router advertisements and DHCP: include/uapi/linux/rtnetlink.h, RTPROT_* */
const passingProtocols: ReadonlySet<number> = new Set([0, ...kernelProtocols, 9, 16])

/** Whether a list of addresses stands for this one: not the kernel's own, and none that will go by itself. */
export function isManageable(address: ListedAddress): boolean {
  return !isDynamic(address) && !isOfKernel(address)
}

/** Whether an address will go by itself, but the kernel did not make it: a program lent it to the link, such as a DHCP client. */
export function isLent(address: ListedAddress): boolean {
  return isDynamic(address) && !isOfKernel(address)
}

/** One with a lifetime may be of a DHCP client; a mark tells that it is of somebody who names it. */
function isDynamic({ dynamic, protocol = 0 }: ListedAddress): boolean {
  return dynamic && passingProtocols.has(protocol)
}

function isOfKernel(address: ListedAddress): boolean {
  if (address.protocol !== undefined && kernelProtocols.has(address.protocol)) return true
  return address.temporary || isKernelLinkLocal(address) || isOfAutomaticTunnel(address)
}

/** A SIT device without a remote end makes `::10.0.0.1/96` of IPv4 addresses: net/ipv6/addrconf.c, add_v4_addrs. */
function isOfAutomaticTunnel({ address, protocol }: ListedAddress): boolean {
  if (protocol !== undefined || !address.startsWith('::') || !address.endsWith('/96')) return false
  const prefix = parsePrefix(address)
  return prefix?.bytes.slice(0, 12).every((byte) => byte === 0) ?? false
}

/**
 * Before Linux 5.18 nothing marks the kernel's link-local address, so that every one of /64 that is made from a MAC
 * address (RFC 4291, appendix A) or at random (RFC 7217) is taken for it.
 */
function isKernelLinkLocal(address: ListedAddress): boolean {
  if (address.protocol !== undefined || !address.address.startsWith('fe80:')) return false
  const prefix = parsePrefix(address.address)
  const isFromMac = prefix?.bytes[11] === 0xff && prefix.bytes[12] === 0xfe
  return prefix?.length === 64 && (isFromMac || address.stablePrivacy)
}

/** The prefix that makes IPv4 addresses primary and secondary of each other: length and network (of the peer). */
export function subnetOf(address: Pick<Address, 'address' | 'peer'>): string {
  const known = subnetsKnown.get(address)
  if (known !== undefined) return known
  const prefix = parsePrefix(address.peer ?? address.address)
  const subnet = prefix ? formatPrefix(networkOf(prefix)) : address.address
  subnetsKnown.set(address, subnet)
  return subnet
}

/** It is asked of each of many addresses again and again. */
const subnetsKnown = new WeakMap<object, string>()

const compared = [
  'broadcast',
  'scope',
  'label',
  'metric',
  'noPrefixRoute',
  'home',
  'manageTemporaryAddress',
  'autoJoin',
  'protocol',
] as const

/** What of the stated properties an address of the same key does not have; where `exact`, also what it has beyond. */
export function addressDifferences(wanted: Address, actual: ListedAddress, exact = false): PropertyChange[] {
  const changes: PropertyChange[] = []
  if (wanted.address !== actual.address) {
    changes.push({ property: 'address', before: actual.address, after: wanted.address })
  }
  if (wanted.peer !== undefined && wanted.peer !== actual.peer) {
    changes.push({ property: 'peer', before: actual.peer, after: wanted.peer })
  }
  for (const property of compared) {
    const after = wanted[property]
    const before = actual[property]
    if ((after === undefined && !exact) || sameLoosely(after, before)) continue
    changes.push({ property, ...(before === undefined ? {} : { before }), after })
  }
  changes.push(...lifetimeChanges(wanted, actual))
  return changes
}

/** A lifetime runs down while it is looked at, so that only one that is longer than stated, or far shorter, differs. */
function lifetimeChanges(wanted: Address, actual: ListedAddress): PropertyChange[] {
  const changes: PropertyChange[] = []
  for (const property of ['validLifetime', 'preferredLifetime'] as const) {
    const after = wanted[property]
    const before = actual[property] ?? 'forever'
    if (after === undefined || after === before) continue
    const runsDown = typeof after === 'number' && typeof before === 'number' && before <= after && before > after / 2
    if (!runsDown) changes.push({ property, before, after })
  }
  return changes
}

/**
 * Whether RTM_NEWADDR with NLM_F_REPLACE makes these changes on a living address; all others need a new one. Of IPv4
 * the kernel changes no flags (net/ipv4/devinet.c, inet_rtm_newaddr).
 */
export function isChangedInPlace({ address }: Pick<Address, 'address'>, changes: readonly PropertyChange[]): boolean {
  const properties = new Set(changes.map(({ property }) => property))
  const inPlace = ['validLifetime', 'preferredLifetime', 'metric']
  if (familyOf(address) === 'inet') return [...properties].every((property) => inPlace.includes(property))
  // One whose time is limited leaves the route of its prefix behind when it is deleted (net/ipv6/addrconf.c,
  // check_cleanup_prefix_route), so that this comes first, and what needs a new address later.
  if (changes.some(({ property, after }) => property === 'validLifetime' && after === 'forever')) return true
  // A metric is changed, but not taken back (inet6_addr_modify).
  const takesBack = changes.some(({ property, after }) => property === 'metric' && !after)
  return !takesBack && [...properties].every((property) => [...inPlace, 'noPrefixRoute'].includes(property))
}
