import {
  bareudp,
  bond,
  erspan,
  geneve,
  gre,
  gtp,
  hsr,
  ip6erspan,
  ip6gre,
  ip6tnl,
  ipip,
  macsec,
  ovpn,
  sit,
  vti,
  vti6,
  xfrm,
} from '../../src/rtnetlink/kinds/builtIn.js'
import type { NamedTable } from './uapiTable.js'

/** The names of the attributes of tunnels over IP that do not follow from the property's. */
const tunnelNames = {
  pathMtuDiscovery: 'PMTUDISC',
  encapsulation: 'ENCAP_TYPE',
  encapsulationChecksum: 'ENCAP_FLAGS',
  encapsulationChecksum6: 'ENCAP_FLAGS',
  encapsulationRemoteChecksum: 'ENCAP_FLAGS',
  encapsulationSourcePort: 'ENCAP_SPORT',
  encapsulationDestinationPort: 'ENCAP_DPORT',
}
const tunnelBits = {
  encapsulationChecksum: { mask: 'TUNNEL_ENCAP_FLAG_CSUM' },
  encapsulationChecksum6: { mask: 'TUNNEL_ENCAP_FLAG_CSUM6' },
  encapsulationRemoteChecksum: { mask: 'TUNNEL_ENCAP_FLAG_REMCSUM' },
}
const ipv6TunnelNames = {
  hopLimit: 'TTL',
  encapsulationLimit: 'ENCAP_LIMIT',
  flowInfo: 'FLOWINFO',
  ignoreEncapsulationLimit: 'FLAGS',
  inheritTrafficClass: 'FLAGS',
  inheritFlowLabel: 'FLAGS',
  copyDscp: 'FLAGS',
  inheritFwmark: 'FLAGS',
  allowLocalRemote: 'FLAGS',
}
const ipv6TunnelBits = {
  ignoreEncapsulationLimit: { mask: 'IP6_TNL_F_IGN_ENCAP_LIMIT' },
  inheritTrafficClass: { mask: 'IP6_TNL_F_USE_ORIG_TCLASS' },
  inheritFlowLabel: { mask: 'IP6_TNL_F_USE_ORIG_FLOWLABEL' },
  copyDscp: { mask: 'IP6_TNL_F_RCV_DSCP_COPY' },
  inheritFwmark: { mask: 'IP6_TNL_F_USE_ORIG_FWMARK' },
  allowLocalRemote: { mask: 'IP6_TNL_F_ALLOW_LOCAL_REMOTE' },
}
const numberedNames = { inputKey: 'IKEY', outputKey: 'OKEY', inputSequence: 'IFLAGS', outputSequence: 'OFLAGS' }
const greNames = { ...numberedNames, inputChecksum: 'IFLAGS', outputChecksum: 'OFLAGS' }
const greBits = {
  inputChecksum: { mask: 'ntohs(GRE_CSUM)' },
  outputChecksum: { mask: 'ntohs(GRE_CSUM)' },
  inputSequence: { mask: 'ntohs(GRE_SEQ)' },
  outputSequence: { mask: 'ntohs(GRE_SEQ)' },
}
const erspanNames = {
  ...numberedNames,
  version: 'ERSPAN_VER',
  index: 'ERSPAN_INDEX',
  direction: 'ERSPAN_DIR',
  hardwareId: 'ERSPAN_HWID',
}

/** The tables of tunnels. */
export const tunnelTables: readonly NamedTable[] = [
  { table: ipip.options, prefix: 'IFLA_IPTUN_', names: { ...tunnelNames, mode: 'PROTO' }, bits: tunnelBits },
  {
    table: sit.options,
    prefix: 'IFLA_IPTUN_',
    names: {
      ...tunnelNames,
      mode: 'PROTO',
      isatap: 'FLAGS',
      rapidPrefix: '6RD_PREFIX',
      rapidPrefixLength: '6RD_PREFIXLEN',
      rapidRelayPrefix: '6RD_RELAY_PREFIX',
      rapidRelayPrefixLength: '6RD_RELAY_PREFIXLEN',
    },
    bits: { ...tunnelBits, isatap: { mask: 'SIT_ISATAP' } },
  },
  {
    table: ip6tnl.options,
    prefix: 'IFLA_IPTUN_',
    names: { ...withoutDiscovery(tunnelNames), ...ipv6TunnelNames, mode: 'PROTO' },
    bits: { ...tunnelBits, ...ipv6TunnelBits },
  },
  {
    table: gre.options,
    prefix: 'IFLA_GRE_',
    names: { ...tunnelNames, ...greNames },
    bits: { ...tunnelBits, ...greBits },
  },
  {
    table: ip6gre.options,
    prefix: 'IFLA_GRE_',
    names: { ...withoutDiscovery(tunnelNames), ...ipv6TunnelNames, ...greNames },
    bits: { ...tunnelBits, ...ipv6TunnelBits, ...greBits },
  },
  {
    table: erspan.options,
    prefix: 'IFLA_GRE_',
    names: { ...tunnelNames, ...erspanNames },
    bits: { ...tunnelBits, ...greBits },
  },
  {
    table: ip6erspan.options,
    prefix: 'IFLA_GRE_',
    names: { ...withoutDiscovery(tunnelNames), ...ipv6TunnelNames, ...erspanNames },
    bits: { ...tunnelBits, ...ipv6TunnelBits, ...greBits },
  },
  { table: vti.options, prefix: 'IFLA_VTI_', names: { inputKey: 'IKEY', outputKey: 'OKEY' } },
  { table: vti6.options, prefix: 'IFLA_VTI_', names: { inputKey: 'IKEY', outputKey: 'OKEY' } },
  {
    table: geneve.options,
    prefix: 'IFLA_GENEVE_',
    names: {
      udpChecksum: 'UDP_CSUM',
      udp6ZeroChecksumTx: 'UDP_ZERO_CSUM6_TX',
      udp6ZeroChecksumRx: 'UDP_ZERO_CSUM6_RX',
      innerProtocolInherit: 'INNER_PROTO_INHERIT',
    },
    ipv6: { remote: 'REMOTE6', local: 'LOCAL6' },
  },
  {
    table: bareudp.options,
    prefix: 'IFLA_BAREUDP_',
    names: { etherType: 'ETHERTYPE', lowestSourcePort: 'SRCPORT_MIN', multipleProtocols: 'MULTIPROTO_MODE' },
  },
  { table: xfrm.options, prefix: 'IFLA_XFRM_', names: { id: 'IF_ID' } },
  {
    table: macsec.options,
    prefix: 'IFLA_MACSEC_',
    names: {
      link: 'IFLA_LINK',
      icvLength: 'ICV_LEN',
      sendSci: 'INC_SCI',
      endStation: 'ES',
      singleCopyBroadcast: 'SCB',
      validate: 'VALIDATION',
    },
  },
  { table: hsr.options, prefix: 'IFLA_HSR_', names: { supervision: 'MULTICAST_SPEC' } },
  { table: ovpn.options, prefix: 'IFLA_OVPN_' },
  { table: gtp.options, prefix: 'IFLA_GTP_', names: { hashSize: 'PDP_HASHSIZE' }, ipv6: { local: 'LOCAL6' } },
]

function withoutDiscovery({ pathMtuDiscovery: _, ...names }: typeof tunnelNames): Readonly<Record<string, string>> {
  return names
}

/** The tables of bonds and their ports. */
export const bondTables: readonly NamedTable[] = [
  {
    table: bond.options,
    prefix: 'IFLA_BOND_',
    names: {
      miiInterval: 'MIIMON',
      upDelay: 'UPDELAY',
      downDelay: 'DOWNDELAY',
      arpTargets: 'ARP_IP_TARGET',
      nsTargets: 'NS_IP6_TARGET',
      transmitHashPolicy: 'XMIT_HASH_POLICY',
      peerNotifications: 'NUM_PEER_NOTIF',
      allPortsActive: 'ALL_SLAVES_ACTIVE',
      minimumLinks: 'MIN_LINKS',
      learningInterval: 'LP_INTERVAL',
      packetsPerPort: 'PACKETS_PER_SLAVE',
      lacpRate: 'AD_LACP_RATE',
      aggregatorSelection: 'AD_SELECT',
      actorSystemPriority: 'AD_ACTOR_SYS_PRIO',
      userPortKey: 'AD_USER_PORT_KEY',
      actorSystem: 'AD_ACTOR_SYSTEM',
      dynamicLoadBalancing: 'TLB_DYNAMIC_LB',
      peerNotificationDelay: 'PEER_NOTIF_DELAY',
      lacpActive: 'AD_LACP_ACTIVE',
      missedMaximum: 'MISSED_MAX',
      broadcastNeighbor: 'BROADCAST_NEIGH',
    },
  },
  { table: bond.status, prefix: 'IFLA_BOND_', names: { aggregator: 'AD_INFO' } },
  { table: bond.port, prefix: 'IFLA_BOND_SLAVE_', names: { priority: 'PRIO', actorPortPriority: 'ACTOR_PORT_PRIO' } },
  {
    table: bond.portStatus,
    prefix: 'IFLA_BOND_SLAVE_',
    names: {
      linkFailures: 'LINK_FAILURE_COUNT',
      permanentMac: 'PERM_HWADDR',
      aggregatorId: 'AD_AGGREGATOR_ID',
      actorState: 'AD_ACTOR_OPER_PORT_STATE',
      partnerState: 'AD_PARTNER_OPER_PORT_STATE',
      actorChurn: 'AD_CHURN_ACTOR_STATE',
      partnerChurn: 'AD_CHURN_PARTNER_STATE',
    },
  },
]
