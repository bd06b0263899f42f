import { boolean, enumeration, u8, u16, u32 } from '../../netlink/scalars.js'
import { attribute, attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind } from './kind.js'
import { type PairOptions, peerLine } from './peer.js'

/** What becomes of a packet that no BPF program decides about: it goes to the other end, or is dropped. */
export type NetkitPolicy = 'forward' | 'blackhole'

/** Whether a packet loses its mark and priority on the way to the other end. */
export type NetkitScrub = 'default' | 'none'

/**
 * Options of a netkit pair: `ip link add NAME type netkit`, man ip-link(8). The end that the pair is made by leads it:
 * it says what both do, and BPF programs of both are attached to it. Since Linux 6.7.
 */
export interface NetkitOptions extends PairOptions {
  /** Whether the pair carries IP packets, without ARP and MAC addresses, or Ethernet frames. Default `l3`. */
  readonly mode?: 'l3' | 'l2'
  /** What this end does with what it sends, unless a program says otherwise. Default `forward`. */
  readonly policy?: NetkitPolicy
  /** The same of the other end. Default `forward`. */
  readonly peerPolicy?: NetkitPolicy
  /** What is taken off the packets that this end sends. Default `default`. Since Linux 6.13. */
  readonly scrub?: NetkitScrub
  /** The same of the other end. Default `default`. Since Linux 6.13. */
  readonly peerScrub?: NetkitScrub
  /** Bytes that are kept free in front of the packets of both ends. Default 0. Since Linux 6.14. */
  readonly headroom?: number
  /** Bytes that are kept free behind them. Default 0. Since Linux 6.14. */
  readonly tailroom?: number
}

/** What is only read of an end. */
export interface NetkitStatus {
  /** Whether it leads the pair. */
  readonly primary?: boolean
}

// enum netkit_action, netkit_scrub: include/uapi/linux/if_link.h
const policy = enumeration(u32, { forward: 0, blackhole: 2 })
const scrub = enumeration(u32, { default: 1, none: 0 })

/** `ip link add NAME type netkit peer name OTHER`: two ends of one wire, between which BPF programs decide. */
export const netkit: LinkKind<'netkit', NetkitOptions, NonNullable<unknown>, NetkitStatus> = defineLinkKind({
  kind: 'netkit',
  // enum of IFLA_NETKIT_*: include/uapi/linux/if_link.h
  options: attributeTable<NetkitOptions>(
    {
      mode: attribute(5, enumeration(u32, { l2: 0, l3: 1 })),
      policy: attribute(3, policy, { ip: '' }),
      scrub: attribute(6, scrub),
      headroom: attribute(8, u16, { ip: false }),
      tailroom: attribute(9, u16, { ip: false }),
      peerPolicy: attribute(4, policy, { ip: '' }),
      peerScrub: attribute(7, scrub, { ip: 'scrub' }),
      peer: peerLine(1),
    },
    ['peer'],
  ),
  status: attributeTable<NetkitStatus>({ primary: attribute(2, boolean(u8)) }),
  pair: { lead: 'primary', mirrored: { policy: 'peerPolicy', scrub: 'peerScrub' } },
  // drivers/net/netkit.c, netkit_change_link
  immutable: ['peer', 'mode', 'scrub', 'peerScrub', 'headroom', 'tailroom'],
  // netkit_new_link gives addresses to frames only.
  decides: { mode: ['mac', 'arp'] },
  defaults: {
    mode: 'l3',
    policy: 'forward',
    peerPolicy: 'forward',
    scrub: 'default',
    peerScrub: 'default',
    headroom: 0,
    tailroom: 0,
  },
  generalDefaults: { arp: false },
  ethernet: true,
  noMacWith: { mode: ['l3'] },
})
