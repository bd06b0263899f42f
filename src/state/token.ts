import type { LinkSysctl } from './sysctl.js'

/**
 * Whether a new link can take a token that another one had: where packets are forwarded it does not listen to routers, unless a
 * setting says so, which it does not take over (net/ipv6/addrconf.c, ipv6_accept_ra).
 */
export function canTakeToken(forwardsIpv6: boolean | undefined, sysctl: LinkSysctl | undefined): boolean {
  return !forwardsIpv6 || sysctl?.['ipv6/accept_ra'] === '2'
}
