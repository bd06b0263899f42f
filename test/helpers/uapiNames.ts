import type { AnyAttributeTable } from '../../src/netlink/table.js'
import { addressLayout } from '../../src/rtnetlink/addressAttributes.js'
import { bridge, ipvlan, macvlan, tun, veth, vlan, vrf, vxlan } from '../../src/rtnetlink/kinds/builtIn.js'
import { linkLayout } from '../../src/rtnetlink/linkAttributes.js'
import { namespaceIdLayout } from '../../src/rtnetlink/namespaceId.js'
import { neighborLayout } from '../../src/rtnetlink/neighborAttributes.js'
import { routeLayout } from '../../src/rtnetlink/routeAttributes.js'
import { routeMetrics } from '../../src/rtnetlink/routeMetrics.js'
import { ruleLayout } from '../../src/rtnetlink/ruleAttributes.js'

/** A table, and what the kernel's headers call its attributes: the prefix and the property's name unless told. */
export interface NamedTable {
  readonly table: AnyAttributeTable | undefined
  readonly prefix: string
  /** Names that do not follow from the property's. */
  readonly names?: Readonly<Record<string, string>>
  /** The constants of properties that are bits: a mask, or the number of the bit. */
  readonly bits?: Readonly<Record<string, { readonly mask: string } | { readonly number: string }>>
  /** The names of {@link AttributeDetails.ipv6Type}. */
  readonly ipv6?: Readonly<Record<string, string>>
}

/** Every table of rtnetlink. */
export const namedTables: readonly NamedTable[] = [
  {
    table: linkLayout.attributes,
    prefix: 'IFLA_',
    names: {
      mac: 'ADDRESS',
      name: 'IFNAME',
      queueDiscipline: 'QDISC',
      txQueueLength: 'TXQLEN',
      operationalState: 'OPERSTATE',
      linkMode: 'LINKMODE',
      linkInfo: 'LINKINFO',
      namespacePid: 'NET_NS_PID',
      alias: 'IFALIAS',
      familySettings: 'AF_SPEC',
      namespaceFd: 'NET_NS_FD',
      extendedMask: 'EXT_MASK',
      txQueues: 'NUM_TX_QUEUES',
      rxQueues: 'NUM_RX_QUEUES',
      linkNamespaceId: 'LINK_NETNSID',
      protocolDown: 'PROTO_DOWN',
      gsoMaximumSegments: 'GSO_MAX_SEGS',
      gsoMaximumSize: 'GSO_MAX_SIZE',
      minimumMtu: 'MIN_MTU',
      maximumMtu: 'MAX_MTU',
      altNames: 'PROP_LIST',
      altName: 'ALT_IFNAME',
      permanentMac: 'PERM_ADDRESS',
      groMaximumSize: 'GRO_MAX_SIZE',
      tsoMaximumSize: 'TSO_MAX_SIZE',
      tsoMaximumSegments: 'TSO_MAX_SEGS',
      allMulticastCount: 'ALLMULTI',
      gsoIpv4MaximumSize: 'GSO_IPV4_MAX_SIZE',
      groIpv4MaximumSize: 'GRO_IPV4_MAX_SIZE',
    },
  },
  {
    table: bridge.options,
    prefix: 'IFLA_BR_',
    names: {
      stp: 'STP_STATE',
      groupForwardMask: 'GROUP_FWD_MASK',
      groupAddress: 'GROUP_ADDR',
      multicastQueryUseInterfaceAddress: 'MCAST_QUERY_USE_IFADDR',
      multicastHashMaximum: 'MCAST_HASH_MAX',
      multicastLastMemberCount: 'MCAST_LAST_MEMBER_CNT',
      multicastStartupQueryCount: 'MCAST_STARTUP_QUERY_CNT',
      multicastLastMemberInterval: 'MCAST_LAST_MEMBER_INTVL',
      multicastMembershipInterval: 'MCAST_MEMBERSHIP_INTVL',
      multicastQuerierInterval: 'MCAST_QUERIER_INTVL',
      multicastQueryInterval: 'MCAST_QUERY_INTVL',
      multicastQueryResponseInterval: 'MCAST_QUERY_RESPONSE_INTVL',
      multicastStartupQueryInterval: 'MCAST_STARTUP_QUERY_INTVL',
      nfCallIp6tables: 'NF_CALL_IP6TABLES',
      vlanStats: 'VLAN_STATS_ENABLED',
      multicastStats: 'MCAST_STATS_ENABLED',
      noLinkLocalLearn: 'MULTI_BOOLOPT',
      multicastVlanSnooping: 'MULTI_BOOLOPT',
      mst: 'MULTI_BOOLOPT',
      fdbMaximumLearned: 'FDB_MAX_LEARNED',
    },
    bits: {
      noLinkLocalLearn: { number: 'BR_BOOLOPT_NO_LL_LEARN' },
      multicastVlanSnooping: { number: 'BR_BOOLOPT_MCAST_VLAN_SNOOPING' },
      mst: { number: 'BR_BOOLOPT_MST_ENABLE' },
    },
  },
  {
    table: bridge.status,
    prefix: 'IFLA_BR_',
    names: {
      topologyChangeDetected: 'TOPOLOGY_CHANGE_DETECTED',
      topologyChangeNotificationTimer: 'TCN_TIMER',
      garbageCollectionTimer: 'GC_TIMER',
      fdbLearned: 'FDB_N_LEARNED',
    },
  },
  {
    table: bridge.port,
    prefix: 'IFLA_BRPORT_',
    names: {
      hairpin: 'MODE',
      rootBlock: 'PROTECT',
      flood: 'UNICAST_FLOOD',
      proxyArp: 'PROXYARP',
      proxyArpWifi: 'PROXYARP_WIFI',
      multicastRouter: 'MULTICAST_ROUTER',
      multicastToUnicast: 'MCAST_TO_UCAST',
      broadcastFlood: 'BCAST_FLOOD',
      groupForwardMask: 'GROUP_FWD_MASK',
      neighborSuppress: 'NEIGH_SUPPRESS',
      multicastEhtHostsLimit: 'MCAST_EHT_HOSTS_LIMIT',
      macAuthenticationBypass: 'MAB',
      multicastMaximumGroups: 'MCAST_MAX_GROUPS',
      neighborVlanSuppress: 'NEIGH_VLAN_SUPPRESS',
      backupNexthopId: 'BACKUP_NHID',
    },
  },
  {
    table: bridge.portStatus,
    prefix: 'IFLA_BRPORT_',
    names: {
      portId: 'ID',
      portNumber: 'NO',
      topologyChangeAcknowledged: 'TOPOLOGY_CHANGE_ACK',
      multicastEhtHosts: 'MCAST_EHT_HOSTS_CNT',
      multicastGroups: 'MCAST_N_GROUPS',
    },
  },
  {
    table: vlan.options,
    prefix: 'IFLA_VLAN_',
    names: {
      link: 'IFLA_LINK',
      reorderHeader: 'FLAGS',
      gvrp: 'FLAGS',
      mvrp: 'FLAGS',
      looseBinding: 'FLAGS',
      bridgeBinding: 'FLAGS',
      ingressQosMap: 'INGRESS_QOS',
      egressQosMap: 'EGRESS_QOS',
    },
    bits: {
      reorderHeader: { mask: 'VLAN_FLAG_REORDER_HDR' },
      gvrp: { mask: 'VLAN_FLAG_GVRP' },
      mvrp: { mask: 'VLAN_FLAG_MVRP' },
      looseBinding: { mask: 'VLAN_FLAG_LOOSE_BINDING' },
      bridgeBinding: { mask: 'VLAN_FLAG_BRIDGE_BINDING' },
    },
  },
  {
    table: vxlan.options,
    prefix: 'IFLA_VXLAN_',
    names: {
      remote: 'GROUP',
      l2miss: 'L2MISS',
      l3miss: 'L3MISS',
      udpChecksum: 'UDP_CSUM',
      udp6ZeroChecksumTx: 'UDP_ZERO_CSUM6_TX',
      udp6ZeroChecksumRx: 'UDP_ZERO_CSUM6_RX',
      remoteChecksumTx: 'REMCSUM_TX',
      remoteChecksumRx: 'REMCSUM_RX',
      remoteChecksumNoPartial: 'REMCSUM_NOPARTIAL',
    },
    ipv6: { group: 'GROUP6', remote: 'GROUP6', local: 'LOCAL6' },
  },
  { table: vxlan.status, prefix: 'IFLA_VXLAN_' },
  {
    table: macvlan.options,
    prefix: 'IFLA_MACVLAN_',
    names: {
      link: 'IFLA_LINK',
      noPromiscuous: 'FLAGS',
      noDestination: 'FLAGS',
      sourceMacs: 'MACADDR_DATA',
      broadcastQueueLength: 'BC_QUEUE_LEN',
      broadcastCutoff: 'BC_CUTOFF',
    },
    bits: {
      noPromiscuous: { mask: 'MACVLAN_FLAG_NOPROMISC' },
      noDestination: { mask: 'MACVLAN_FLAG_NODST' },
    },
  },
  {
    table: macvlan.status,
    prefix: 'IFLA_MACVLAN_',
    names: { sourceMacCount: 'MACADDR_COUNT', broadcastQueueLengthUsed: 'BC_QUEUE_LEN_USED' },
  },
  { table: ipvlan.options, prefix: 'IFLA_IPVLAN_', names: { link: 'IFLA_LINK', isolation: 'FLAGS' } },
  { table: vrf.options, prefix: 'IFLA_VRF_' },
  { table: veth.options, prefix: 'VETH_INFO_' },
  { table: tun.options, prefix: 'IFLA_TUN_', names: { packetInfo: 'PI', vnetHeader: 'VNET_HDR' } },
  {
    table: tun.status,
    prefix: 'IFLA_TUN_',
    names: { persistent: 'PERSIST', queues: 'NUM_QUEUES', disabledQueues: 'NUM_DISABLED_QUEUES' },
  },
  {
    table: addressLayout.attributes,
    prefix: 'IFA_',
    names: {
      lifetimes: 'CACHEINFO',
      metric: 'RT_PRIORITY',
      multicast: 'MULTICAST',
      targetNamespace: 'TARGET_NETNSID',
      protocol: 'PROTO',
    },
  },
  {
    table: routeLayout.attributes,
    prefix: 'RTA_',
    names: {
      to: 'DST',
      from: 'SRC',
      dev: 'OIF',
      metric: 'PRIORITY',
      src: 'PREFSRC',
      nexthops: 'MULTIPATH',
      realms: 'FLOW',
      cacheInfo: 'CACHEINFO',
      gatewayOfFamily: 'VIA',
      preference: 'PREF',
      nexthopId: 'NH_ID',
    },
  },
  {
    table: routeMetrics,
    prefix: 'RTAX_',
    names: { congestion: 'CC_ALGO', fastOpenNoCookie: 'FASTOPEN_NO_COOKIE' },
  },
  {
    table: ruleLayout.attributes,
    prefix: 'FRA_',
    names: {
      to: 'DST',
      from: 'SRC',
      iif: 'IIFNAME',
      oif: 'OIFNAME',
      mark: 'FWMARK',
      realms: 'FLOW',
      tunnelId: 'TUN_ID',
      suppressInterfaceGroup: 'SUPPRESS_IFGROUP',
      suppressPrefixLength: 'SUPPRESS_PREFIXLEN',
      markMask: 'FWMASK',
      ipproto: 'IP_PROTO',
      sport: 'SPORT_RANGE',
      dport: 'DPORT_RANGE',
    },
  },
  {
    table: neighborLayout.attributes,
    prefix: 'NDA_',
    names: {
      address: 'DST',
      mac: 'LLADDR',
      cacheInfo: 'CACHEINFO',
      link: 'IFINDEX',
      extendedFlags: 'FLAGS_EXT',
    },
  },
  { table: namespaceIdLayout.attributes, prefix: 'NETNSA_', names: { id: 'NSID' } },
]

/** The first version of Linux whose headers have a name, where that is later than 6.1. */
export const sinceVersion: Readonly<Record<string, string>> = {
  IFLA_GSO_IPV4_MAX_SIZE: '6,3',
  IFLA_GRO_IPV4_MAX_SIZE: '6,3',
  IFLA_BRPORT_MAB: '6,2',
  IFLA_BRPORT_MCAST_N_GROUPS: '6,3',
  IFLA_BRPORT_MCAST_MAX_GROUPS: '6,3',
  IFLA_BRPORT_NEIGH_VLAN_SUPPRESS: '6,4',
  IFLA_BRPORT_BACKUP_NHID: '6,6',
  IFLA_BR_FDB_N_LEARNED: '6,7',
  IFLA_BR_FDB_MAX_LEARNED: '6,7',
  IFLA_MACVLAN_BC_CUTOFF: '6,4',
  IFLA_VXLAN_LOCALBYPASS: '6,5',
  IFLA_VXLAN_LABEL_POLICY: '6,7',
  IFLA_VXLAN_RESERVED_BITS: '6,14',
  FRA_DSCP: '6,13',
}
