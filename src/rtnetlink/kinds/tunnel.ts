import { hexadecimalWord } from '../../netlink/attributeLine.js'
import {
  be16,
  be32,
  boolean,
  enumeration,
  flag,
  ipv4,
  ipv6,
  linkReference,
  ranged,
  u8,
  u16,
  u32,
} from '../../netlink/scalars.js'
import { attribute, type Lines } from '../../netlink/table.js'

/** What every tunnel over IP has: its ends and the device that packets go out by. */
export interface TunnelEnds {
  /** The device that packets go out by. Default 0: as routed. */
  readonly link?: string | number
  /** The address of this end. Default: any. */
  readonly local?: string
  /** The address of the other end. Default: any. */
  readonly remote?: string
  /** The mark of its packets, by which they are routed. Default 0. */
  readonly fwmark?: number
}

/** How packets of a tunnel are put into UDP; `ip fou`, man ip-fou(8). */
export interface TunnelEncapsulation {
  /** What lies between the tunnel's packets and IP: nothing, UDP as it is, or UDP with a header. Default `none`. */
  readonly encapsulation?: 'none' | 'fou' | 'gue'
  /** The UDP port that packets are sent from, 0 for one by the flow. Default 0. */
  readonly encapsulationSourcePort?: number
  /** The UDP port that packets are sent to. Default 0. */
  readonly encapsulationDestinationPort?: number
  /** Whether the UDP checksum is sent over IPv4. Default false. */
  readonly encapsulationChecksum?: boolean
  /** Whether the UDP checksum is sent over IPv6. Default false. */
  readonly encapsulationChecksum6?: boolean
  /** Whether checksums are left to the receiver. Default false. */
  readonly encapsulationRemoteChecksum?: boolean
}

/** The numbers of the kernel for {@link tunnelEnds}. */
interface EndNumbers {
  readonly link: number
  readonly local: number
  readonly remote: number
  readonly fwmark: number
}

const anyAddress = { inet: '0.0.0.0', inet6: '::' } as const

/** The lines of {@link TunnelEnds}. */
export function tunnelEnds(family: 'inet' | 'inet6', numbers: EndNumbers): Lines<TunnelEnds> {
  const address = family === 'inet' ? ipv4 : ipv6
  // A tunnel of Ethernet frames may not be told that an end is any (net/ipv4/ip_gre.c, ipgre_tap_validate).
  const details = { absent: anyAddress[family], unsaid: true }
  return {
    link: attribute(numbers.link, linkReference, { ip: 'dev' }),
    local: attribute(numbers.local, address, details),
    remote: attribute(numbers.remote, address, details),
    fwmark: attribute(numbers.fwmark, u32),
  }
}

/** What the ends are where nothing was said. */
export function tunnelEndDefaults(family: 'inet' | 'inet6'): Required<TunnelEnds> {
  return { link: 0, local: anyAddress[family], remote: anyAddress[family], fwmark: 0 }
}

// enum tunnel_encap_types, TUNNEL_ENCAP_FLAG_*: include/uapi/linux/if_tunnel.h
/** The lines of {@link TunnelEncapsulation}, whose numbers follow upon the first. */
export function tunnelEncapsulation(first: number): Lines<TunnelEncapsulation> {
  const bit = (number: number, word: string) =>
    attribute(first + 1, boolean(u8), { bit: number, bits: 'u16', ip: `encap-${word}|noencap-${word}` })
  return {
    encapsulation: attribute(first, enumeration(u16, { none: 0, fou: 1, gue: 2 }), { ip: 'encap' }),
    encapsulationChecksum: bit(0, 'csum'),
    encapsulationChecksum6: bit(1, 'udp6-csum'),
    encapsulationRemoteChecksum: bit(2, 'remcsum'),
    encapsulationSourcePort: attribute(first + 2, be16, { ip: 'encap-sport' }),
    encapsulationDestinationPort: attribute(first + 3, be16, { ip: 'encap-dport' }),
  }
}

/** What the encapsulation is where nothing was said. */
export const tunnelEncapsulationDefaults: Required<TunnelEncapsulation> = {
  encapsulation: 'none',
  encapsulationSourcePort: 0,
  encapsulationDestinationPort: 0,
  encapsulationChecksum: false,
  encapsulationChecksum6: false,
  encapsulationRemoteChecksum: false,
}

/** The header of packets of a tunnel over IPv4. */
export interface Ipv4TunnelHeader {
  /** The TTL of packets, 0 for that of the packet inside. Default 0, and 64 for `sit`. */
  readonly ttl?: number
  /** The type of service of packets, 1 for that of the packet inside. Default 0. */
  readonly tos?: number
  /** Whether packets may not be split, so that the path's MTU is found. Needed for a {@link ttl}. Default true. */
  readonly pathMtuDiscovery?: boolean
}

/** The lines of {@link Ipv4TunnelHeader}. */
export function ipv4TunnelHeader(ttl: number, tos: number, discovery: number): Lines<Ipv4TunnelHeader> {
  return {
    ttl: attribute(ttl, u8),
    tos: attribute(tos, u8, { ip: hexadecimalWord('tos') }),
    pathMtuDiscovery: attribute(discovery, boolean(u8), { ip: 'pmtudisc|nopmtudisc' }),
  }
}

/** What the header is where nothing was said. */
export const ipv4TunnelHeaderDefaults: Required<Ipv4TunnelHeader> = { ttl: 0, tos: 0, pathMtuDiscovery: true }

/** The header of packets of a tunnel over IPv6. */
export interface Ipv6TunnelHeader {
  /** The hop limit of packets, 0 for the host's default. Default 0. */
  readonly hopLimit?: number
  /** How often packets may be put into further tunnels. Default 0. */
  readonly encapsulationLimit?: number
  /** The traffic class (bits 20 to 27) and the flow label (the 20 bits below) of packets. Default 0. */
  readonly flowInfo?: number
  /** Whether there is no {@link encapsulationLimit} at all. Default false. */
  readonly ignoreEncapsulationLimit?: boolean
  /** Whether the traffic class is that of the packet inside. Default false. */
  readonly inheritTrafficClass?: boolean
  /** Whether the flow label is that of the packet inside. Default false. */
  readonly inheritFlowLabel?: boolean
  /** Whether the DSCP is copied to the packet inside when it comes out. Default false. */
  readonly copyDscp?: boolean
  /** Whether the mark is that of the packet inside. Default false. */
  readonly inheritFwmark?: boolean
  /** Whether the other end may be an address of this host. Default false. */
  readonly allowLocalRemote?: boolean
}

/** The numbers of the kernel for {@link ipv6TunnelHeader}. */
interface HeaderNumbers {
  readonly hopLimit: number
  readonly encapsulationLimit: number
  readonly flowInfo: number
  readonly flags: number
}

/** Both parts are hexadecimal to `ip`: ip/link_ip6tnl.c. */
function flowInfoWords(flowInfo: number): string {
  return `tclass 0x${(flowInfo >>> 20).toString(16)} flowlabel 0x${(flowInfo & 0xfffff).toString(16)}`
}

// IP6_TNL_F_*: include/uapi/linux/ip6_tunnel.h
/** The lines of {@link Ipv6TunnelHeader}. */
export function ipv6TunnelHeader(numbers: HeaderNumbers): Lines<Ipv6TunnelHeader> {
  const bit = (number: number, ip: string, endedBy?: string) =>
    attribute(numbers.flags, boolean(u8), {
      bit: number,
      bits: 'u32',
      ip,
      ...(endedBy === undefined ? {} : { endedBy }),
    })
  return {
    hopLimit: attribute(numbers.hopLimit, u8, { ip: 'hoplimit' }),
    encapsulationLimit: attribute(numbers.encapsulationLimit, u8, { ip: 'encaplimit' }),
    flowInfo: attribute(numbers.flowInfo, ranged(be32, 0, 0x0fffffff), { ip: flowInfoWords }),
    ignoreEncapsulationLimit: bit(0, 'encaplimit none|', 'encapsulationLimit'),
    inheritTrafficClass: bit(1, 'tclass inherit|', 'flowInfo'),
    inheritFlowLabel: bit(2, 'flowlabel inherit|', 'flowInfo'),
    copyDscp: bit(4, 'dscp inherit|'),
    inheritFwmark: bit(5, 'fwmark inherit|', 'fwmark'),
    allowLocalRemote: bit(6, 'allow-localremote|noallow-localremote'),
  }
}

/** What the header is where nothing was said. */
export const ipv6TunnelHeaderDefaults: Required<Ipv6TunnelHeader> = {
  hopLimit: 0,
  encapsulationLimit: 0,
  flowInfo: 0,
  ignoreEncapsulationLimit: false,
  inheritTrafficClass: false,
  inheritFlowLabel: false,
  copyDscp: false,
  inheritFwmark: false,
  allowLocalRemote: false,
}

/** By the metadata of routes, a device is for all tunnels of its kind. */
export interface CollectMetadata {
  /** Whether each packet's route says where it goes; the ends are then any. Default false. */
  readonly collectMetadata?: boolean
}

/** The line of {@link CollectMetadata}. */
export function collectMetadata(number: number): Lines<CollectMetadata> {
  return { collectMetadata: attribute(number, flag, { absent: false, ip: 'external|' }) }
}
