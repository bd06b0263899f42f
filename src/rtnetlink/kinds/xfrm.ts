import { flag, linkReference, ranged, u32 } from '../../netlink/scalars.js'
import { attribute, attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind } from './kind.js'

/** Options of an interface of IPsec: `ip link add type xfrm help`, man ip-link(8). */
export interface XfrmOptions {
  /** The device that packets go out by. Default: as routed. */
  readonly link?: string | number
  /** The number by which policies and states name it, other than 0. */
  readonly id?: number
  /** Whether each packet's route says which policy it is for; then without an {@link id}. Default false. */
  readonly collectMetadata?: boolean
}

/** `ip link add NAME type xfrm if_id ID`: what IPsec protects, as a device. */
export const xfrm: LinkKind<'xfrm', XfrmOptions> = defineLinkKind({
  kind: 'xfrm',
  ethernet: false,
  // enum of IFLA_XFRM_*: include/uapi/linux/if_link.h
  options: attributeTable<XfrmOptions>({
    link: attribute(1, linkReference, { ip: 'dev' }),
    id: attribute(2, ranged(u32, 0, 0xffffffff), { ip: 'if_id' }),
    collectMetadata: attribute(3, flag, { absent: false, ip: 'external|' }),
  }),
  // net/xfrm/xfrm_interface_core.c, xfrmi_changelink: what it takes differs between versions of Linux.
  immutable: ['link', 'id', 'collectMetadata'],
  needsOneOf: [['id'], ['collectMetadata']],
  defaults: { link: 0, collectMetadata: false },
  generalDefaults: { mtu: undefined, arp: false, multicast: false },
  dependsOn: ['link'],
  survivesLower: true,
})
