import { controlLayout, multicastGroup } from '../../src/genetlink/control.js'
import * as ethtool from '../../src/genetlink/ethtool/attributes.js'
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
  { table: allowedIpAttributes, prefix: 'WGALLOWEDIP_A_', names: { address: 'IPADDR', length: 'CIDR_MASK' } },
  { table: ethtool.ethtoolHeader, prefix: 'ETHTOOL_A_HEADER_', names: { index: 'DEV_INDEX', name: 'DEV_NAME' } },
  { table: ethtool.bitAttributes, prefix: 'ETHTOOL_A_BITSET_BIT_' },
  { table: ethtool.bitset, prefix: 'ETHTOOL_A_BITSET_', names: { noMask: 'NOMASK' } },
  { table: ethtool.featuresLayout.attributes, prefix: 'ETHTOOL_A_FEATURES_', names: { noChange: 'NOCHANGE' } },
  { table: ethtool.numberedText, prefix: 'ETHTOOL_A_STRING_' },
  { table: ethtool.stringSet, prefix: 'ETHTOOL_A_STRINGSET_' },
  { table: ethtool.stringSetLayout.attributes, prefix: 'ETHTOOL_A_STRSET_', names: { sets: 'STRINGSETS' } },
]
