import * as v from 'valibot'
import { familyOf } from '../ip/address.js'
import { parsePrefix } from '../ip/prefix.js'
import { nearest } from '../nearest.js'
import { ownValue } from '../ownValue.js'
import { linkKind, linkKinds, pairKinds } from '../rtnetlink/kinds/registry.js'
import { peerOf } from '../rtnetlink/pair.js'
import { altNameProblems } from './altNameSemantics.js'
import { linkName, linkReference } from './domainSchema.js'
import { macProblems } from './macSemantics.js'
import { macsecProblems } from './macsecSemantics.js'
import type { Path } from './pointer.js'
import { qdiscProblems } from './qdiscSemantics.js'
import type { Report } from './report.js'
import type { AddressSpec, LinkSpec } from './types.js'
import { wireguardProblems } from './wireguardSemantics.js'

/** RFC 791. */
const smallestIpv4Mtu = 68

/** RFC 8200 §5. */
const smallestIpv6Mtu = 1280

/** What is wrong with the links of one namespace. */
export function* linkProblems(links: readonly LinkSpec[], path: Path, report: Report): Generator<void> {
  const byName = new Map<string, LinkSpec>()
  for (const [index, link] of links.entries()) {
    yield
    const at = [...path, index]
    nameProblems(link, at, byName, report)
    byName.set(link.name, link)
    if (link.absent) absentProblems(link, at, report)
    matchProblems(link, at, report)
    kindProblems(link, at, report)
    peerProblems(link, at, report)
    mtuProblems(link, at, report)
    macProblems(link, at, report)
    if (link.addresses) yield* addressProblems(link, at, report)
    sysctlProblems(link, at, report)
    tokenProblems(link, at, report)
    qdiscProblems(link, at, report)
    wireguardProblems(link, at, report)
    macsecProblems(link, at, report)
  }
  const inCycles = yield* cycleProblems(links, path, byName, report)
  for (const [index, link] of links.entries()) {
    yield
    if (!inCycles.has(link.name)) masterProblems(link, [...path, index], byName, report)
  }
  yield* altNameProblems(links, path, byName, report)
}

function nameProblems(link: LinkSpec, at: Path, byName: Map<string, LinkSpec>, report: Report): void {
  // A name that is too long can still be an alternative name, but not that of a link that is made.
  const longName = Buffer.byteLength(link.name) > 15 && link.kind === undefined
  const result = v.safeParse(longName ? linkReference : linkName, link.name)
  if (!result.success) {
    report([...at, 'name'], result.issues[0].message, { found: link.name })
  }
  if (byName.has(link.name)) {
    report([...at, 'name'], `the link ${link.name} is listed twice; give all its properties in one place`)
  }
}

function absentProblems(link: LinkSpec, at: Path, report: Report): void {
  for (const property of Object.keys(link)) {
    if (property === 'name' || property === 'absent' || property === 'kind' || property === 'match') continue
    report([...at, property], `the link ${link.name} is absent, so ${property} cannot be said of it`)
  }
}

function matchProblems({ match, name }: LinkSpec, at: Path, report: Report): void {
  if (!match) return
  if (match.mac === undefined && match.altName === undefined) report([...at, 'match'], 'say mac or altName, or both')
  if (!v.safeParse(linkName, name).success) report([...at, 'name'], `${name} cannot be the name of a link`)
}

/** The options of kinds and ports that a link spec gives. */
function optionKeys(link: LinkSpec): { own: string[]; port: string[] } {
  const own: string[] = []
  const port: string[] = []
  for (const property of Object.keys(link)) {
    if (linkKind(property)) own.push(property)
    else if (property.endsWith('Port') && linkKind(property.slice(0, -4))) port.push(property)
  }
  return { own, port }
}

function kindProblems(link: LinkSpec, at: Path, report: Report): void {
  const { own, port } = optionKeys(link)
  if (link.kind !== undefined && !linkKind(link.kind)) {
    const hint = nearest(
      link.kind,
      [...linkKinds()].map(({ kind }) => kind),
    )
    report([...at, 'kind'], `unknown kind ${JSON.stringify(link.kind)}`, {
      found: link.kind,
      ...(hint === undefined ? {} : { hint: `did you mean ${hint}?` }),
    })
  }
  for (const property of own) {
    if (link.kind !== undefined && property !== link.kind) {
      report([...at, property], `options of a ${property} were given for a link of kind ${link.kind}`)
    }
  }
  for (const property of own) {
    const options = ownValue(link, property)
    const given = typeof options === 'object' && options !== null ? Object.keys(options) : []
    const rivals = (linkKind(property)?.exclusive ?? []).filter((option) => given.includes(option))
    if (rivals.length > 1) report([...at, property], `only one of ${rivals.join(' and ')} can be given`)
  }
  if (own.length > 1) report(at, `options of several kinds were given: ${own.join(', ')}`)
  if (port.length > 1) report(at, `options as a port of several kinds of master were given: ${port.join(', ')}`)
  for (const property of port) {
    if (link.master === null)
      report([...at, property], `${link.name} is released from its master, and has no port options`)
  }
}

/** Both ends of a pair are links of their own, and a namespace has one link of a name. */
function peerProblems(link: LinkSpec, at: Path, report: Report): void {
  const peer = peerOf(link)
  if (peer?.name !== link.name) return
  const [first, own] = at
  if (peer.namespace !== undefined && !(first === 'namespaces' && peer.namespace === own)) return
  const kind = pairKinds().find((name) => name in link) ?? ''
  report([...at, kind, 'peer', 'name'], `${link.name} cannot be its own peer: the other end needs a name of its own`)
}

function masterProblems(link: LinkSpec, at: Path, byName: Map<string, LinkSpec>, report: Report): void {
  if (link.master === undefined || link.master === null) return
  const masterPath = [...at, 'master']
  const name = String(link.master)
  if (name === link.name) {
    report(masterPath, `the link ${name} cannot be its own master`)
    return
  }
  const master = byName.get(name)
  if (master?.absent) report(masterPath, `the master ${name} of ${link.name} is absent`)
  const masterKind = master?.kind === undefined ? undefined : linkKind(master.kind)
  if (masterKind && !masterKind.hasPorts) {
    report(masterPath, `${name} is a ${masterKind.kind}, which has no ports`)
  }
  const kind = link.kind === undefined ? undefined : linkKind(link.kind)
  if (masterKind?.kind === 'bridge' && kind && !kind.ethernet) {
    report(
      masterPath,
      `${link.name} is a ${kind.kind}, which carries no Ethernet frames and cannot be a port of a bridge`,
    )
  }
  if (masterKind?.kind === 'bridge' && kind?.kind === 'bridge') {
    report(masterPath, `${link.name} is a bridge, which cannot be a port of another bridge`)
  }
  const { port } = optionKeys(link)
  for (const property of port) {
    if (masterKind && property !== `${masterKind.kind}Port`) {
      report([...at, property], `options of a ${property} were given, but the master ${name} is a ${masterKind.kind}`)
    }
  }
}

/** Reports each cycle once, and returns the links that are in one. */
function* cycleProblems(
  links: readonly LinkSpec[],
  path: Path,
  byName: Map<string, LinkSpec>,
  report: Report,
): Generator<void, ReadonlySet<string>> {
  const reported = new Set<string>()
  for (const [index, link] of links.entries()) {
    yield
    const cycle = findCycle(link, byName)
    if (!cycle || cycle.some((name) => reported.has(name))) continue
    for (const name of cycle) reported.add(name)
    report([...path, index], `the links form a cycle: ${[...cycle, link.name].join(' -> ')}`)
  }
  return reported
}

/** The names from a link back to itself, by masters and devices below. */
function findCycle(start: LinkSpec, byName: Map<string, LinkSpec>): string[] | undefined {
  const seen = new Set<string>()
  const walk = (link: LinkSpec, trail: string[]): string[] | undefined => {
    for (const next of dependenciesOf(link)) {
      if (next === start.name && trail.length > 0) return trail
      const following = byName.get(next)
      if (!following || seen.has(next)) continue
      seen.add(next)
      const cycle = walk(following, [...trail, next])
      if (cycle) return cycle
    }
    return undefined
  }
  return walk(start, [start.name])
}

/** The links that must be there before this one: its master, and the devices that its kind stands on. */
export function dependenciesOf(link: LinkSpec): string[] {
  const names: string[] = []
  if (typeof link.master === 'string' && link.master !== link.name) names.push(link.master)
  const kind = link.kind === undefined ? undefined : linkKind(link.kind)
  const options = kind && ownValue(link, kind.kind)
  for (const property of kind?.dependsOn ?? []) {
    const value = ownValue(options, property)
    if (typeof value === 'string') names.push(value)
  }
  return names
}

function mtuProblems({ kind, mtu }: LinkSpec, at: Path, report: Report): void {
  if (mtu === undefined || kind === undefined) return
  const { smallestMtu = smallestIpv4Mtu, largestMtu = mtu } = linkKind(kind) ?? {}
  if (mtu < smallestMtu) report([...at, 'mtu'], `the smallest MTU of a ${kind} is ${smallestMtu}`, { found: mtu })
  if (mtu > largestMtu) report([...at, 'mtu'], `the largest MTU of a ${kind} is ${largestMtu}`, { found: mtu })
}

function* addressProblems(link: LinkSpec, at: Path, report: Report): Generator<void> {
  const seen = new Set<string>()
  for (const [index, entry] of (link.addresses ?? []).entries()) {
    yield
    const address: AddressSpec = typeof entry === 'string' ? { address: entry } : entry
    const place = typeof entry === 'string' ? [...at, 'addresses', index] : [...at, 'addresses', index, 'address']
    const prefix = parsePrefix(address.address)
    if (!prefix) continue
    const family = familyOf(address.address)
    const isIpv6 = family === 'inet6'
    const key = isIpv6 ? prefix.bytes.join('.') : `${prefix.bytes.join('.')}/${prefix.length}/${address.peer ?? ''}`
    if (seen.has(key)) report(place, `the address ${address.address} is listed twice on ${link.name}`)
    seen.add(key)
    for (const property of ['peer', 'broadcast'] as const) {
      const other = address[property]
      if (other !== undefined && familyOf(other) !== family) {
        report([...at, 'addresses', index, property], `${other} is not of the family of ${address.address}`)
      }
    }
    if (isIpv6 && (address.label !== undefined || address.broadcast !== undefined)) {
      report(place, 'an IPv6 address has neither a label nor a broadcast address')
    }
    if (isIpv6 && link.mtu !== undefined && link.mtu < smallestIpv6Mtu) {
      report([...at, 'mtu'], `an MTU below ${smallestIpv6Mtu} takes all IPv6 addresses from ${link.name}`, {
        found: link.mtu,
      })
    }
    for (const property of ['home', 'manageTemporaryAddress'] as const) {
      if (isIpv6 || !address[property]) continue
      report([...at, 'addresses', index, property], `only an IPv6 address can have ${property}`)
    }
    lifetimeProblems(address, place, report)
  }
}

/** The kernel takes no IPv6 address on a link that has no IPv6. */
function sysctlProblems({ name, sysctl, addresses = [] }: LinkSpec, at: Path, report: Report): void {
  if (!sysctl?.ipv6?.disableIpv6) return
  const all = addresses.map((entry) => (typeof entry === 'string' ? entry : entry.address))
  if (all.some((address) => parsePrefix(address) && familyOf(address) === 'inet6')) {
    report([...at, 'sysctl', 'ipv6', 'disableIpv6'], `${name} is to have IPv6 addresses, and no IPv6`)
  }
}

/** The kernel takes a token only for what routers tell: net/ipv6/addrconf.c, inet6_set_iftoken. */
function tokenProblems({ name, ipv6Token = '::', arp, sysctl }: LinkSpec, at: Path, report: Report): void {
  if (/^[0:]+$/.test(ipv6Token)) return
  const refuse = (why: string): void => report([...at, 'ipv6Token'], `${name} is to have a token, and ${why}`)
  if (name === 'lo') refuse('is no link that routers are on')
  if (arp === false) refuse('no neighbor discovery (arp)')
  if (sysctl?.ipv6?.acceptRa === 0) refuse('not to listen to routers (acceptRa)')
}

function lifetimeProblems(address: AddressSpec, place: Path, report: Report): void {
  const { validLifetime: valid = 'forever', preferredLifetime: preferred } = address
  if (valid === 0) report(place, 'an address that is valid for 0 seconds is no address; leave it out')
  if (preferred === undefined || valid === 'forever') return
  if (preferred === 'forever' || preferred > valid) {
    report(place, 'an address cannot be preferred for longer than it is valid')
  }
}
