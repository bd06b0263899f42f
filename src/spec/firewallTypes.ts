/** Network address translation, by nf_tables: `nft`, man nft(8). */
export interface NatSpec {
  /** What leaves gets the address of the link that it leaves by. */
  readonly masquerade?: readonly MasqueradeSpec[]
  /** Connections to this host that go on to another one. */
  readonly portForward?: readonly PortForwardSpec[]
}

/**
 * Packets of a prefix that leave get the address of the link that they leave by:
 * `nft add rule … ip saddr FROM oifname OUT masquerade`. Prefix and link name it.
 */
export interface MasqueradeSpec {
  /** The prefix that packets come from: `10.0.0.0/24`. */
  readonly from: string
  /** The link that they leave by; it need not exist yet. Default: any, as long as they leave the prefix. */
  readonly out?: string
  /** `true` removes it. */
  readonly absent?: boolean
}

/**
 * Connections to a port of this host that go on to another one: `nft add rule … tcp dport PORT dnat to TO`. Everything
 * but `to` names it.
 */
export interface PortForwardSpec {
  /** The transport protocol. */
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  /** The port of this host, 1 to 65535. */
  readonly port: number
  /**
   * Where they go: `10.0.0.2:80`, `[fd00::2]:80`, or an address alone for the same port. Needed, but for one that is to be
   * `absent`, which without it is one of the family of `address`, else of IPv4 and of IPv6.
   */
  readonly to?: string
  /** The link that they come in by; it need not exist yet. Default: any. */
  readonly in?: string
  /** The address of this host that they are for. Default: any. */
  readonly address?: string
  /** `true` removes it. */
  readonly absent?: boolean
}

/**
 * What the guest behind a link may do, such as the virtual machine of a TAP device. Once given it is the whole: what is
 * left out is not confined. The rules are nf_tables' and go by the link's name, so that they hold from a device's first
 * packet on, whether it is a port of a bridge or routed.
 */
export interface ConfineSpec {
  /** The only MAC address that frames may come from. */
  readonly mac?: string
  /**
   * The only IP addresses that packets may come from, by ARP and neighbor discovery, too; where one is IPv6 and `mac` is
   * given, the link-local address made of that as well. Anything but ARP and IP is dropped, and so is what only routers
   * and DHCP servers say.
   */
  readonly addresses?: readonly string[]
  /**
   * What of this host may be reached; `[]` is nothing but neighbor discovery. Answers to what the host itself began pass.
   * Needs `addresses`. Default: everything.
   */
  readonly host?: readonly HostAccessSpec[]
  /** Whether it reaches no other isolated one by way of this host. Needs `addresses`. Default false. */
  readonly isolated?: boolean
  /** How much may come from the guest; what is beyond it is dropped. Default: no limit. */
  readonly ingress?: RateSpec
  /** How much may go to the guest; what is beyond it is dropped. Default: no limit. */
  readonly egress?: RateSpec
}

/** A service of this host. */
export interface HostAccessSpec {
  /** The protocol; `icmp` is that of IPv6, too. */
  readonly protocol: 'tcp' | 'udp' | 'sctp' | 'icmp'
  /** The port, 1 to 65535; not for `icmp`. Default: all. */
  readonly port?: number
}

/** How much may pass. */
export interface RateSpec {
  /** Bits of IP packets a second, 8 to 147 billion; a second's worth may come at once, and at least 256 KiB. */
  readonly bits?: number
  /**
   * Packets a second, 1 to 100 million, of which a tenth may come at once, and at least 16; super-packets of a device
   * with offloads count as one.
   */
  readonly packets?: number
}
