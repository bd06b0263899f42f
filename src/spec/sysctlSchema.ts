import * as v from 'valibot'
import { integer } from './domainSchema.js'
import type { Ipv4SysctlSpec, Ipv6SysctlSpec, LinkSysctlSpec } from './types.js'

const bool = v.boolean()
const level = integer(0, 2)
const whole = integer(-1, 0x7fffffff)
/** What a setting that is not listed here can be. */
const anyValue = v.union([bool, v.pipe(v.number(), v.integer()), v.pipe(v.string(), v.nonEmpty())])

type Known<T> = { readonly [Name in keyof T as string extends Name ? never : Name]-?: v.GenericSchema }

// net/ipv4/devinet.c, devinet_sysctl.
const ipv4: Known<Ipv4SysctlSpec> = {
  forwarding: bool,
  rpFilter: level,
  proxyArp: bool,
  proxyArpPvlan: bool,
  acceptLocal: bool,
  acceptRedirects: bool,
  acceptSourceRoute: bool,
  secureRedirects: bool,
  sendRedirects: bool,
  logMartians: bool,
  routeLocalnet: bool,
  arpAccept: level,
  arpAnnounce: level,
  arpFilter: bool,
  arpIgnore: integer(0, 8),
  arpNotify: bool,
  ignoreRoutesWithLinkdown: bool,
  promoteSecondaries: bool,
  srcValidMark: bool,
}

// net/ipv6/addrconf.c, addrconf_sysctl.
const ipv6: Known<Ipv6SysctlSpec> = {
  disableIpv6: bool,
  forwarding: bool,
  acceptRa: level,
  acceptRaDefrtr: bool,
  acceptRaPinfo: bool,
  acceptRaMtu: bool,
  acceptRedirects: bool,
  acceptDad: integer(-1, 2),
  autoconf: bool,
  dadTransmits: whole,
  hopLimit: integer(1, 255),
  ignoreRoutesWithLinkdown: bool,
  keepAddrOnDown: integer(-1, 1),
  proxyNdp: bool,
  useTempaddr: integer(-1, 2),
}

function settings(
  known: Readonly<Record<string, v.GenericSchema>>,
): v.GenericSchema<Readonly<Record<string, unknown>>> {
  const entries = Object.entries(known).map(([name, schema]) => [name, v.exactOptional(schema)])
  return v.objectWithRest(Object.fromEntries(entries) as v.ObjectEntries, anyValue)
}

/** The schema of a link's settings: the well-known ones by what they can be, and all others as they are. */
export const sysctlSchema: v.GenericSchema<LinkSysctlSpec> = v.strictObject({
  ipv4: v.exactOptional(settings(ipv4)),
  ipv6: v.exactOptional(settings(ipv6)),
}) as unknown as v.GenericSchema<LinkSysctlSpec>

/** What a file says, as a spec would: a truth value or a number where it can be one. */
export function sysctlValue(family: 'ipv4' | 'ipv6', name: string, text: string): boolean | number | string {
  const known: Readonly<Record<string, v.GenericSchema>> = family === 'ipv4' ? ipv4 : ipv6
  const number = Number(text)
  const isNumber = text !== '' && Number.isInteger(number)
  const schema = known[name]
  if (schema && (text === '0' || text === '1') && v.is(schema, text === '1')) return text === '1'
  return isNumber ? number : text
}

/** The names of the well-known settings, of a family. */
export const knownSysctls: Readonly<Record<'ipv4' | 'ipv6', readonly string[]>> = {
  ipv4: Object.keys(ipv4),
  ipv6: Object.keys(ipv6),
}
