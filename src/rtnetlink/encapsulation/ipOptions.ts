import { be32, enumeration, ranged, u8, u32 } from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'

/** What a VXLAN device with `gbp` puts into its header: `vxlan_opts`. */
export interface VxlanMetadata {
  /** The group policy, whose id is in the last 16 bits. */
  readonly gbp: number
}

/** What an ERSPAN device puts into its header: `erspan_opts`. */
export interface ErspanMetadata {
  /** The version of ERSPAN, 1 or 2. */
  readonly version: number
  /** Of version 1, and needed there: the port that mirrored frames come from, 0 to 1048575. */
  readonly index?: number
  /** Of version 2, and needed there: whether mirrored frames came in or went out. */
  readonly direction?: 'ingress' | 'egress'
  /** Of version 2, and needed there: the number of the mirroring engine, 0 to 63. */
  readonly hardwareId?: number
}

/**
 * What an outer header has for one kind of tunnel. Those of Geneve are not among them: kernels from Linux 6.15 on that check
 * the bounds of copies die of them (net/ipv4/ip_tunnel_core.c, ip_tun_parse_opts_geneve).
 */
export interface IpEncapsulationOptions {
  /** For VXLAN. */
  readonly vxlan?: VxlanMetadata
  /** For ERSPAN. */
  readonly erspan?: ErspanMetadata
}

// LWTUNNEL_IP_OPT_VXLAN_*: include/uapi/linux/lwtunnel.h
/** The attributes of {@link VxlanMetadata}. */
export const vxlanMetadata: AttributeTable<VxlanMetadata> = attributeTable<VxlanMetadata>({ gbp: attribute(1, u32) }, [
  'gbp',
])

// LWTUNNEL_IP_OPT_ERSPAN_*: include/uapi/linux/lwtunnel.h
/** The attributes of {@link ErspanMetadata}. */
export const erspanMetadata: AttributeTable<ErspanMetadata> = attributeTable<ErspanMetadata>(
  {
    version: attribute(1, ranged(u8, 1, 2)),
    index: attribute(2, ranged(be32, 0, 0xfffff)),
    direction: attribute(3, enumeration(u8, { ingress: 0, egress: 1 })),
    hardwareId: attribute(4, ranged(u8, 0, 63)),
  },
  ['version'],
)

// LWTUNNEL_IP_OPTS_*: include/uapi/linux/lwtunnel.h
/** The attributes of {@link IpEncapsulationOptions}, the same for IPv4 and IPv6. */
export const ipOptions: AttributeTable<IpEncapsulationOptions> = attributeTable<IpEncapsulationOptions>({
  vxlan: attribute(2, vxlanMetadata),
  erspan: attribute(3, erspanMetadata),
})
