import type { ListedAddress } from '../../rtnetlink/address.js'
import { IFA_F_PERMANENT } from '../../rtnetlink/addressAttributes.js'
import type { DesiredLink } from '../../state/desired.js'
import { loopback } from '../../state/link.js'
import type { LinkRecord } from '../../state/model.js'

/** include/uapi/linux/if_addr.h */
const IFAPROT_KERNEL_LO = 1

/**
 * The addresses that a link has when its own come to be set: the loopback device gets its own as it comes up, whatever
 * else it has, and the kernel takes none twice (net/ipv4/devinet.c, inetdev_event; net/ipv6/addrconf.c, init_loopback).
 */
export function addressesOnceUp({ properties }: DesiredLink, record: LinkRecord | undefined): readonly ListedAddress[] {
  if (!record) return []
  const { link, addresses } = record
  if (link.hardwareType !== loopback || link.up || properties.up !== true) return addresses
  const given = [ofLoopback('127.0.0.1/8', 'inet', link.index), ofLoopback('::1/128', 'inet6', link.index)]
  return [...addresses, ...given.filter(({ address }) => !addresses.some((one) => one.address === address))]
}

function ofLoopback(address: string, family: 'inet' | 'inet6', index: number): ListedAddress {
  return {
    address,
    family,
    index,
    dev: 'lo',
    scope: 'host',
    ...(family === 'inet' ? { label: 'lo' } : { protocol: IFAPROT_KERNEL_LO }),
    validLifetime: 'forever',
    preferredLifetime: 'forever',
    flags: IFA_F_PERMANENT,
    secondary: false,
    temporary: false,
    tentative: false,
    dadFailed: false,
    deprecated: false,
    dynamic: false,
    stablePrivacy: false,
  }
}
