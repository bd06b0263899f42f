import { familyOf } from '../ip/address.js'
import { isLinkLocal, isSiteLocal } from '../ip/linkLocal.js'
import { parsePrefix } from '../ip/prefix.js'
import type { Address } from '../rtnetlink/address.js'
import { addressKey, subnetOf } from './address.js'

/** RTA scopes from wide to narrow, as the kernel numbers them. */
const scopeNumbers: Readonly<Record<string, number>> = { global: 0, site: 200, link: 253, host: 254, nowhere: 255 }

/** The scope of an address that is given none: for IPv4 iproute2's choice (ipaddress.c, default_scope), for IPv6 fixed. */
export function defaultScope({ address }: Pick<Address, 'address'>): string {
  if (address.startsWith('127.') || address.startsWith('::1/')) return 'host'
  // It is asked of many addresses many times, and most need not be read for it.
  if (!address.startsWith('fe')) return 'global'
  const { bytes = new Uint8Array(0) } = parsePrefix(address) ?? {}
  if (isLinkLocal(bytes)) return 'link'
  return isSiteLocal(bytes) ? 'site' : 'global'
}

/** What decides where the kernel puts an address. */
export interface Placed {
  readonly key: string
  readonly isIpv4: boolean
  readonly scope: number
  readonly subnet: string
}

/** Reads of an address what decides where the kernel puts it. */
export function placed(address: Address): Placed {
  const isIpv4 = familyOf(address.address) === 'inet'
  return {
    key: addressKey(address),
    isIpv4,
    scope: isIpv4 ? ipv4Scope(address) : (scopeNumbers[defaultScope(address)] ?? 0),
    subnet: isIpv4 ? subnetOf(address) : '',
  }
}

function ipv4Scope(address: Address): number {
  return scopeNumbers[address.scope ?? defaultScope(address)] ?? Number(address.scope)
}

/**
 * The order in which the kernel keeps addresses that were added one after another.
 *
 * IPv4 (net/ipv4/devinet.c, __inet_insert_ifa): the first of a subnet is primary and stands behind the primaries of
 * its scope and narrower ones; every further one is secondary and goes to the end. IPv6 (net/ipv6/addrconf.c,
 * ipv6_link_dev_addr): a new one stands before all others of its scope, the wider the nearer to the front.
 */
export function kernelOrder(added: readonly Placed[]): Placed[] {
  return [...ipv4Order(added.filter(({ isIpv4 }) => isIpv4)), ...ipv6Order(added.filter(({ isIpv4 }) => !isIpv4))]
}

function ipv4Order(added: readonly Placed[]): Placed[] {
  const primaries: Placed[] = []
  const secondaries: Placed[] = []
  const subnets = new Set<string>()
  for (const address of added) {
    if (subnets.has(address.subnet)) secondaries.push(address)
    else primaries.push(address)
    subnets.add(address.subnet)
  }
  return [...primaries.sort((a, b) => b.scope - a.scope), ...secondaries]
}

function ipv6Order(added: readonly Placed[]): Placed[] {
  return [...added].reverse().sort((a, b) => a.scope - b.scope)
}
