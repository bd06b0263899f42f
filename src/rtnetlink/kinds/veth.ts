import { attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind } from './kind.js'
import { type PairOptions, peerLine } from './peer.js'

/** Options of a veth pair: `ip link add NAME type veth peer name OTHER`, man veth(4). */
export interface VethOptions extends PairOptions {}

/** `ip link add NAME type veth peer name OTHER`: two ends of one wire. */
export const veth: LinkKind<'veth', VethOptions> = defineLinkKind({
  kind: 'veth',
  // VETH_INFO_*: include/uapi/linux/veth.h
  options: attributeTable<VethOptions>({ peer: peerLine(1) }, ['peer']),
  pair: {},
  immutable: ['peer'],
  ethernet: true,
  // include/uapi/linux/if_ether.h, ETH_MAX_MTU
  largestMtu: 65_535,
  // drivers/net/veth.c, veth_setup: GRO costs more than it gives until it is asked for.
  generalDefaults: { features: { 'rx-gro': false } },
})
