import { enumeration, linkReference, mac, u8, u16 } from '../../netlink/scalars.js'
import { attribute, attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind, type NoOptions } from './kind.js'

/** Options of a redundant ring or network: `ip link add type hsr help`, IEC 62439-3. */
export interface HsrOptions {
  /** The first of the two devices that every frame goes out by. */
  readonly slave1?: string | number
  /** The second one. */
  readonly slave2?: string | number
  /** A device that joins another ring. Linux 6.18 and older do not tell it afterwards. Default none. Since Linux 6.10. */
  readonly interlink?: string | number
  /** What frames carry: a tag in front (HSR), or a trailer (PRP). Default `hsr`. */
  readonly protocol?: 'hsr' | 'prp'
  /** The version of HSR; Linux 6.18 and older do not tell it afterwards. Default 0. */
  readonly version?: number
  /** The last byte of the address of supervision frames. Default 0. */
  readonly supervision?: number
}

/** What such a device tells of itself. */
export interface HsrStatus {
  /** The address that supervision frames go to. */
  readonly supervisionMac?: string
  /** The number of the next frame. */
  readonly sequence?: number
}

/** `ip link add NAME type hsr slave1 A slave2 B`: every frame goes both ways round a ring, and the first one counts. */
export const hsr: LinkKind<'hsr', HsrOptions, NoOptions, HsrStatus> = defineLinkKind({
  kind: 'hsr',
  // enum of IFLA_HSR_*: include/uapi/linux/if_link.h
  options: attributeTable<HsrOptions>(
    {
      slave1: attribute(1, linkReference),
      slave2: attribute(2, linkReference),
      interlink: attribute(8, linkReference),
      // The kernel tells the whole address.
      supervision: attribute(3, u8, { toldIn: { type: 4, start: 5 } }),
      version: attribute(6, u8),
      protocol: attribute(7, enumeration(u8, { hsr: 0, prp: 1 }), { ip: { hsr: 'proto 0', prp: 'proto 1' } }),
    },
    ['slave1', 'slave2'],
  ),
  status: attributeTable<HsrStatus>({ supervisionMac: attribute(4, mac), sequence: attribute(5, u16) }),
  // net/hsr/hsr_netlink.c has no changelink, and hsr_fill_info does not tell all: newer ones tell the version.
  immutable: ['slave1', 'slave2', 'interlink', 'protocol', 'version', 'supervision'],
  untold: ['interlink', 'version'],
  onlyWith: { version: { protocol: ['hsr'] } },
  dependsOn: ['slave1', 'slave2', 'interlink'],
  // net/hsr/hsr_slave.c, hsr_check_dev_ok
  neverOn: ['vlan', 'hsr'],
  ethernetBelow: true,
  takesFramesAs: 'HSR',
  // net/hsr/hsr_device.c, hsr_dev_finalize
  macOf: 'slave1',
  ethernet: true,
  defaults: { protocol: 'hsr', supervision: 0, version: 0 },
  generalDefaults: { mtu: undefined },
})
