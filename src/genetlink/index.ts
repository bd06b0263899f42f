/**
 * Typed builders and decoders of generic netlink: its families, devices of WireGuard and MACsec, teams, and features of ethtool. A builder
 * such as {@link setWireguard} makes an inert {@link NetlinkMessage} once the number of the family is known, which
 * {@link getFamily} asks for on a socket of protocol 16: `new FfiTransport({ protocol: 16 })`.
 *
 * @module genetlink
 */
export type { NetlinkMessage, ReceivedMessage } from '../netlink/message.js'
export {
  type ControlAttributes,
  controlLayout,
  decodeFamily,
  type GenericFamily,
  getFamily,
  type MulticastGroup,
} from './control.js'
export {
  type Bit,
  type Bitset,
  type EthtoolHeader,
  type FeatureAttributes,
  featuresLayout,
  type NumberedText,
  type StringSet,
  type StringSetAttributes,
  stringSetLayout,
} from './ethtool/attributes.js'
export { featureAliases, featuresNamed } from './ethtool/featureNames.js'
export type { FeatureState, Features } from './ethtool/features.js'
export { getFeatureNames, getFeatures, setFeatures } from './ethtool/messages.js'
export { GenericNetlink } from './genericNetlink.js'
export {
  type MacsecAssociationAttributes,
  type MacsecAttributes,
  type MacsecChannelAttributes,
  type MacsecDeviceAttributes,
  macsecLayout,
} from './macsec/attributes.js'
export { type MacsecChange, macsecChange, type OrderedMacsecRequest, orderedRequests } from './macsec/change.js'
export type { MacsecAssociation, MacsecChannel, MacsecConfiguration } from './macsec/configuration.js'
export type {
  MacsecAssociationStatus,
  MacsecChannelStatus,
  MacsecDevice,
  MacsecStatus,
} from './macsec/device.js'
export {
  type MacsecDifference,
  type MissingMacsecKey,
  macsecDifferences,
  missingMacsecKeys,
} from './macsec/differences.js'
export { changeMacsec, dumpMacsec, type MacsecRequest } from './macsec/messages.js'
export type {
  MacsecAssociationStatistics,
  MacsecChannelStatistics,
  MacsecDeviceStatistics,
  MacsecTransmitStatistics,
} from './macsec/statistics.js'
export { type GenericHeader, type GenericLayout, genericLayout } from './message.js'
export {
  type TeamAttributes,
  type TeamOptionAttributes,
  type TeamPortAttributes,
  teamLayout,
} from './team/attributes.js'
export { type TeamDifference, teamChange, teamDifferences, type WantedTeam } from './team/change.js'
export type { TeamDevice, TeamPortStatus } from './team/device.js'
export { getTeamOptions, getTeamPorts, isTeamOptionSet, setTeamOptions, setTeamPortOptions } from './team/messages.js'
export type { TeamMode, TeamOptions, TeamPortOptions } from './team/options.js'
export {
  type WireguardAttributes,
  type WireguardPeer,
  type WireguardPeerAttributes,
  type WireguardPeerStatus,
  wireguardLayout,
} from './wireguard/attributes.js'
export {
  type WantedPeer,
  type WantedWireguard,
  type WireguardDifference,
  wireguardChange,
  wireguardDifferences,
} from './wireguard/change.js'
export { joinWireguard, type WireguardDevice, type WireguardOptions, type WireguardStatus } from './wireguard/device.js'
export { generatePresharedKey, generatePrivateKey, publicKeyOf } from './wireguard/key.js'
export { getWireguard, setWireguard, type WireguardTarget } from './wireguard/messages.js'
