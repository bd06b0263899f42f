import type { Codec } from '../netlink/codec.js'
import { listOf } from '../netlink/lists.js'
import type { MessageLayout } from '../netlink/message.js'
import {
  bareText,
  binary,
  boolean,
  enumeration,
  i32,
  ipv6,
  linkReference,
  mac,
  text,
  u8,
  u16,
  u32,
} from '../netlink/scalars.js'
import { field, type Struct, struct } from '../netlink/struct.js'
import { type AttributeDetails, type AttributeTable, attribute, attributeTable } from '../netlink/table.js'
import { AF_INET, AF_INET6 } from './constants.js'
import { type DevlinkPort, type DpllPin, devlinkPort, dpllPin } from './linkHardware.js'
import { type LinkInfo, linkInfo } from './linkInfo.js'
import { type LinkStatistics, linkStatistics } from './linkStatistics.js'
import { type XdpAttributes, xdpAttributes } from './linkXdp.js'
import { protocolDownReasons } from './protocolDownReasons.js'

/** The index of the loopback device, the first of each namespace: include/net/flow.h, LOOPBACK_IFINDEX. */
export const loopbackIndex = 1

/** struct ifinfomsg: include/uapi/linux/rtnetlink.h */
export interface LinkHeader {
  readonly family: number
  readonly type: number
  readonly index: number
  readonly flags: number
  readonly change: number
}

export const linkHeader: Struct<LinkHeader> = struct<LinkHeader>(16, {
  family: field(0, u8),
  type: field(2, u16),
  index: field(4, i32),
  flags: field(8, u32),
  change: field(12, u32),
})

/** How a link makes its IPv6 link-local address; `in6_addr_gen_mode`. */
export type AddressGenerationMode = 'eui64' | 'none' | 'stable_secret' | 'random'

/** What the kernel knows of a link's ability to carry packets; RFC 2863. */
export type OperationalState = 'unknown' | 'notpresent' | 'down' | 'lowerlayerdown' | 'testing' | 'dormant' | 'up'

/** What IPv4 says of a link. */
export interface Ipv4Settings {
  /** IPV4_DEVCONF_* as u32 each, from number 1 on. */
  readonly settings?: Uint8Array
}

/** What IPv6 says of a link. */
export interface Ipv6Settings {
  readonly flags?: number
  /** DEVCONF_* as s32 each, from number 0 on. */
  readonly settings?: Uint8Array
  readonly cacheInformation?: Uint8Array
  readonly token?: string
  readonly addressGenerationMode?: AddressGenerationMode
}

/** What address families say of a link: IFLA_AF_SPEC. */
export interface FamilySettings {
  readonly ipv4?: Ipv4Settings
  readonly ipv6?: Ipv6Settings
}

const state: AttributeDetails = { state: true }

const noBytes = new Uint8Array(0)
const nothing: Codec<Uint8Array> = { ...binary, decode: () => noBytes }

// IFLA_INET_*, IFLA_INET6_*: include/uapi/linux/if_link.h
const familySettings: AttributeTable<FamilySettings> = attributeTable<FamilySettings>({
  ipv4: attribute(AF_INET, attributeTable<Ipv4Settings>({ settings: attribute(1, binary, state) })),
  ipv6: attribute(
    AF_INET6,
    attributeTable<Ipv6Settings>({
      flags: attribute(1, u32, state),
      settings: attribute(2, binary, state),
      // When it changed, and how long a neighbor is taken to be there.
      cacheInformation: attribute(5, nothing, state),
      token: attribute(7, ipv6),
      addressGenerationMode: attribute(8, enumeration(u8, { eui64: 0, none: 1, stable_secret: 2, random: 3 })),
    }),
  ),
})

/** The attributes of a link message, as the kernel has them. */
export interface LinkAttributes {
  readonly mac?: string
  readonly broadcast?: string
  readonly name?: string
  readonly mtu?: number
  readonly link?: string | number
  readonly shortStatistics?: Uint8Array
  readonly queueDiscipline?: string
  readonly master?: string | number
  readonly txQueueLength?: number
  readonly map?: Uint8Array
  readonly operationalState?: OperationalState
  readonly linkMode?: number
  readonly linkInfo?: LinkInfo
  readonly namespacePid?: number
  readonly alias?: string
  readonly statistics?: LinkStatistics
  readonly familySettings?: FamilySettings
  readonly group?: number
  readonly namespaceFd?: number
  readonly extendedMask?: number
  readonly promiscuity?: number
  readonly txQueues?: number
  readonly rxQueues?: number
  readonly carrier?: boolean
  readonly carrierChanges?: number
  readonly linkNamespaceId?: number
  readonly protocolDown?: boolean
  readonly gsoMaximumSegments?: number
  readonly gsoMaximumSize?: number
  readonly xdp?: XdpAttributes
  readonly carrierUpCount?: number
  readonly carrierDownCount?: number
  readonly minimumMtu?: number
  readonly maximumMtu?: number
  readonly altNames?: readonly string[]
  readonly altName?: string
  readonly permanentMac?: string
  readonly protocolDownReasons?: readonly number[]
  readonly groMaximumSize?: number
  readonly tsoMaximumSize?: number
  readonly tsoMaximumSegments?: number
  readonly allMulticastCount?: number
  readonly devlinkPort?: DevlinkPort
  readonly gsoIpv4MaximumSize?: number
  readonly groIpv4MaximumSize?: number
  readonly dpllPin?: DpllPin
  readonly maximumPacingOffloadHorizon?: Uint8Array
  readonly namespaceImmutable?: boolean
  readonly headroom?: number
  readonly tailroom?: number
}

// The index may be of another namespace, where a name of this one would be wrong: IFLA_LINK_NETNSID tells.
const lowerReference: Codec<string | number> = { ...linkReference, decode: u32.decode }

const IFLA_ALT_IFNAME = 53
// ALTIFNAMSIZ and IFNAMSIZ without the final zero: include/uapi/linux/if.h
const altName = text(127)

// enum of IFLA_*: include/uapi/linux/if_link.h
export const linkAttributes: AttributeTable<LinkAttributes> = attributeTable<LinkAttributes>({
  mac: attribute(1, mac),
  broadcast: attribute(2, mac),
  name: attribute(3, text(15)),
  mtu: attribute(4, u32),
  link: attribute(5, lowerReference),
  queueDiscipline: attribute(6, text(15), state),
  // The same numbers as `statistics`, cut to 32 bits.
  shortStatistics: attribute(7, nothing, state),
  master: attribute(10, linkReference),
  txQueueLength: attribute(13, u32),
  // Interrupts and ports of ISA cards.
  map: attribute(14, nothing, state),
  operationalState: attribute(
    16,
    enumeration(u8, { unknown: 0, notpresent: 1, down: 2, lowerlayerdown: 3, testing: 4, dormant: 5, up: 6 }),
    state,
  ),
  linkMode: attribute(17, u8, state),
  linkInfo: attribute(18, linkInfo, { transparent: true }),
  namespacePid: attribute(19, u32),
  alias: attribute(20, bareText(255)),
  statistics: attribute(23, linkStatistics, state),
  familySettings: attribute(26, familySettings),
  group: attribute(27, u32),
  namespaceFd: attribute(28, u32),
  extendedMask: attribute(29, u32, state),
  promiscuity: attribute(30, u32, state),
  txQueues: attribute(31, u32),
  rxQueues: attribute(32, u32),
  carrier: attribute(33, boolean(u8)),
  carrierChanges: attribute(35, u32, state),
  linkNamespaceId: attribute(37, i32),
  protocolDown: attribute(39, boolean(u8)),
  gsoMaximumSegments: attribute(40, u32),
  gsoMaximumSize: attribute(41, u32),
  xdp: attribute(43, xdpAttributes, state),
  carrierUpCount: attribute(47, u32, state),
  carrierDownCount: attribute(48, u32, state),
  minimumMtu: attribute(50, u32, state),
  maximumMtu: attribute(51, u32, state),
  altNames: attribute(52, listOf(IFLA_ALT_IFNAME, altName)),
  altName: attribute(IFLA_ALT_IFNAME, altName),
  permanentMac: attribute(54, mac),
  protocolDownReasons: attribute(55, protocolDownReasons),
  groMaximumSize: attribute(58, u32),
  tsoMaximumSize: attribute(59, u32, state),
  tsoMaximumSegments: attribute(60, u32, state),
  allMulticastCount: attribute(61, u32, state),
  devlinkPort: attribute(62, devlinkPort, state),
  gsoIpv4MaximumSize: attribute(63, u32),
  groIpv4MaximumSize: attribute(64, u32),
  dpllPin: attribute(65, dpllPin, state),
  maximumPacingOffloadHorizon: attribute(66, nothing, state),
  namespaceImmutable: attribute(67, boolean(u8), state),
  headroom: attribute(68, u16, state),
  tailroom: attribute(69, u16, state),
})

/** RTM_NEWLINK and its kin. */
export const linkLayout: MessageLayout<LinkHeader, LinkAttributes> = { header: linkHeader, attributes: linkAttributes }
