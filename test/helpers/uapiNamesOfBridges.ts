import {
  bridgeVlanLayout,
  bridgeVlanQueryLayout,
  globalVlanEntry,
  vlanEntry,
  vlanTunnel,
} from '../../src/rtnetlink/bridgeVlanAttributes.js'
import {
  mdbChangeLayout,
  mdbEntryAttributes,
  mdbListLayout,
  mdbSetAttributes,
} from '../../src/rtnetlink/mdbAttributes.js'
import { vniEntry, vniLayout } from '../../src/rtnetlink/vxlanVniAttributes.js'
import type { NamedTable } from './uapiTable.js'

/** Of what a bridge has for itself and for each VLAN. */
export const namesOfMulticast = {
  multicastLastMemberCount: 'MCAST_LAST_MEMBER_CNT',
  multicastStartupQueryCount: 'MCAST_STARTUP_QUERY_CNT',
  multicastLastMemberInterval: 'MCAST_LAST_MEMBER_INTVL',
  multicastMembershipInterval: 'MCAST_MEMBERSHIP_INTVL',
  multicastQuerierInterval: 'MCAST_QUERIER_INTVL',
  multicastQueryInterval: 'MCAST_QUERY_INTVL',
  multicastQueryResponseInterval: 'MCAST_QUERY_RESPONSE_INTVL',
  multicastStartupQueryInterval: 'MCAST_STARTUP_QUERY_INTVL',
}

/** Of an entry of a multicast database. */
const namesOfMdb = {
  sourceList: 'SRC_LIST',
  filterMode: 'GROUP_MODE',
  protocol: 'RTPROT',
  via: 'IFINDEX',
  sourceVni: 'SRC_VNI',
}

/** The tables of VLANs and of multicast databases. */
export const bridgeTables: readonly NamedTable[] = [
  {
    table: vlanEntry,
    prefix: 'BRIDGE_VLANDB_ENTRY_',
    names: {
      tunnel: 'TUNNEL_INFO',
      multicastGroups: 'MCAST_N_GROUPS',
      multicastMaximumGroups: 'MCAST_MAX_GROUPS',
      neighborSuppress: 'NEIGH_SUPPRESS',
      neighborForwardGratuitous: 'NEIGH_FORWARD_GRAT',
    },
  },
  { table: vlanTunnel, prefix: 'BRIDGE_VLANDB_TINFO_', names: { command: 'CMD' } },
  {
    table: globalVlanEntry,
    prefix: 'BRIDGE_VLANDB_GOPTS_',
    names: {
      ...namesOfMulticast,
      mstInstance: 'MSTI',
    },
  },
  {
    table: bridgeVlanLayout.attributes,
    prefix: 'BRIDGE_VLANDB_',
    names: { entries: 'ENTRY', globalOptions: 'GLOBAL_OPTIONS' },
  },
  { table: vniLayout.attributes, prefix: 'VXLAN_VNIFILTER_', names: { entries: 'ENTRY' } },
  {
    table: vniEntry,
    prefix: 'VXLAN_VNIFILTER_ENTRY_',
    names: { remote: 'GROUP' },
    ipv6: { group: 'GROUP6', remote: 'GROUP6' },
  },
  { table: bridgeVlanQueryLayout.attributes, prefix: 'BRIDGE_VLANDB_DUMP_' },
  {
    table: mdbEntryAttributes,
    prefix: 'MDBA_MDB_EATTR_',
    names: namesOfMdb,
  },
  {
    table: mdbSetAttributes,
    prefix: 'MDBE_ATTR_',
    names: namesOfMdb,
  },
  {
    table: mdbChangeLayout.attributes,
    prefix: 'MDBA_SET_ENTRY',
    names: { entry: '', attributes: '_ATTRS' },
  },
  { table: mdbListLayout.attributes, prefix: 'MDBA_', names: { entries: 'MDB' } },
]
