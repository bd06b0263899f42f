import type { Ipv4SysctlSpec, Ipv6SysctlSpec } from './types.js'

/** What a setting of a link can be: a truth value, or a whole number from and to. */
export type SysctlValues = 'boolean' | readonly [minimum: number, maximum: number]

type Known<T> = { readonly [Name in keyof T as string extends Name ? never : Name]-?: SysctlValues }

// net/ipv4/devinet.c, devinet_sysctl.
const ipv4: Known<Ipv4SysctlSpec> = {
  forwarding: 'boolean',
  rpFilter: [0, 2],
  proxyArp: 'boolean',
  proxyArpPvlan: 'boolean',
  acceptLocal: 'boolean',
  acceptRedirects: 'boolean',
  acceptSourceRoute: 'boolean',
  secureRedirects: 'boolean',
  sendRedirects: 'boolean',
  logMartians: 'boolean',
  routeLocalnet: 'boolean',
  arpAccept: [0, 2],
  arpAnnounce: [0, 2],
  arpFilter: 'boolean',
  arpIgnore: [0, 8],
  arpNotify: 'boolean',
  ignoreRoutesWithLinkdown: 'boolean',
  promoteSecondaries: 'boolean',
  srcValidMark: 'boolean',
}

// net/ipv6/addrconf.c, addrconf_sysctl.
const ipv6: Known<Ipv6SysctlSpec> = {
  disableIpv6: 'boolean',
  forwarding: 'boolean',
  acceptRa: [0, 2],
  acceptRaDefrtr: 'boolean',
  acceptRaPinfo: 'boolean',
  acceptRaMtu: 'boolean',
  acceptRedirects: 'boolean',
  acceptDad: [-1, 2],
  autoconf: 'boolean',
  dadTransmits: [-1, 0x7fffffff],
  hopLimit: [1, 255],
  ignoreRoutesWithLinkdown: 'boolean',
  keepAddrOnDown: [-1, 1],
  proxyNdp: 'boolean',
  useTempaddr: [-1, 2],
}

/** The well-known settings, by family. */
export const knownSysctls: Readonly<Record<'ipv4' | 'ipv6', Readonly<Record<string, SysctlValues>>>> = { ipv4, ipv6 }

/** What a file says, as a spec would: a truth value or a number where it can be one. */
export function sysctlValue(family: 'ipv4' | 'ipv6', name: string, text: string): boolean | number | string {
  const number = Number(text)
  const isNumber = text !== '' && Number.isInteger(number)
  if (knownSysctls[family][name] === 'boolean' && (text === '0' || text === '1')) return text === '1'
  return isNumber ? number : text
}
