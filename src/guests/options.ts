import type { HostAccessSpec, PortForwardSpec, RateSpec } from '../spec/firewallTypes.js'

/** What is said of every guest, or of one. */
export interface GuestSettings {
  /** What of the host it may reach; `[]` is nothing. Default: everything. */
  readonly host?: readonly HostAccessSpec[]
  /** Whether it may reach no other guest. Default true. */
  readonly isolated?: boolean
  /** How much may come from it. Default: no limit. */
  readonly ingress?: RateSpec
  /** How much may go to it. Default: no limit. */
  readonly egress?: RateSpec
  /** The user, by name or number, that may open its TAP device without privileges: the one that the VMM runs as. */
  readonly owner?: string | number
  /** The group of users that may. */
  readonly group?: string | number
}

/** A guest. */
export interface GuestOptions extends GuestSettings {
  /** What it is called; it becomes its host name. */
  readonly name: string
  /** Its place in the subnet, from which its addresses, MAC address and device follow; from 0. Default: the next free. */
  readonly slot?: number
  /** Ports of the host that lead to it: `{ protocol: 'tcp', port: 8080, guestPort: 80 }`. */
  readonly portForward?: readonly GuestPort[]
}

/** A port of the host that leads to a guest. */
export interface GuestPort extends Pick<PortForwardSpec, 'protocol' | 'port'> {
  /** The port of the guest. Default: the same. */
  readonly guestPort?: number
}

/** What a network of guests is made from. */
export interface GuestNetworkOptions extends GuestSettings {
  /**
   * `bridged`: all guests hang on one bridge, whose address is their gateway. `routed`: each has a network of its own
   * with the host, so that guests share no Ethernet.
   */
  readonly mode: 'bridged' | 'routed'
  /** The IPv4 prefix that addresses are taken from: `10.0.0.0/24`. */
  readonly subnet: string
  /** The IPv6 prefix that addresses are taken from: `fd00::/64`. Default: no IPv6. */
  readonly subnet6?: string
  /** How many guests, named `guest0`, `guest1` …, or the guests, by name or with options. */
  readonly guests: number | readonly (string | GuestOptions)[]
  /** Places by name, of guests that are to keep theirs: `slots` of an earlier result. */
  readonly slots?: Readonly<Record<string, number>>
  /** The link by which guests reach the world, under its address. Default: they don't. */
  readonly uplink?: string
  /** The name of the bridge. Default `guests`. */
  readonly bridge?: string
  /** What the names of TAP devices begin with; the slot follows. Default `tap`. */
  readonly tapPrefix?: string
  /** The length of a routed guest's own prefix. Default 30, which every guest understands; 31 takes half the addresses. */
  readonly prefixLength?: 30 | 31
  /** The MTU of bridge, devices and guests, in bytes. Default: the kernel's, 1500. */
  readonly mtu?: number
  /** Name servers for the guests, at most two. */
  readonly nameServers?: readonly string[]
}
