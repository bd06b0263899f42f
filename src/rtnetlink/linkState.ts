import type { UnknownAttribute } from '../netlink/attribute.js'
import type { OperationalState } from './linkAttributes.js'
import type { DevlinkPort, DpllPin } from './linkHardware.js'
import type { LinkStatistics } from './linkStatistics.js'
import type { LinkXdp } from './linkXdp.js'

/** What is only read of a link. Builders leave it out, so that what a list returns can be given back. */
export interface LinkState {
  /** The interface index. */
  readonly index: number
  /** The kernel's ARPHRD_* number: 1 is Ethernet, 772 loopback, 65534 none. */
  readonly hardwareType: number
  /** The kernel's IFF_* flags. */
  readonly flags: number
  /** Whether it can carry packets, RFC 2863. */
  readonly operationalState?: OperationalState
  /** Whether it has a carrier. */
  readonly carrier?: boolean
  /** The kind of its master, such as `bridge`. */
  readonly masterKind?: string
  /** The device below or the peer, by name, or by index where it is in another namespace. */
  readonly link?: string | number
  /** The id of the namespace that {@link link} is in, where that is another one. */
  readonly linkNamespaceId?: number
  /** The smallest MTU it takes. */
  readonly minimumMtu?: number
  /** The largest MTU it takes; 0 where there is no limit. */
  readonly maximumMtu?: number
  /** The MAC address it was made with. */
  readonly permanentMac?: string
  /** Whether it stays in its namespace for good, as `lo` and bridges do; left out where it may leave. Since Linux 6.15. */
  readonly namespaceImmutable?: boolean
  /** The programs that its packets pass first, where there are any. */
  readonly xdp?: LinkXdp
  /** The port of a device that it is, as `devlink` names it. */
  readonly devlinkPort?: DevlinkPort
  /** The pin of a clock that it gives its frequency to. */
  readonly dpllPin?: DpllPin
  /** What went through it since it was made. */
  readonly statistics?: LinkStatistics
  /** What only this kind tells, such as a bridge's root. */
  readonly status?: object
  /** What only a port tells, such as its STP state. */
  readonly portStatus?: object
  /** IPV4_DEVCONF_* settings, `u32` each, from number 1 on. */
  readonly ipv4Settings?: Uint8Array
  /** DEVCONF_* settings of IPv6, `s32` each, from number 0 on. */
  readonly ipv6Settings?: Uint8Array
  /** Attributes that this version of the SDK does not know. */
  readonly unknown?: readonly UnknownAttribute[]
}

/** Its properties, for whoever tells them from those that a link is given. */
export const linkStateNames: { readonly [Name in keyof Required<LinkState>]: 'told' } = {
  index: 'told',
  hardwareType: 'told',
  flags: 'told',
  operationalState: 'told',
  carrier: 'told',
  masterKind: 'told',
  link: 'told',
  linkNamespaceId: 'told',
  minimumMtu: 'told',
  maximumMtu: 'told',
  permanentMac: 'told',
  namespaceImmutable: 'told',
  xdp: 'told',
  devlinkPort: 'told',
  dpllPin: 'told',
  statistics: 'told',
  status: 'told',
  portStatus: 'told',
  ipv4Settings: 'told',
  ipv6Settings: 'told',
  unknown: 'told',
}
