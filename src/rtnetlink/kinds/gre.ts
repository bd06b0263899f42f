import { be32, boolean, enumeration, ranged, u8, u16, u32 } from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable, type Lines } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind } from './kind.js'
import {
  type CollectMetadata,
  collectMetadata,
  type Ipv4TunnelHeader,
  type Ipv6TunnelHeader,
  ipv4TunnelHeader,
  ipv4TunnelHeaderDefaults,
  ipv6TunnelHeader,
  ipv6TunnelHeaderDefaults,
  type TunnelEncapsulation,
  type TunnelEnds,
  tunnelEncapsulation,
  tunnelEncapsulationDefaults,
  tunnelEndDefaults,
  tunnelEnds,
} from './tunnel.js'

/** What the header of GRE holds, RFC 2784 and RFC 2890. */
export interface GreHeader {
  /** The key that received packets must have. Default: none. */
  readonly inputKey?: number
  /** The key of sent packets. Default: none. */
  readonly outputKey?: number
  /** Whether received packets must have a checksum. Default false. */
  readonly inputChecksum?: boolean
  /** Whether sent packets have a checksum. Default false. */
  readonly outputChecksum?: boolean
  /** Whether received packets must be numbered, and come in order. Default false. */
  readonly inputSequence?: boolean
  /** Whether sent packets are numbered. Default false. */
  readonly outputSequence?: boolean
}

/** Options of a GRE tunnel over IPv4: `ip link add type gre help`, man ip-link(8). */
export interface GreOptions extends TunnelEnds, Ipv4TunnelHeader, GreHeader, TunnelEncapsulation, CollectMetadata {
  /** Whether packets may be split although the packet inside says no. Without path MTU discovery. Default false. */
  readonly ignoreDf?: boolean
}

/** Options of a GRE tunnel over IPv6: `ip link add type ip6gre help`, man ip-link(8). */
export interface Ip6greOptions extends TunnelEnds, Ipv6TunnelHeader, GreHeader, TunnelEncapsulation, CollectMetadata {}

/** What ERSPAN adds, which needs keys of 10 bits, the session, and numbered packets. */
export interface ErspanHeader {
  /** The version of the header. Default 1. */
  readonly version?: number
  /** Version 1: the number of the mirrored port, 0 to 1048575. Default 0. */
  readonly index?: number
  /** Version 2: whether mirrored frames came in or went out. Default `ingress`. */
  readonly direction?: 'ingress' | 'egress'
  /** Version 2: the number of the mirroring engine, 0 to 63. Default 0. */
  readonly hardwareId?: number
}

/** Options of a device that mirrors frames over IPv4: `ip link add type erspan help`, man ip-link(8). */
export interface ErspanOptions extends Omit<GreOptions, 'inputChecksum' | 'outputChecksum'>, ErspanHeader {}

/** Options of a device that mirrors frames over IPv6: `ip link add type ip6erspan help`, man ip-link(8). */
export interface Ip6erspanOptions extends Omit<Ip6greOptions, 'inputChecksum' | 'outputChecksum'>, ErspanHeader {}

// enum of IFLA_GRE_*, GRE_CSUM, GRE_KEY, GRE_SEQ: include/uapi/linux/if_tunnel.h
const checksum = 15
const key = 13
const sequence = 12
const bit = (type: number, number: number, ip: string) =>
  attribute(type, boolean(u8), { bit: number, bits: 'be16', ip: `${ip}|no${ip}` })

const header: Lines<GreHeader> = {
  inputChecksum: bit(2, checksum, 'icsum'),
  inputSequence: bit(2, sequence, 'iseq'),
  inputKey: attribute(4, be32, { countsBy: { type: 2, bit: key }, ip: 'ikey', ipNone: 'noikey' }),
  outputChecksum: bit(3, checksum, 'ocsum'),
  outputSequence: bit(3, sequence, 'oseq'),
  outputKey: attribute(5, be32, { countsBy: { type: 3, bit: key }, ip: 'okey', ipNone: 'nookey' }),
}

const ends = { link: 1, local: 6, remote: 7, fwmark: 20 }
const overIpv4: Lines<GreOptions> = {
  ...tunnelEnds('inet', ends),
  ...ipv4TunnelHeader(8, 9, 10),
  ...header,
  ...tunnelEncapsulation(14),
  ...collectMetadata(18),
  ignoreDf: attribute(19, boolean(u8), { ip: 'ignore-df|noignore-df' }),
}
const overIpv6: Lines<Ip6greOptions> = {
  ...tunnelEnds('inet6', ends),
  ...ipv6TunnelHeader({ hopLimit: 8, encapsulationLimit: 11, flowInfo: 12, flags: 13 }),
  ...header,
  ...tunnelEncapsulation(14),
  ...collectMetadata(18),
}
/** 0 is what `ip` says by nothing, and refuses to be told: ip/link_gre.c. */
function indexWord(index: number): string | false {
  return index > 0 && `erspan ${index}`
}

const erspanHeader: Lines<ErspanHeader> = {
  version: attribute(22, ranged(u8, 0, 2), { ip: 'erspan_ver' }),
  index: attribute(21, ranged(u32, 0, 0xfffff), { ip: indexWord }),
  direction: attribute(23, enumeration(u8, { ingress: 0, egress: 1 }), { ip: 'erspan_dir' }),
  hardwareId: attribute(24, ranged(u16, 0, 63), { ip: 'erspan_hwid' }),
}

const headerDefaults = {
  inputChecksum: false,
  outputChecksum: false,
  inputSequence: false,
  outputSequence: false,
  ...tunnelEncapsulationDefaults,
  collectMetadata: false,
}
const ipv4Defaults = {
  ...tunnelEndDefaults('inet'),
  ...ipv4TunnelHeaderDefaults,
  ...headerDefaults,
  ignoreDf: false,
}
const ipv6Defaults = { ...tunnelEndDefaults('inet6'), ...ipv6TunnelHeaderDefaults, ...headerDefaults }
type Checksums = 'inputChecksum' | 'outputChecksum'

/** What of GRE's header ERSPAN has a place for: net/ipv4/ip_gre.c, erspan_validate. */
function withoutChecksums<T extends object>({
  inputChecksum: _input,
  outputChecksum: _output,
  ...others
}: T & Record<Checksums, unknown>): Omit<T, Checksums> {
  return others
}
const erspanDefaults = { version: 1, index: 0, direction: 'ingress', hardwareId: 0 } as const
const shared = {
  changedAsWhole: true,
  cleared: { inputKey: undefined, outputKey: undefined },
  immutable: ['collectMetadata'],
  dependsOn: ['link'],
  survivesLower: true,
} as const
// net/ipv4/ip_gre.c, erspan_validate: a key and numbers, in either direction.
const needsOfErspan = [
  ['outputKey', 'outputSequence'],
  ['inputKey', 'inputSequence'],
  ['outputKey', 'inputSequence'],
  ['inputKey', 'outputSequence'],
  ['collectMetadata'],
] as const
// net/ipv4/ip_gre.c, ipgre_netlink_parms: the former ignoreDf is looked at, so that both cannot change at once.
const needsNewGre = (option: string, _before: unknown, after: unknown, had: Readonly<Record<string, unknown>>) =>
  option === 'pathMtuDiscovery' && after === true && had['ignoreDf'] === true
const greOptions: AttributeTable<GreOptions> = attributeTable<GreOptions>(overIpv4)
const ip6greOptions: AttributeTable<Ip6greOptions> = attributeTable<Ip6greOptions>(overIpv6)

/** `ip link add NAME type gre`: a tunnel of IP packets in GRE over IPv4. */
export const gre: LinkKind<'gre', GreOptions> = defineLinkKind({
  ...shared,
  kind: 'gre',
  ethernet: false,
  needsNewDevice: needsNewGre,
  options: greOptions,
  defaults: ipv4Defaults,
  generalDefaults: { mtu: undefined, multicast: false, arp: false },
})

/** `ip link add NAME type gretap`: a tunnel of Ethernet frames in GRE over IPv4. */
export const gretap: LinkKind<'gretap', GreOptions> = defineLinkKind({
  ...shared,
  kind: 'gretap',
  needsNewDevice: needsNewGre,
  options: greOptions,
  ethernet: true,
  defaults: ipv4Defaults,
  generalDefaults: { mtu: undefined },
})

/** `ip link add NAME type ip6gre`: a tunnel of IP packets in GRE over IPv6. */
export const ip6gre: LinkKind<'ip6gre', Ip6greOptions> = defineLinkKind({
  ...shared,
  kind: 'ip6gre',
  ethernet: false,
  options: ip6greOptions,
  defaults: ipv6Defaults,
  generalDefaults: { mtu: undefined, multicast: false, arp: false },
})

/** `ip link add NAME type ip6gretap`: a tunnel of Ethernet frames in GRE over IPv6. */
export const ip6gretap: LinkKind<'ip6gretap', Ip6greOptions> = defineLinkKind({
  ...shared,
  kind: 'ip6gretap',
  options: ip6greOptions,
  ethernet: true,
  defaults: ipv6Defaults,
  generalDefaults: { mtu: undefined },
})

/** `ip link add NAME type erspan`: mirrored Ethernet frames in GRE over IPv4. */
export const erspan: LinkKind<'erspan', ErspanOptions> = defineLinkKind({
  ...shared,
  kind: 'erspan',
  needsNewDevice: needsNewGre,
  options: attributeTable<ErspanOptions>({ ...withoutChecksums(overIpv4), ...erspanHeader }),
  ethernet: true,
  needsOneOf: needsOfErspan,
  defaults: { ...withoutChecksums(ipv4Defaults), ...erspanDefaults },
  generalDefaults: { mtu: undefined },
})

/** `ip link add NAME type ip6erspan`: mirrored Ethernet frames in GRE over IPv6. */
export const ip6erspan: LinkKind<'ip6erspan', Ip6erspanOptions> = defineLinkKind({
  ...shared,
  kind: 'ip6erspan',
  options: attributeTable<Ip6erspanOptions>({ ...withoutChecksums(overIpv6), ...erspanHeader }),
  ethernet: true,
  needsOneOf: needsOfErspan,
  defaults: { ...withoutChecksums(ipv6Defaults), ...erspanDefaults },
  generalDefaults: { mtu: undefined },
})
