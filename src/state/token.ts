import type { LinkRecord } from './model.js'
import type { LinkSysctl } from './sysctl.js'

/**
 * Whether a new link can take a token that another one had: where packets are forwarded it does not listen to routers, unless a
 * setting says so, which it does not take over (net/ipv6/addrconf.c, ipv6_accept_ra).
 */
export function canTakeToken(forwardsIpv6: boolean | undefined, sysctl: LinkSysctl | undefined): boolean {
  return !forwardsIpv6 || sysctl?.['ipv6/accept_ra'] === '2'
}

/** Whether a link takes a token, and none, as far as is known: net/ipv6/addrconf.c, inet6_set_iftoken. */
export function takesToken({ link, sysctl = {} }: LinkRecord, forwardsIpv6: boolean | undefined): boolean {
  const { 'ipv6/accept_ra': acceptRa, 'ipv6/forwarding': forwards = forwardsIpv6 ? '1' : '0' } = sysctl
  return link.arp !== false && acceptRa !== '0' && (forwards === '0' || acceptRa === '2')
}
