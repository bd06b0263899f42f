// The kinds that are known from the start: a new one is one file beside this one, and one line here.
export { type AmtOptions, type AmtStatus, amt } from './amt.js'
export { type BareudpOptions, bareudp } from './bareudp.js'
export { type BatadvOptions, batadv } from './batadv.js'
export { type BondAggregator, type BondOptions, type BondStatus, bond } from './bond.js'
export { type BridgeOptions, type BridgeStatus, bridge } from './bridge.js'
export { type VcanOptions, type VxcanOptions, vcan, vxcan } from './can.js'
export { type DummyOptions, dummy } from './dummy.js'
export { type GeneveOptions, geneve } from './geneve.js'
export {
  type ErspanHeader,
  type ErspanOptions,
  erspan,
  type GreHeader,
  type GreOptions,
  gre,
  gretap,
  type Ip6erspanOptions,
  type Ip6greOptions,
  ip6erspan,
  ip6gre,
  ip6gretap,
} from './gre.js'
export { type GtpOptions, gtp } from './gtp.js'
export { type HsrOptions, type HsrStatus, hsr } from './hsr.js'
export { type IfbOptions, ifb } from './ifb.js'
export { type Ip6tnlOptions, ip6tnl } from './ip6tnl.js'
export { type IpipOptions, ipip, type SitOptions, sit } from './ipip.js'
export { type IpvlanOptions, ipvlan, ipvtap } from './ipvlan.js'
export {
  type MacsecAssociation,
  type MacsecAssociationStatus,
  type MacsecChannel,
  type MacsecChannelStatus,
  type MacsecCipherSuite,
  type MacsecConfiguration,
  type MacsecOptions,
  type MacsecStatus,
  macsec,
} from './macsec.js'
export { type MacvlanOptions, type MacvlanStatus, macvlan, macvtap } from './macvlan.js'
export { type NetkitOptions, type NetkitPolicy, type NetkitScrub, type NetkitStatus, netkit } from './netkit.js'
export { type NlmonOptions, nlmon } from './nlmon.js'
export { type OvpnOptions, ovpn } from './ovpn.js'
export type { UdpPortRange } from './portRange.js'
export { type TeamMode, type TeamOptions, type TeamPortOptions, team } from './team.js'
export { type TunTapOptions, type TunTapStatus, tap, tun } from './tuntap.js'
export { type VethOptions, veth } from './veth.js'
export { type VirtWifiOptions, virtWifi } from './virtWifi.js'
export { type VlanOptions, type VlanPriorityMapping, vlan } from './vlan.js'
export { type VrfOptions, vrf } from './vrf.js'
export { type VsockmonOptions, vsockmon } from './vsockmon.js'
export { type VtiOptions, vti, vti6 } from './vti.js'
export { type VxlanOptions, vxlan } from './vxlan.js'
export {
  type WireguardOptions,
  type WireguardPeer,
  type WireguardPeerStatus,
  type WireguardStatus,
  wireguard,
} from './wireguard.js'
export { type XfrmOptions, xfrm } from './xfrm.js'
