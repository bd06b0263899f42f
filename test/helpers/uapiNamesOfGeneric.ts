import { controlLayout, multicastGroup } from '../../src/genetlink/control.js'
import * as ethtool from '../../src/genetlink/ethtool/attributes.js'
import {
  macsecAssociation,
  macsecAttributes,
  macsecChannel,
  macsecSecy,
} from '../../src/genetlink/macsec/attributes.js'
import * as macsecStatistics from '../../src/genetlink/macsec/statistics.js'
import { teamAttributes, teamOptionAttributes, teamPortAttributes } from '../../src/genetlink/team/attributes.js'
import { allowedIpAttributes } from '../../src/genetlink/wireguard/allowedIp.js'
import { peerAttributes, wireguardAttributes } from '../../src/genetlink/wireguard/attributes.js'
import type { NamedTable } from './uapiTable.js'

/** Every table of generic netlink's families. */
export const genericTables: readonly NamedTable[] = [
  {
    table: controlLayout.attributes,
    prefix: 'CTRL_ATTR_',
    names: {
      headerSize: 'HDRSIZE',
      maximumAttribute: 'MAXATTR',
      operations: 'OPS',
      multicastGroups: 'MCAST_GROUPS',
    },
  },
  { table: multicastGroup, prefix: 'CTRL_ATTR_MCAST_GRP_' },
  {
    table: wireguardAttributes,
    prefix: 'WGDEVICE_A_',
    names: { index: 'IFINDEX', name: 'IFNAME', privateKeyFile: 'PRIVATE_KEY', replacePeers: 'FLAGS' },
    bits: { replacePeers: { mask: 'WGDEVICE_F_REPLACE_PEERS' } },
  },
  {
    table: peerAttributes,
    prefix: 'WGPEER_A_',
    names: {
      presharedKeyFile: 'PRESHARED_KEY',
      remove: 'FLAGS',
      replaceAllowedIps: 'FLAGS',
      updateOnly: 'FLAGS',
      persistentKeepalive: 'PERSISTENT_KEEPALIVE_INTERVAL',
      lastHandshake: 'LAST_HANDSHAKE_TIME',
      received: 'RX_BYTES',
      sent: 'TX_BYTES',
      allowedIps: 'ALLOWEDIPS',
    },
    bits: {
      remove: { mask: 'WGPEER_F_REMOVE_ME' },
      replaceAllowedIps: { mask: 'WGPEER_F_REPLACE_ALLOWEDIPS' },
      updateOnly: { mask: 'WGPEER_F_UPDATE_ONLY' },
    },
  },
  {
    table: teamAttributes,
    prefix: 'TEAM_ATTR_',
    names: { team: 'TEAM_IFINDEX', options: 'LIST_OPTION', ports: 'LIST_PORT' },
  },
  { table: teamOptionAttributes, prefix: 'TEAM_ATTR_OPTION_', names: { port: 'PORT_IFINDEX' } },
  { table: teamPortAttributes, prefix: 'TEAM_ATTR_PORT_', names: { port: 'IFINDEX' } },
  { table: allowedIpAttributes, prefix: 'WGALLOWEDIP_A_', names: { address: 'IPADDR', length: 'CIDR_MASK' } },
  {
    table: macsecAttributes,
    prefix: 'MACSEC_ATTR_',
    names: {
      index: 'IFINDEX',
      channel: 'RXSC_CONFIG',
      association: 'SA_CONFIG',
      transmitAssociations: 'TXSA_LIST',
      receiveChannels: 'RXSC_LIST',
      transmitStatistics: 'TXSC_STATS',
      statistics: 'SECY_STATS',
    },
  },
  { table: macsecSecy, prefix: 'MACSEC_SECY_ATTR_', names: { operational: 'OPER' } },
  {
    table: macsecChannel,
    prefix: 'MACSEC_RXSC_ATTR_',
    names: { associations: 'SA_LIST', statistics: 'STATS' },
  },
  {
    table: macsecAssociation,
    prefix: 'MACSEC_SA_ATTR_',
    names: { number: 'AN', packetNumber: 'PN', keyId: 'KEYID', statistics: 'STATS' },
  },
  {
    table: macsecStatistics.macsecAssociationStatistics,
    prefix: 'MACSEC_SA_STATS_ATTR_',
    names: {
      receivedOk: 'IN_PKTS_OK',
      receivedInvalid: 'IN_PKTS_INVALID',
      receivedNotValid: 'IN_PKTS_NOT_VALID',
      receivedNotUsing: 'IN_PKTS_NOT_USING_SA',
      receivedUnused: 'IN_PKTS_UNUSED_SA',
      sentProtected: 'OUT_PKTS_PROTECTED',
      sentEncrypted: 'OUT_PKTS_ENCRYPTED',
    },
  },
  {
    table: macsecStatistics.macsecChannelStatistics,
    prefix: 'MACSEC_RXSC_STATS_ATTR_IN_',
    names: {
      validatedBytes: 'OCTETS_VALIDATED',
      decryptedBytes: 'OCTETS_DECRYPTED',
      unchecked: 'PKTS_UNCHECKED',
      delayed: 'PKTS_DELAYED',
      ok: 'PKTS_OK',
      invalid: 'PKTS_INVALID',
      late: 'PKTS_LATE',
      notValid: 'PKTS_NOT_VALID',
      notUsing: 'PKTS_NOT_USING_SA',
      unused: 'PKTS_UNUSED_SA',
    },
  },
  {
    table: macsecStatistics.macsecTransmitStatistics,
    prefix: 'MACSEC_TXSC_STATS_ATTR_OUT_',
    names: {
      protected: 'PKTS_PROTECTED',
      encrypted: 'PKTS_ENCRYPTED',
      protectedBytes: 'OCTETS_PROTECTED',
      encryptedBytes: 'OCTETS_ENCRYPTED',
    },
  },
  {
    table: macsecStatistics.macsecDeviceStatistics,
    prefix: 'MACSEC_SECY_STATS_ATTR_',
    names: {
      sentUntagged: 'OUT_PKTS_UNTAGGED',
      receivedUntagged: 'IN_PKTS_UNTAGGED',
      sentTooLong: 'OUT_PKTS_TOO_LONG',
      receivedNoTag: 'IN_PKTS_NO_TAG',
      receivedBadTag: 'IN_PKTS_BAD_TAG',
      receivedUnknownSci: 'IN_PKTS_UNKNOWN_SCI',
      receivedNoSci: 'IN_PKTS_NO_SCI',
      receivedOverrun: 'IN_PKTS_OVERRUN',
    },
  },
  { table: ethtool.ethtoolHeader, prefix: 'ETHTOOL_A_HEADER_', names: { index: 'DEV_INDEX', name: 'DEV_NAME' } },
  { table: ethtool.bitAttributes, prefix: 'ETHTOOL_A_BITSET_BIT_' },
  { table: ethtool.bitset, prefix: 'ETHTOOL_A_BITSET_', names: { noMask: 'NOMASK' } },
  { table: ethtool.featuresLayout.attributes, prefix: 'ETHTOOL_A_FEATURES_', names: { noChange: 'NOCHANGE' } },
  { table: ethtool.numberedText, prefix: 'ETHTOOL_A_STRING_' },
  { table: ethtool.stringSet, prefix: 'ETHTOOL_A_STRINGSET_' },
  { table: ethtool.stringSetLayout.attributes, prefix: 'ETHTOOL_A_STRSET_', names: { sets: 'STRINGSETS' } },
]
