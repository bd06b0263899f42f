import { hexadecimalWord } from '../../netlink/attributeLine.js'
import {
  be16,
  be32,
  boolean,
  castAddress,
  enumeration,
  flag,
  hexadecimal,
  ipAddress,
  linkReference,
  ranged,
  seconds,
  u8,
  u32,
} from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind } from './kind.js'
import { type UdpPortRange, udpPortRange } from './portRange.js'
import { tunnelFeatures } from './tunnelFeatures.js'
import { ttlWords, vniWords } from './tunnelWords.js'
import { type VniList, vniList } from './vxlanVnis.js'

/** Options of a VXLAN device: `ip link add type vxlan help`, man ip-link(8). */
export interface VxlanOptions {
  /** The network identifier, 0 to 16777215. */
  readonly id?: number
  /** The device that packets go out by, needed for {@link group}. Default: as routed. */
  readonly link?: string | number
  /** The multicast group of all hosts of the network, IPv4 or IPv6. Excludes {@link remote}. Default none. */
  readonly group?: string
  /** The host that frames to unknown addresses go to, IPv4 or IPv6. Excludes {@link group}. Default none. */
  readonly remote?: string
  /** The source address of packets, IPv4 or IPv6. Default: as routed. */
  readonly local?: string
  /** The UDP port of the other hosts. Default: the kernel's 8472, the registered one is 4789. */
  readonly port?: number
  /** The UDP ports that packets are sent from. Default 0 to 0, the host's local ports. */
  readonly portRange?: UdpPortRange
  /** The TTL of packets, 0 for the host's default, 1 for a multicast group. Default 0. */
  readonly ttl?: number
  /** Whether the TTL is that of the packet inside. Default false. */
  readonly ttlInherit?: boolean
  /** The type of service of packets, 1 for that of the packet inside. Default 0. */
  readonly tos?: number
  /** The don't-fragment bit of IPv4 packets. Default `unset`. */
  readonly df?: 'unset' | 'set' | 'inherit'
  /** The flow label of IPv6 packets, 0 to 1048575. Default 0. */
  readonly label?: number
  /** Whether {@link label} is used, or that of the packet inside. IPv6 only. Default `fixed`. Since Linux 6.7. */
  readonly labelPolicy?: 'fixed' | 'inherit'
  /** Whether source addresses are learned. Default true. */
  readonly learning?: boolean
  /** Seconds a learned address is kept. Default 300. */
  readonly ageing?: number
  /** How many learned addresses are kept at the most, 0 for no limit. Default 0. */
  readonly limit?: number
  /** Whether ARP and neighbor discovery are answered. Default false. */
  readonly proxy?: boolean
  /** Whether routed packets take a short cut. Default false. */
  readonly rsc?: boolean
  /** Whether unknown MAC addresses are told to listeners. Default false. */
  readonly l2miss?: boolean
  /** Whether unknown IP addresses are told to listeners. Default false. */
  readonly l3miss?: boolean
  /** Whether UDP checksums are sent over IPv4. Default true. */
  readonly udpChecksum?: boolean
  /** Whether UDP checksums are left out over IPv6. Default false. */
  readonly udp6ZeroChecksumTx?: boolean
  /** Whether packets without a UDP checksum are taken over IPv6. Default false. */
  readonly udp6ZeroChecksumRx?: boolean
  /** Whether checksums are left to the receiver. Default false. */
  readonly remoteChecksumTx?: boolean
  /** Whether checksums that were left to us are computed. Default false. */
  readonly remoteChecksumRx?: boolean
  /** Whether remote checksums are always completed, never left partial. Default false. */
  readonly remoteChecksumNoPartial?: boolean
  /** Whether the header carries a group policy. Default false. */
  readonly gbp?: boolean
  /** Whether the header carries another protocol than Ethernet; without learning. Default false. */
  readonly gpe?: boolean
  /** Whether each packet's route says where it goes. Default false. */
  readonly collectMetadata?: boolean
  /** With {@link collectMetadata}: whether only listed networks are taken. Default false. Since Linux 5.18. */
  readonly vnifilter?: boolean
  /** Whether packets to this host go straight to its own VXLAN device. Default true. Since Linux 6.5. */
  readonly localbypass?: boolean
  /**
   * Whether packets to a {@link group} go out as its multicast routes say, not by {@link link} alone. The kernel does not tell it
   * afterwards. Default false. Since Linux 6.17.
   */
  readonly mcroute?: boolean
  /**
   * The bits of the header that make it drop a packet, of its 64 from the first on: `0xf7ffffff000000ff`. None of them may be
   * one that it needs. Default: all but those. The kernel forgets them, and what {@link gbp}, {@link gpe} and
   * {@link remoteChecksumRx} need, with any other change of a living device, for which plans make such a one anew. Since Linux
   * 6.14.
   */
  readonly reservedBits?: string
  /**
   * All networks that it takes, with {@link vnifilter} (`bridge vni`): `[10, '100-200', { id: 300, group: '239.1.1.1' }]`.
   * Left out, they stay as they are; given, others go. Not part of the messages of a link: see `addVnis`.
   */
  readonly vnis?: VniList
}

const bool = boolean(u8)
const onOff = (type: number, word: string) => attribute(type, bool, { ip: `${word}|no${word}` })

// enum of IFLA_VXLAN_*, enum ifla_vxlan_df, enum ifla_vxlan_label_policy: include/uapi/linux/if_link.h;
// ip's words: iproute2, iplink_vxlan.c
const options: AttributeTable<VxlanOptions> = attributeTable<VxlanOptions>({
  id: attribute(1, ranged(u32, 0, 0xffffff), { ip: vniWords }),
  link: attribute(3, linkReference, { ip: 'dev' }),
  group: attribute(2, castAddress('multicast'), { ipv6Type: 16 }),
  remote: attribute(2, castAddress('unicast'), { ipv6Type: 16 }),
  local: attribute(4, ipAddress, { ipv6Type: 17 }),
  port: attribute(15, be16, { ip: 'dstport' }),
  portRange: attribute(10, udpPortRange, { ip: 'srcport {low} {high}' }),
  ttl: attribute(5, u8, { ip: ttlWords }),
  ttlInherit: attribute(28, flag, { absent: false, ip: 'ttl inherit|' }),
  tos: attribute(6, u8, { ip: hexadecimalWord('tos') }),
  df: attribute(29, enumeration(u8, { unset: 0, set: 1, inherit: 2 })),
  label: attribute(26, ranged(be32, 0, 0xfffff), { ip: 'flowlabel' }),
  labelPolicy: attribute(32, enumeration(u32, { fixed: 0, inherit: 1 }), { ip: false }),
  learning: onOff(7, 'learning'),
  ageing: attribute(8, seconds(u32, 1)),
  limit: attribute(9, u32, { ip: 'maxaddress' }),
  proxy: onOff(11, 'proxy'),
  rsc: onOff(12, 'rsc'),
  l2miss: onOff(13, 'l2miss'),
  l3miss: onOff(14, 'l3miss'),
  udpChecksum: onOff(18, 'udpcsum'),
  udp6ZeroChecksumTx: onOff(19, 'udp6zerocsumtx'),
  udp6ZeroChecksumRx: onOff(20, 'udp6zerocsumrx'),
  remoteChecksumTx: onOff(21, 'remcsumtx'),
  remoteChecksumRx: onOff(22, 'remcsumrx'),
  gbp: attribute(23, flag, { absent: false, ip: 'gbp|' }),
  remoteChecksumNoPartial: attribute(24, flag, { absent: false, ip: false }),
  collectMetadata: onOff(25, 'external'),
  gpe: attribute(27, flag, { absent: false, ip: 'gpe|' }),
  vnifilter: attribute(30, bool, { absent: false, ip: 'vnifilter|novnifilter' }),
  localbypass: onOff(31, 'localbypass'),
  mcroute: onOff(34, 'mcroute'),
  reservedBits: attribute(33, hexadecimal(8)),
  vnis: attribute(0, vniList, { separate: true }),
})

/** What a living device changes; drivers/net/vxlan/vxlan_core.c, vxlan_nl2conf, refuses the rest. */
const changeable: ReadonlySet<keyof VxlanOptions> = new Set([
  'link',
  'group',
  'remote',
  'local',
  'ttl',
  'tos',
  'df',
  'label',
  'labelPolicy',
  'learning',
  'ageing',
  'localbypass',
  'vnis',
])

/**
 * The bits that a device needs by its options: VXLAN_HF_VNI and the VNI, VXLAN_HF_RCO with the last byte,
 * VXLAN_GBP_USED_BITS, VXLAN_GPE_USED_BITS in include/net/vxlan.h.
 */
function usedBits({ remoteChecksumRx, gbp, gpe }: VxlanOptions): bigint {
  return (
    0x08000000_ffffff00n |
    (remoteChecksumRx ? 0x00200000_000000ffn : 0n) |
    (gbp ? 0x80ffffff_00000000n : 0n) |
    (gpe ? 0x350000ff_00000000n : 0n)
  )
}

const bits = (value: bigint): string => `0x${BigInt.asUintN(64, value).toString(16).padStart(16, '0')}`

/** What a change of a living device leaves of its bits, whatever it needs: vxlan_nl2conf looks at what is changed alone. */
const bitsOfChanged = bits(~usedBits({}))

/** The bits that nobody told: those that it does not need, or what a change left, which no new device can have. */
function ownBits({ reservedBits = '0x0', ...options }: VxlanOptions): string {
  const used = usedBits(options)
  return (BigInt(reservedBits) & used) === 0n ? bits(~used) : reservedBits
}

const addresses = ['group', 'remote', 'local']
const isIpv6 = (address: unknown): boolean => typeof address === 'string' && address.includes(':')

/** `ip link add NAME type vxlan id ID`: a device whose Ethernet frames travel in UDP. */
export const vxlan: LinkKind<'vxlan', VxlanOptions> = defineLinkKind({
  kind: 'vxlan',
  options,
  ethernet: true,
  immutable: options.names.filter((name) => !changeable.has(name)),
  needsOneOf: [['id'], ['collectMetadata']],
  exclusive: ['group', 'remote'],
  // drivers/net/vxlan/vxlan_core.c, vxlan_nl2conf; a device below limits it.
  setAfterOptions: ['mtu'],
  // Not its link, which vxlan_config_apply keeps.
  cleared: { group: '0.0.0.0', remote: '0.0.0.0', local: '0.0.0.0' },
  onlyWith: { vnis: { vnifilter: [true] } },
  // Its socket is of one family, and its bits do not outlive a change.
  needsNewDevice: (option, _before, after, had) =>
    (had['reservedBits'] ?? bitsOfChanged) !== bitsOfChanged ||
    (addresses.includes(option) && isIpv6(after) !== addresses.some((address) => isIpv6(had[address]))),
  defaults: {
    portRange: { low: 0, high: 0 },
    ttl: 0,
    ttlInherit: false,
    tos: 0,
    df: 'unset',
    label: 0,
    labelPolicy: 'fixed',
    learning: true,
    ageing: 300,
    limit: 0,
    proxy: false,
    rsc: false,
    l2miss: false,
    l3miss: false,
    udpChecksum: true,
    udp6ZeroChecksumTx: false,
    udp6ZeroChecksumRx: false,
    remoteChecksumTx: false,
    remoteChecksumRx: false,
    remoteChecksumNoPartial: false,
    gbp: false,
    gpe: false,
    collectMetadata: false,
    vnifilter: false,
    localbypass: true,
    mcroute: false,
  },
  defaultsBy: (options) => ({ reservedBits: ownBits(options) }),
  generalDefaults: { features: tunnelFeatures },
  // drivers/net/vxlan/vxlan_core.c, vxlan_fill_info
  untold: ['mcroute'],
  dependsOn: ['link'],
})
