import { hexadecimalWord } from '../../netlink/attributeLine.js'
import { be16, be32, boolean, enumeration, flag, ipAddress, ranged, u8, u32 } from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind } from './kind.js'
import { type UdpPortRange, udpPortRange } from './portRange.js'
import { tunnelFeatures } from './tunnelFeatures.js'
import { ttlWords, vniWords } from './tunnelWords.js'

/** Options of a Geneve device: `ip link add type geneve help`, man ip-link(8). */
export interface GeneveOptions {
  /** The network identifier, 0 to 16777215. */
  readonly id?: number
  /** The other host, IPv4 or IPv6. */
  readonly remote?: string
  /** The TTL of packets, 0 for the host's default. Default 0. */
  readonly ttl?: number
  /** Whether the TTL is that of the packet inside. Default false. */
  readonly ttlInherit?: boolean
  /** The type of service of packets, 1 for that of the packet inside. Default 0. */
  readonly tos?: number
  /** The don't-fragment bit of IPv4 packets. Default `unset`. */
  readonly df?: 'unset' | 'set' | 'inherit'
  /** The flow label of IPv6 packets, 0 to 1048575. Default 0. */
  readonly label?: number
  /** The UDP port of the other host. Default 6081. */
  readonly port?: number
  /** Whether each packet's route says where it goes. Default false. */
  readonly collectMetadata?: boolean
  /** Whether UDP checksums are sent over IPv4. Default false. */
  readonly udpChecksum?: boolean
  /** Whether UDP checksums are left out over IPv6. Default false. */
  readonly udp6ZeroChecksumTx?: boolean
  /** Whether packets without a UDP checksum are taken over IPv6. Default false with an IPv6 {@link remote}, else true. */
  readonly udp6ZeroChecksumRx?: boolean
  /** Whether the header's protocol is that of the packet inside, instead of Ethernet. Default false. */
  readonly innerProtocolInherit?: boolean
  /** The UDP ports that packets are sent from. Default 1 to 65535. Since Linux 6.15. */
  readonly portRange?: UdpPortRange
  /** Whether packets say how large those were that they were made of, so that they are put together. Default false. Since Linux 7.0. */
  readonly groHint?: boolean
  /** The address of this end, IPv4 or IPv6, which must be there while the device is up. Default: as routed. Since Linux 7.1. */
  readonly local?: string
}

const bool = boolean(u8)

// enum of IFLA_GENEVE_*, enum ifla_geneve_df: include/uapi/linux/if_link.h
const options: AttributeTable<GeneveOptions> = attributeTable<GeneveOptions>({
  id: attribute(1, ranged(u32, 0, 0xffffff), { ip: vniWords }),
  remote: attribute(2, ipAddress, { ipv6Type: 7 }),
  ttl: attribute(3, u8, { ip: ttlWords }),
  ttlInherit: attribute(12, bool, { ip: 'ttl inherit|ttl {ttl}' }),
  tos: attribute(4, u8, { ip: hexadecimalWord('tos') }),
  df: attribute(13, enumeration(u8, { unset: 0, set: 1, inherit: 2 })),
  label: attribute(11, ranged(be32, 0, 0xfffff), { ip: 'flowlabel' }),
  port: attribute(5, be16, { ip: 'dstport' }),
  collectMetadata: attribute(6, flag, { absent: false, ip: 'external|' }),
  udpChecksum: attribute(8, bool, { ip: 'udpcsum|noudpcsum' }),
  udp6ZeroChecksumTx: attribute(9, bool, { ip: 'udp6zerocsumtx|noudp6zerocsumtx' }),
  udp6ZeroChecksumRx: attribute(10, bool, { ip: 'udp6zerocsumrx|noudp6zerocsumrx' }),
  innerProtocolInherit: attribute(14, flag, { absent: false, ip: 'innerprotoinherit|' }),
  portRange: attribute(15, udpPortRange, { ip: false }),
  groHint: attribute(16, flag, { absent: false, ip: false }),
  local: attribute(17, ipAddress, { ipv6Type: 18 }),
})

const isIpv6 = (address: unknown): boolean => typeof address === 'string' && address.includes(':')

/** `ip link add NAME type geneve id ID remote HOST`: a device whose Ethernet frames travel in UDP, RFC 8926. */
export const geneve: LinkKind<'geneve', GeneveOptions> = defineLinkKind({
  kind: 'geneve',
  options,
  ethernet: true,
  // iproute2, ip/iplink_geneve.c
  toldAgain: ['id', 'collectMetadata'],
  // drivers/net/geneve.c, geneve_nl2info
  immutable: [
    'id',
    'port',
    'collectMetadata',
    'udpChecksum',
    'udp6ZeroChecksumTx',
    'udp6ZeroChecksumRx',
    'innerProtocolInherit',
    'portRange',
    'groHint',
    'local',
  ],
  boundTo: ['local'],
  // With an IPv6 address comes the default of what the kernel then refuses to be told.
  needsNewDevice: (option, before, after, had) =>
    option === 'remote' &&
    (isIpv6(before) !== isIpv6(after) ||
      (isIpv6(after) && (had['udp6ZeroChecksumTx'] === true || had['udp6ZeroChecksumRx'] === true))),
  needsOneOf: [['id'], ['collectMetadata']],
  defaults: {
    ttl: 0,
    ttlInherit: false,
    tos: 0,
    df: 'unset',
    label: 0,
    port: 6081,
    collectMetadata: false,
    udpChecksum: false,
    udp6ZeroChecksumTx: false,
    innerProtocolInherit: false,
    portRange: { low: 1, high: 65535 },
    groHint: false,
  },
  generalDefaults: { mtu: undefined, features: tunnelFeatures },
})
