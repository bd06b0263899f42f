import { canonicalEndpoint } from '../../genetlink/wireguard/endpoint.js'
import { canonicalKey } from '../../genetlink/wireguard/key.js'
import { canonicalPrefix } from '../../ip/prefix.js'
import type { Domain } from '../../netlink/codec.js'
import { canonicalOctets } from '../../netlink/octets.js'
import { canonicalHexadecimal } from '../../netlink/scalars.js'
import type { Address } from '../../rtnetlink/address.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { VniList } from '../../rtnetlink/kinds/vxlanVnis.js'
import type { Link } from '../../rtnetlink/link.js'
import { sortedReasons } from '../../rtnetlink/protocolDownReasons.js'
import { normalizeVnis } from '../../rtnetlink/vniChanges.js'
import { type Path, pointer } from '../../spec/pointer.js'
import type { AddressSpec, LinkSpec } from '../../spec/types.js'
import { normalizeAddress } from '../address.js'
import type { DesiredLink } from '../desired.js'
import { canonicalQdisc } from '../qdisc.js'
import { sysctlOf } from '../sysctl.js'
import { normalizeGlobalVlans, normalizeVlans } from '../vlans.js'
import { canonicalAddress, canonicalMac, canonicalNetwork } from './canonical.js'
import { type Resolver, scopeName } from './resolver.js'

/** Brings a link of a spec into the kernel's terms, but for its addresses. */
export function resolveLink(link: LinkSpec, path: Path, resolver: Resolver): DesiredLink {
  const { name, absent = false, match, addresses: _a, group, mac, broadcast, ipv6Token, kind, ...rest } = link
  const { sysctl, qdisc, ingressQdisc, protocolDownReasons, confine: _c, ...others } = rest
  const properties: Record<string, unknown> = { ...others }
  if (kind !== undefined) properties['kind'] = kind
  if (mac !== undefined) properties['mac'] = canonicalMac(mac)
  if (broadcast !== undefined) properties['broadcast'] = canonicalMac(broadcast)
  if (ipv6Token !== undefined) properties['ipv6Token'] = canonicalAddress(ipv6Token)
  if (protocolDownReasons) properties['protocolDownReasons'] = sortedReasons(protocolDownReasons)
  if (group !== undefined) {
    properties['group'] = resolver.number(resolver.names.groups, group, [...path, 'group'], 'link group')
  }
  for (const section of Object.keys(others)) {
    const table = linkKind(section)?.options ?? linkKind(section.replace(/Port$/, ''))?.port
    const options: unknown = properties[section]
    if (!table || typeof options !== 'object' || options === null) continue
    properties[section] = resolveOptions(table.domain, options, [...path, section], resolver)
  }
  return {
    path: pointer(path),
    name,
    ...(match ? { match: { ...match, ...(match.mac === undefined ? {} : { mac: canonicalMac(match.mac) }) } } : {}),
    absent,
    properties: properties as Partial<Link>,
    ...(sysctl ? { sysctl: sysctlOf(sysctl) } : {}),
    ...(qdisc === undefined ? {} : { qdisc: qdisc && canonicalQdisc(qdisc) }),
    ...(ingressQdisc === undefined ? {} : { ingressQdisc }),
  }
}

function resolveOptions(domain: Domain | undefined, options: object, path: Path, resolver: Resolver): object {
  if (domain?.type !== 'object') return options
  const resolved = Object.entries(options).map(([name, value]: [string, unknown]) => {
    const inner = domain.properties[name]
    const at = [...path, name]
    if (inner?.type === 'keyFile' && typeof value === 'string') {
      return [inner.property, resolver.keyOf(value, at, inner.hexadecimal)]
    }
    return [name, resolveValue(inner, value, at, resolver)]
  })
  return Object.fromEntries(resolved)
}

function resolveValue(domain: Domain | undefined, value: unknown, path: Path, resolver: Resolver): unknown {
  if (domain?.type === 'user' && typeof value === 'string') {
    return resolver.number(resolver.names.users, value, path, 'user')
  }
  if (domain?.type === 'userGroup' && typeof value === 'string') {
    return resolver.number(resolver.names.userGroups, value, path, 'group of users')
  }
  if (domain?.type === 'vlans' && Array.isArray(value)) {
    return domain.ofBridge ? normalizeGlobalVlans(value) : normalizeVlans(value)
  }
  if (domain?.type === 'vnis' && Array.isArray(value)) return normalizeVnis(value.map(canonicalVni))
  if (domain?.type === 'mac' && typeof value === 'string') return canonicalMac(value)
  if (domain?.type === 'address' && typeof value === 'string') return canonicalAddress(value)
  if (domain?.type === 'key' && typeof value === 'string') return canonicalKey(value)
  if (domain?.type === 'octets' && typeof value === 'string') return canonicalOctets(value, domain)
  if (domain?.type === 'endpoint' && typeof value === 'string') return canonicalEndpoint(value)
  if (domain?.type === 'prefix' && typeof value === 'string') return canonicalNetwork(value)
  if (domain?.type === 'mark') return Number(value)
  if (domain?.type === 'hexadecimal' && typeof value === 'string') return canonicalHexadecimal(value, domain.bytes)
  if (domain?.type === 'list' && Array.isArray(value)) {
    return value.map((item: unknown, index) => resolveValue(domain.item, item, [...path, index], resolver))
  }
  if (domain?.type === 'object' && typeof value === 'object' && value !== null) {
    return resolveOptions(domain, value, path, resolver)
  }
  return value
}

function canonicalVni(item: VniList[number]): VniList[number] {
  if (typeof item !== 'object') return item
  const { id, group, remote } = item
  return {
    id,
    ...(group === undefined ? {} : { group: canonicalAddress(group) }),
    ...(remote === undefined ? {} : { remote: canonicalAddress(remote) }),
  }
}

/** Brings an address of a link into the kernel's terms. */
export function resolveAddress(given: string | AddressSpec, dev: string, path: Path, resolver: Resolver): Address {
  const spec: AddressSpec = typeof given === 'string' ? { address: given } : given
  const { scope, broadcast, address, peer, ...others } = spec
  return normalizeAddress<Address>({
    ...others,
    dev,
    address,
    ...(peer === undefined ? {} : { peer: canonicalPeer(peer) }),
    ...(broadcast === undefined ? {} : { broadcast: canonicalAddress(broadcast) }),
    ...(scope === undefined ? {} : { scope: scopeName(scope, [...path, 'scope'], resolver) }),
  })
}

function canonicalPeer(peer: string): string {
  return peer.includes('/') ? (canonicalPrefix(peer) ?? peer) : canonicalAddress(peer)
}
