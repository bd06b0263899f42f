/**
 * Declarative Linux networking: write down what the network should look like and {@link apply} it.
 *
 * @module linkwright
 */
export {
  type ErrorCode,
  NetworkError,
  type NetworkErrorDetails,
  type OwnErrorCode,
  type Problem,
  type Recovery,
  type RollbackReport,
} from './error.js'
export type { FeatureState, Features } from './genetlink/ethtool/features.js'
export { generatePresharedKey, generatePrivateKey, publicKeyOf } from './genetlink/wireguard/key.js'
export type { FirecrackerInterface, Guest } from './guests/guest.js'
export { type GuestNetwork, guestNetwork } from './guests/guestNetwork.js'
export type { GuestNetworkOptions, GuestOptions, GuestPort, GuestSettings } from './guests/options.js'
export type { Family } from './ip/address.js'
export type { RequestOptions } from './netlink/exchange.js'
export { FfiTransport, type FfiTransportOptions } from './netlink/transports/ffi.js'
export { NpmNetlinkTransport, type NpmNetlinkTransportOptions } from './netlink/transports/npmNetlink.js'
export type { Datagram, Received, Transport } from './netlink/transports/transport.js'
export { Addresses } from './network/addresses.js'
export { Ethtool } from './network/ethtool.js'
export type { ChangeAction, EventSelection, NetworkChange, NetworkEvent } from './network/event.js'
export { NetworkEvents } from './network/events.js'
export { Fdb, type FdbQuery } from './network/fdb.js'
export type { LinkReference } from './network/linkReference.js'
export { Links } from './network/links.js'
export { Macsec, type MacsecListed } from './network/macsec.js'
export { Mdb, type MdbFilter } from './network/mdb.js'
export { type Namespaces, namespaces } from './network/namespaces.js'
export { Neighbors } from './network/neighbors.js'
export { Network, type NetworkOptions } from './network/network.js'
export { Nexthops } from './network/nexthops.js'
export type { ListOptions } from './network/objects.js'
export { type QdiscFilter, Qdiscs } from './network/qdiscs.js'
export { type RouteKey, Routes } from './network/routes.js'
export { type RuleFilter, Rules } from './network/rules.js'
export { Team, type TeamListed, type TeamPortListed } from './network/team.js'
export { TrafficClasses } from './network/trafficClasses.js'
export { type OpenDevice, TunTap } from './network/tuntap.js'
export { type VlanFilter, Vlans } from './network/vlans.js'
export { type VniFilter, Vnis } from './network/vnis.js'
export { Wireguard, type WireguardListed, type WireguardListOptions } from './network/wireguard.js'
export { type ApplyReport, apply, plan } from './reconcile/apply.js'
export type { Lacking } from './reconcile/capability/capability.js'
export type { TriedValue } from './reconcile/capability/sampleOfValue.js'
export {
  type Guard,
  type GuardContext,
  type PingOptions,
  ping,
  type ReachOptions,
  type TcpOptions,
  tcp,
} from './reconcile/guards/index.js'
export type {
  ApplyOptions,
  PlaceOptions,
  PlanOptions,
  SnapshotOptions,
  TransactionOptions,
} from './reconcile/options/options.js'
export { Plan } from './reconcile/plan/plan.js'
export { snapshot } from './reconcile/snapshot.js'
export type { Disruption, Step, StepAction, StepObject } from './reconcile/steps/step.js'
export { confirm, type RollbackResult, rollback } from './reconcile/transaction/confirm.js'
export type { Drift, WatchOptions } from './reconcile/watch/drift.js'
export { watch } from './reconcile/watch/watch.js'
export { type Kernel, type KernelMaker, machineKernel, type NetlinkProtocol } from './reconcile/world/kernel.js'
export { Err, Ok, type Result } from './result.js'
export type { Address, AddressFilter, ListedAddress } from './rtnetlink/address.js'
export type {
  AnyEncapsulation,
  Encapsulation,
  Ip6Encapsulation,
  IpEncapsulation,
  MplsEncapsulation,
  OpaqueEncapsulation,
  Seg6Encapsulation,
  Seg6LocalEncapsulation,
} from './rtnetlink/encapsulation/encapsulation.js'
export type { Seg6Flavor, Seg6Flavors } from './rtnetlink/encapsulation/flavors.js'
export type { ErspanMetadata, IpEncapsulationOptions, VxlanMetadata } from './rtnetlink/encapsulation/ipOptions.js'
export type { EncapsulationPart } from './rtnetlink/encapsulation/probe.js'
export type { GeneralLink, Link, ListedLink } from './rtnetlink/link.js'
export type { DevlinkPort, DpllPin } from './rtnetlink/linkHardware.js'
export type { LinkFilter } from './rtnetlink/linkMessages.js'
export type { LinkState } from './rtnetlink/linkState.js'
export type { LinkStatistics } from './rtnetlink/linkStatistics.js'
export type { LinkXdp } from './rtnetlink/linkXdp.js'
export type { ListedNeighbor, Neighbor, NeighborFilter, NeighborState } from './rtnetlink/neighbor.js'
export type { ListedNexthopObject, NexthopFilter, NexthopMember, NexthopObject } from './rtnetlink/nexthop.js'
export type { FifoOptions } from './rtnetlink/qdiscs/fifo.js'
export type { FqOptions } from './rtnetlink/qdiscs/fq.js'
export type { FqCodelOptions } from './rtnetlink/qdiscs/fqCodel.js'
export type { HtbOptions } from './rtnetlink/qdiscs/htb.js'
export type { HtbClassOptions } from './rtnetlink/qdiscs/htbClass.js'
export type { NoQdiscOptions } from './rtnetlink/qdiscs/ingress.js'
export type { NetemOptions } from './rtnetlink/qdiscs/netem.js'
export type { ListedQdisc, OpaqueQdisc, Qdisc, QdiscPlace } from './rtnetlink/qdiscs/qdisc.js'
export type { QdiscOptions } from './rtnetlink/qdiscs/registry.js'
export type { SfqOptions } from './rtnetlink/qdiscs/sfq.js'
export type { TbfOptions } from './rtnetlink/qdiscs/tbf.js'
export type { ListedTrafficClass, TrafficClass } from './rtnetlink/qdiscs/trafficClass.js'
export type { ListedRoute, Nexthop, Route, RouteFilter, RouteMetrics, RouteQuery } from './rtnetlink/route.js'
export type { ListedRule, Rule } from './rtnetlink/rule.js'
export type { Scope } from './rtnetlink/scope.js'
export type * from './spec/firewallTypes.js'
export type * from './spec/qdiscTypes.js'
export type { RouteReadOptions } from './spec/routeReading.js'
export { RouteSet, type RouteTextOptions } from './spec/routeSet.js'
export type { RouteSource } from './spec/routeSource.js'
export type * from './spec/types.js'
export type { PropertyChange } from './state/equal.js'
export type { NamespaceReference } from './system/namespace.js'
export type { TunTapConfiguration, TunTapFraming, TunTapMode } from './tuntap/configuration.js'
export { TunTapDevice } from './tuntap/device.js'
export type { Offload, OpenOptions } from './tuntap/options.js'
