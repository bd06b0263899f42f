/**
 * Typed builders and decoders of rtnetlink messages. A builder such as {@link newRoute} makes an inert
 * {@link NetlinkMessage}, of which {@link stamped} makes what is sent; a decoder such as {@link decodeRoute} reads the body of
 * one that was received. What a decoder returns is valid input of the builders.
 *
 * Links are told by name or by index. Messages hold the index, so that a name needs an {@link EncodeContext}.
 *
 * @module rtnetlink
 */
export type { Family } from '../ip/address.js'
export type { UnknownAttribute } from '../netlink/attribute.js'
export type { BitLayout } from '../netlink/attributeReader.js'
export { Payload, Writer } from '../netlink/bytes.js'
export {
  type Codec,
  type DecodeContext,
  type Domain,
  type EncodeContext,
  MalformedError,
  withoutNames,
} from '../netlink/codec.js'
export {
  type Acknowledgement,
  acknowledgementError,
  decodeDoneMessage,
  decodeErrorMessage,
} from '../netlink/extendedAck.js'
export { listOf, repeated, unorderedListOf } from '../netlink/lists.js'
export {
  buildMessage,
  decodeMessage,
  type MessageLayout,
  type MessageParts,
  messagesOf,
  type NetlinkMessage,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLMSG_DONE,
  NLMSG_ERROR,
  type ReceivedMessage,
} from '../netlink/message.js'
export {
  be16,
  be32,
  binary,
  boolean,
  castAddress,
  enumeration,
  flag,
  i8,
  i32,
  ipAddress,
  ipv4,
  ipv6,
  linkReference,
  mac,
  ranged,
  seconds,
  text,
  u8,
  u16,
  u32,
  u64,
  u64AsNumber,
} from '../netlink/scalars.js'
export { stamped } from '../netlink/stamp.js'
export { type Field, field, type Struct, struct } from '../netlink/struct.js'
export {
  type AnyAttributeTable,
  type Attribute,
  type AttributeDetails,
  type AttributeTable,
  attribute,
  attributeTable,
  type Lines,
} from '../netlink/table.js'
export {
  type Address,
  type AddressFilter,
  decodeAddress,
  deleteAddress,
  dumpAddresses,
  type ListedAddress,
  newAddress,
  replaceAddress,
} from './address.js'
export { type AddressAttributes, type AddressHeader, addressLayout, type Lifetimes } from './addressAttributes.js'
export {
  addVlans,
  type BridgeGlobalVlanOptions,
  type BridgeVlan,
  decodeGlobalVlanOptions,
  decodeVlans,
  deleteVlans,
  dumpGlobalVlanOptions,
  dumpVlans,
  type GlobalVlanOptions,
  type ListedBridgeVlan,
  type ListedGlobalVlanOptions,
  type PortVlan,
  replaceVlans,
  setGlobalVlanOptions,
  setVlans,
} from './bridgeVlan.js'
export {
  type BridgeVlanAttributes,
  type BridgeVlanEntry,
  type BridgeVlanHeader,
  type BridgeVlanInfo,
  type BridgeVlanTunnel,
  bridgeVlanLayout,
  type GlobalVlanEntry,
  type StpState,
} from './bridgeVlanAttributes.js'
export { changeLinkMessages, type LinkChange, wholeChanges } from './changeLink.js'
export { createLinkMessages } from './createLink.js'
export { decodeLink, decodeLinkName } from './decodeLink.js'
export { decodeRoute } from './decodeRoute.js'
export type { RawEncapsulation } from './encapsulation/codec.js'
export type {
  AnyEncapsulation,
  Encapsulation,
  Ip6Encapsulation,
  IpEncapsulation,
  MplsEncapsulation,
  OpaqueEncapsulation,
  Seg6Encapsulation,
  Seg6LocalEncapsulation,
} from './encapsulation/encapsulation.js'
export type { Seg6Flavor, Seg6Flavors } from './encapsulation/flavors.js'
export type { ErspanMetadata, IpEncapsulationOptions, VxlanMetadata } from './encapsulation/ipOptions.js'
export {
  appendFdbEntry,
  decodeFdbEntry,
  deleteFdbEntry,
  dumpFdb,
  type FdbEntry,
  type FdbFilter,
  type FdbState,
  type ListedFdbEntry,
  newFdbEntry,
  replaceFdbEntry,
} from './fdb.js'
export { type FdbAttributes, type FdbHeader, fdbLayout } from './fdbAttributes.js'
export type { BondPortOptions, BondPortStatus } from './kinds/bondPort.js'
export type { BridgePortOptions, BridgePortStatus } from './kinds/bridgePort.js'
export type { VlanList } from './kinds/bridgeVlans.js'
export * from './kinds/builtIn.js'
export type {
  GenericOptions,
  GenericPortOptions,
  GenericReading,
  MissingOption,
  OptionDifference,
} from './kinds/generic.js'
export { type AnyLinkKind, defineLinkKind, type GeneralDefaults, type LinkKind, type NoOptions } from './kinds/kind.js'
export type { MulticastOptions } from './kinds/multicastOptions.js'
export { type LinkPeer, type PairKind, type PairOptions, peerLine } from './kinds/peer.js'
export { type KindOptions, linkKind, linkKinds, type PortOptions, registerLinkKind } from './kinds/registry.js'
export type {
  CollectMetadata,
  Ipv4TunnelHeader,
  Ipv6TunnelHeader,
  TunnelEncapsulation,
  TunnelEnds,
} from './kinds/tunnel.js'
export type { VniList } from './kinds/vxlanVnis.js'
export type { GeneralLink, Link, ListedLink } from './link.js'
export {
  type AddressGenerationMode,
  type FamilySettings,
  type Ipv4Settings,
  type Ipv6Settings,
  type LinkAttributes,
  type LinkHeader,
  linkLayout,
  type OperationalState,
} from './linkAttributes.js'
export type { DevlinkPort, DpllPin } from './linkHardware.js'
export type { LinkInfo } from './linkInfo.js'
export {
  addAltNames,
  deleteAltNames,
  deleteLink,
  deleteLinkGroup,
  dumpLinks,
  getLink,
  type LinkFilter,
  type LinkTarget,
  moveLink,
  newLink,
  setLink,
} from './linkMessages.js'
export type { LinkState } from './linkState.js'
export type { LinkStatistics } from './linkStatistics.js'
export type { LinkXdp, XdpAttributes } from './linkXdp.js'
export {
  decodeMdb,
  deleteMdbEntry,
  dumpMdb,
  type ListedMdbEntry,
  type MdbEntry,
  newMdbEntry,
  replaceMdbEntry,
} from './mdb.js'
export {
  type MdbChangeAttributes,
  type MdbEntryAttributes,
  type MdbEntryStruct,
  type MdbHeader,
  type MdbInfo,
  type MdbListAttributes,
  type MdbSetAttributes,
  type MdbSource,
  type MulticastFilterMode,
  mdbChangeLayout,
  mdbListLayout,
} from './mdbAttributes.js'
export {
  decodeNamespaceId,
  dumpNamespaceIds,
  getNamespaceId,
  type NamespaceIdAttributes,
  type NamespaceIdHeader,
  namespaceIdLayout,
  newNamespaceId,
} from './namespaceId.js'
export {
  decodeNeighbor,
  deleteNeighbor,
  dumpNeighbors,
  type ListedNeighbor,
  type Neighbor,
  type NeighborFilter,
  type NeighborState,
  newNeighbor,
  replaceNeighbor,
} from './neighbor.js'
export {
  type NeighborAttributes,
  type NeighborCacheInfo,
  type NeighborHeader,
  neighborLayout,
} from './neighborAttributes.js'
export type { ListedNexthopObject, NexthopFilter, NexthopMember, NexthopObject } from './nexthop.js'
export {
  type NexthopHeader,
  type NexthopObjectAttributes,
  nexthopLayout,
  type ResilientAttributes,
} from './nexthopAttributes.js'
export {
  decodeNexthop,
  deleteNexthop,
  dumpNexthops,
  getNexthop,
  newNexthop,
  replaceNexthop,
} from './nexthopMessages.js'
export type { TrafficAttributes, TrafficHeader } from './qdiscs/attributes.js'
export type { FifoOptions } from './qdiscs/fifo.js'
export type { FqOptions } from './qdiscs/fq.js'
export type { FqCodelOptions } from './qdiscs/fqCodel.js'
export type { HtbOptions } from './qdiscs/htb.js'
export type { HtbClassOptions } from './qdiscs/htbClass.js'
export type { NoQdiscOptions } from './qdiscs/ingress.js'
export type { NetemOptions } from './qdiscs/netem.js'
export {
  changeQdisc,
  decodeQdisc,
  deleteQdisc,
  dumpQdiscs,
  isDefaultQdisc,
  type ListedQdisc,
  newQdisc,
  type OpaqueQdisc,
  type Qdisc,
  type QdiscPlace,
  replaceQdisc,
} from './qdiscs/qdisc.js'
export type { QdiscOptions } from './qdiscs/registry.js'
export type { SfqOptions } from './qdiscs/sfq.js'
export type { TbfOptions } from './qdiscs/tbf.js'
export {
  decodeTrafficClass,
  deleteTrafficClass,
  dumpTrafficClasses,
  type ListedTrafficClass,
  newTrafficClass,
  replaceTrafficClass,
  type TrafficClass,
} from './qdiscs/trafficClass.js'
export {
  defaultRouteProtocol,
  type ListedRoute,
  type Nexthop,
  type Route,
  type RouteFilter,
  type RouteMetrics,
  type RouteQuery,
  type RouteType,
} from './route.js'
export {
  type NexthopAttributes,
  type RawNexthop,
  type RouteAttributes,
  type RouteCacheInfo,
  type RouteHeader,
  routeLayout,
} from './routeAttributes.js'
export { appendRoute, deleteRoute, dumpRoutes, getRoute, newRoute, replaceRoute } from './routeMessages.js'
export type { RawMetrics } from './routeMetrics.js'
export type { ListedRule, Rule } from './rule.js'
export { type RuleAttributes, type RuleHeader, ruleLayout } from './ruleAttributes.js'
export { decodeRule, deleteRule, dumpRules, newRule } from './ruleMessages.js'
export type { Scope } from './scope.js'
export {
  addVnis,
  decodeVnis,
  deleteVnis,
  dumpVnis,
  type ListedVni,
  type VniOfVxlan,
  type VxlanVni,
} from './vxlanVni.js'
export { type TunnelHeader, type VniAttributes, type VniEntry, vniLayout } from './vxlanVniAttributes.js'
