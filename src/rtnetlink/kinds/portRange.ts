import { be16 } from '../../netlink/scalars.js'
import { field, type Struct, struct } from '../../netlink/struct.js'

/** UDP ports from first to last. */
export interface UdpPortRange {
  /** The first port. */
  readonly low: number
  /** The last port. */
  readonly high: number
}

// struct ifla_vxlan_port_range and ifla_geneve_port_range: include/uapi/linux/if_link.h
/** The codec of {@link UdpPortRange}. */
export const udpPortRange: Struct<UdpPortRange> = struct<UdpPortRange>(4, { low: field(0, be16), high: field(2, be16) })
