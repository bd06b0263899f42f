import { be32 } from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind } from './kind.js'
import { type TunnelEnds, tunnelEndDefaults, tunnelEnds } from './tunnel.js'

/** Options of a virtual tunnel interface of IPsec: `ip link add type vti help`, man ip-link(8). */
export interface VtiOptions extends TunnelEnds {
  /** The mark by which policies know received packets. Default 0. */
  readonly inputKey?: number
  /** The mark by which policies know sent packets. Default 0. */
  readonly outputKey?: number
}

// enum of IFLA_VTI_*: include/uapi/linux/if_tunnel.h
const optionsOf = (family: 'inet' | 'inet6'): AttributeTable<VtiOptions> =>
  attributeTable<VtiOptions>({
    ...tunnelEnds(family, { link: 1, local: 4, remote: 5, fwmark: 6 }),
    inputKey: attribute(2, be32, { ip: 'ikey' }),
    outputKey: attribute(3, be32, { ip: 'okey' }),
  })

const shared = { changedAsWhole: true, dependsOn: ['link'], survivesLower: true } as const

/** `ip link add NAME type vti`: what IPsec protects over IPv4, as a device. */
export const vti: LinkKind<'vti', VtiOptions> = defineLinkKind({
  ...shared,
  kind: 'vti',
  ethernet: false,
  options: optionsOf('inet'),
  defaults: { ...tunnelEndDefaults('inet'), inputKey: 0, outputKey: 0 },
  generalDefaults: { mtu: undefined, multicast: false, arp: false },
})

/** `ip link add NAME type vti6`: what IPsec protects over IPv6, as a device. */
export const vti6: LinkKind<'vti6', VtiOptions> = defineLinkKind({
  ...shared,
  kind: 'vti6',
  ethernet: false,
  options: optionsOf('inet6'),
  defaults: { ...tunnelEndDefaults('inet6'), inputKey: 0, outputKey: 0 },
  generalDefaults: { mtu: undefined, multicast: false, arp: false },
})
