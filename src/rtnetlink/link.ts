import type { Features } from '../genetlink/ethtool/features.js'
import type { KindOptions, PortOptions } from './kinds/registry.js'
import type { AddressGenerationMode } from './linkAttributes.js'
import type { LinkState } from './linkState.js'

/** What every link has, whatever its kind. `ip link`, man ip-link(8). */
export interface GeneralLink {
  /** The interface's name, 1 to 15 bytes. */
  readonly name: string
  /** What it is, such as `bridge`; left out for a physical device. */
  readonly kind?: string
  /** Its link-layer address. */
  readonly mac?: string
  /** Its link-layer broadcast address. */
  readonly broadcast?: string
  /** Bytes that a packet may have. */
  readonly mtu?: number
  /** Whether it is administratively up. */
  readonly up?: boolean
  /** The link whose port it is, by name or index; `null` releases it. */
  readonly master?: string | number | null
  /** A text for people, up to 255 bytes. */
  readonly alias?: string
  /** Further names, up to 127 bytes each. */
  readonly altNames?: readonly string[]
  /** The group that it can be addressed with, 0 by default. */
  readonly group?: number
  /** Packets that its transmit queue holds. */
  readonly txQueueLength?: number
  /** Whether it takes frames for other addresses. */
  readonly promiscuous?: boolean
  /** Whether it takes all multicast frames. */
  readonly allMulticast?: boolean
  /** Whether it uses ARP. */
  readonly arp?: boolean
  /** Whether it can send multicast. */
  readonly multicast?: boolean
  /** How it makes its IPv6 link-local address. */
  readonly addressGenerationMode?: AddressGenerationMode
  /**
   * The last 64 bits of the IPv6 addresses that it makes of router advertisements, as an address that has no others: `::1`. The
   * kernel takes one only while it listens to routers (`accept_ra`, no forwarding, ARP): net/ipv6/addrconf.c,
   * inet6_set_iftoken. Default `::`, by {@link addressGenerationMode}. `ip token`.
   */
  readonly ipv6Token?: string
  /**
   * Whether a program, such as one that looks after redundant routers, keeps it from having a carrier. Only MACVLAN, MACVTAP and
   * VXLAN devices and some hardware can be; the kernel takes `false` only once there is no reason left that programs gave.
   * Default false. `ip link set NAME protodown on`.
   */
  readonly protocolDown?: boolean
  /**
   * Why programs keep it from having a carrier: the whole list of numbers from 0 to 31, each of a program's own choice
   * (/etc/iproute2/protodown_reasons.d). The kernel does nothing by them but to refuse `protocolDown: false` while there are
   * any (net/core/rtnetlink.c, do_set_proto_down); the links that can have them are the same. Since Linux 5.9. Default none.
   * `ip link set NAME protodown_reason 3 on`.
   */
  readonly protocolDownReasons?: readonly number[]
  /** Transmit queues; at creation only. */
  readonly txQueues?: number
  /** Receive queues; at creation only. */
  readonly rxQueues?: number
  /** Bytes of the largest super-packet it is given. */
  readonly gsoMaximumSize?: number
  /** Segments of the largest super-packet it is given. */
  readonly gsoMaximumSegments?: number
  /** Bytes of the largest super-packet it makes of received ones. */
  readonly groMaximumSize?: number
  /** {@link gsoMaximumSize} for IPv4. */
  readonly gsoIpv4MaximumSize?: number
  /** {@link groMaximumSize} for IPv4. */
  readonly groIpv4MaximumSize?: number
  /** What the device does itself, such as checksums and segmentation, by the kernel's names: `ethtool -k`. */
  readonly features?: Features
}

/** A link as it is made: general properties, the options under the name of the kind, and those as a port. */
export interface Link extends GeneralLink, KindOptions, PortOptions {}

/** A link as the kernel lists it. */
export interface ListedLink extends Link, LinkState {}
