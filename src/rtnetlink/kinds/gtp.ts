import { boolean, enumeration, ipAddress, u8, u32 } from '../../netlink/scalars.js'
import { attribute, attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind } from './kind.js'

/** Options of a GTP device: `ip link add type gtp help`; its tunnels are told by a generic netlink family of its own. */
export interface GtpOptions {
  /** Which end it is: the gateway, or the serving node. Default `ggsn`. */
  readonly role?: 'ggsn' | 'sgsn'
  /** How many buckets its table has. Default 1024. */
  readonly hashSize?: number
  /** The number of restarts that it answers echo requests with. Default 0. Since Linux 5.18. */
  readonly restartCount?: number
  /** Whether the kernel opens the UDP sockets; taken for true of a device that is there. Since Linux 5.18. */
  readonly createSockets?: boolean
  /**
   * The address that the sockets are bound to, IPv4 or IPv6, with {@link createSockets}. The kernel does not tell it afterwards.
   * Default `0.0.0.0`. Since Linux 6.10.
   */
  readonly local?: string
}

/** `ip link add NAME type gtp`: the user's packets of a mobile network. */
export const gtp: LinkKind<'gtp', GtpOptions> = defineLinkKind({
  kind: 'gtp',
  ethernet: false,
  // enum of IFLA_GTP_*, enum ifla_gtp_role: include/uapi/linux/if_link.h
  options: attributeTable<GtpOptions>({
    hashSize: attribute(3, u32, { ip: 'hsize' }),
    role: attribute(4, enumeration(u32, { ggsn: 0, sgsn: 1 })),
    // ip has them opened wherever it is told an option.
    createSockets: attribute(5, boolean(u8), { absent: true, ip: 'role {role}' }),
    restartCount: attribute(6, u8, { ip: 'restart_count' }),
    local: attribute(7, ipAddress, { ipv6Type: 8, ip: false }),
  }),
  // drivers/net/gtp.c has no changelink; gtp_fill_info does not tell who opened the sockets, and where.
  immutable: ['role', 'hashSize', 'restartCount', 'createSockets', 'local'],
  untold: ['local'],
  boundTo: ['local'],
  // With IPv6 sockets gtp_newlink has the last word.
  setAfterCreation: { mtu: {} },
  needsOneOf: [['createSockets']],
  defaults: { role: 'ggsn', hashSize: 1024, restartCount: 0 },
  generalDefaults: { mtu: undefined, arp: false },
})
