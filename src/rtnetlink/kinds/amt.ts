import { be16, enumeration, ipv4, linkReference, u32 } from '../../netlink/scalars.js'
import { attribute, attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind } from './kind.js'

/** Options of a tunnel for multicast, RFC 7450: `ip link add type amt help`. Since Linux 5.16. */
export interface AmtOptions {
  /** Whether it asks for groups, or hands them out. */
  readonly mode?: 'gateway' | 'relay'
  /** The device that the tunnel goes out by. */
  readonly link?: string | number
  /** The IPv4 address of this end. */
  readonly local?: string
  /** The IPv4 address at which a gateway looks for a relay; a relay has none. */
  readonly discovery?: string
  /** The UDP port of relays. Default 2268. */
  readonly relayPort?: number
  /** The UDP port of gateways. Default 2268. */
  readonly gatewayPort?: number
  /** How many gateways a relay serves. Default 128. */
  readonly maximumTunnels?: number
}

/** What is only read of a tunnel. */
export interface AmtStatus {
  /** The relay that a gateway has found. */
  readonly remote?: string
}

/** `ip link add NAME type amt`: multicast through networks that have none, in UDP. */
export const amt: LinkKind<'amt', AmtOptions, NonNullable<unknown>, AmtStatus> = defineLinkKind({
  kind: 'amt',
  // enum of IFLA_AMT_*: include/uapi/linux/amt.h
  options: attributeTable<AmtOptions>(
    {
      mode: attribute(1, enumeration(u32, { gateway: 0, relay: 1 })),
      relayPort: attribute(2, be16),
      gatewayPort: attribute(3, be16),
      link: attribute(4, linkReference, { ip: 'dev' }),
      local: attribute(5, ipv4),
      discovery: attribute(7, ipv4),
      maximumTunnels: attribute(8, u32, { ip: 'max_tunnels' }),
    },
    ['mode', 'link', 'local'],
  ),
  status: attributeTable<AmtStatus>({ remote: attribute(6, ipv4) }),
  // drivers/net/amt.c has no changelink.
  immutable: ['mode', 'link', 'local', 'discovery', 'relayPort', 'gatewayPort', 'maximumTunnels'],
  immutableProperties: ['mac'],
  defaults: { discovery: '0.0.0.0', relayPort: 2268, gatewayPort: 2268, maximumTunnels: 128 },
  generalDefaults: { mtu: undefined },
  dependsOn: ['link'],
  ethernet: true,
})
