import { type KindCase, name } from './kindCase.js'

const backup: KindCase = {
  title: 'bond with one active port',
  section: 'bond',
  link: {
    name,
    kind: 'bond',
    bond: {
      mode: 'active-backup',
      primaryReselect: 'better',
      miiInterval: 0.2,
      upDelay: 0.4,
      downDelay: 0.6,
      peerNotificationDelay: 0.8,
      peerNotifications: 3,
      failOverMac: 'active',
      resendIgmp: 5,
      allPortsActive: true,
      minimumLinks: 2,
    },
  },
  shown: {
    mode: { mode: 'active-backup' },
    primaryReselect: { primary_reselect: 'better' },
    miiInterval: { miimon: 200 },
    upDelay: { updelay: 400 },
    downDelay: { downdelay: 600 },
    peerNotificationDelay: { peer_notify_delay: 800 },
    peerNotifications: { num_peer_notif: 3 },
    failOverMac: { fail_over_mac: 'active' },
    resendIgmp: { resend_igmp: 5 },
    allPortsActive: { all_slaves_active: 1 },
    minimumLinks: { min_links: 2 },
  },
  changes: {
    bond: {
      miiInterval: 0.1,
      upDelay: 0,
      downDelay: 0.4,
      peerNotificationDelay: 0.2,
      peerNotifications: 2,
      resendIgmp: 3,
      allPortsActive: false,
      minimumLinks: 1,
      primaryReselect: 'failure',
    },
  },
  changed: {
    miiInterval: { miimon: 100 },
    upDelay: { updelay: 0 },
    downDelay: { downdelay: 400 },
    peerNotificationDelay: { peer_notify_delay: 200 },
    peerNotifications: { num_peer_notif: 2 },
    resendIgmp: { resend_igmp: 3 },
    allPortsActive: { all_slaves_active: 0 },
    minimumLinks: { min_links: 1 },
    primaryReselect: { primary_reselect: 'failure' },
  },
  recreates: [{ mode: 'balance-alb' }, { failOverMac: 'follow' }],
}

const byArp: KindCase = {
  title: 'bond that asks targets',
  section: 'bond',
  link: {
    name,
    kind: 'bond',
    bond: {
      mode: 'active-backup',
      arpInterval: 0.25,
      arpTargets: ['10.0.0.9', '10.0.0.8'],
      nsTargets: ['fd00::9'],
      arpValidate: 'filter_active',
      arpAllTargets: 'all',
      missedMaximum: 4,
    },
  },
  shown: {
    mode: { mode: 'active-backup' },
    arpInterval: { arp_interval: 250 },
    arpTargets: { arp_ip_target: ['10.0.0.9', '10.0.0.8'] },
    nsTargets: { ns_ip6_target: ['fd00::9'] },
    arpValidate: { arp_validate: 'filter_active' },
    arpAllTargets: { arp_all_targets: 'all' },
    missedMaximum: { arp_missed_max: 4 },
  },
  changes: {
    bond: {
      arpInterval: 0.5,
      arpTargets: ['10.0.0.7'],
      nsTargets: [],
      arpValidate: 'none',
      arpAllTargets: 'any',
      missedMaximum: 5,
    },
  },
  changed: {
    arpInterval: { arp_interval: 500 },
    arpAllTargets: { arp_all_targets: 'any' },
    missedMaximum: { arp_missed_max: 5 },
    arpTargets: { arp_ip_target: ['10.0.0.7'] },
    nsTargets: {},
    arpValidate: { arp_validate: null },
  },
}

const lacp: KindCase = {
  title: 'bond by LACP',
  section: 'bond',
  plain: ['mode'],
  link: {
    name,
    kind: 'bond',
    bond: {
      mode: '802.3ad',
      transmitHashPolicy: 'vlan+srcmac',
      lacpRate: 'fast',
      lacpActive: false,
      aggregatorSelection: 'bandwidth',
      actorSystemPriority: 100,
      actorSystem: '02:00:00:00:00:09',
      userPortKey: 77,
      coupledControl: false,
      broadcastNeighbor: true,
      lacpStrict: true,
    },
  },
  shown: {
    mode: { mode: '802.3ad' },
    transmitHashPolicy: { xmit_hash_policy: 'vlan+srcmac' },
    lacpRate: { ad_lacp_rate: 'fast' },
    lacpActive: { ad_lacp_active: 'off' },
    aggregatorSelection: { ad_select: 'bandwidth' },
    actorSystemPriority: { ad_actor_sys_prio: 100 },
    actorSystem: { ad_actor_system: '02:00:00:00:00:09' },
    userPortKey: { ad_user_port_key: 77 },
    coupledControl: {},
    broadcastNeighbor: {},
    lacpStrict: {},
  },
  changes: {
    bond: {
      transmitHashPolicy: 'layer3+4',
      lacpRate: 'slow',
      lacpActive: true,
      aggregatorSelection: 'count',
      actorSystemPriority: 200,
      actorSystem: '02:00:00:00:00:0a',
      userPortKey: 78,
      coupledControl: true,
      broadcastNeighbor: false,
      lacpStrict: false,
    },
  },
  changed: {
    transmitHashPolicy: { xmit_hash_policy: 'layer3+4' },
    lacpRate: { ad_lacp_rate: 'slow' },
    lacpActive: { ad_lacp_active: 'on' },
    aggregatorSelection: { ad_select: 'count' },
    actorSystemPriority: { ad_actor_sys_prio: 200 },
    actorSystem: { ad_actor_system: '02:00:00:00:00:0a' },
    userPortKey: { ad_user_port_key: 78 },
    coupledControl: {},
    broadcastNeighbor: {},
    lacpStrict: {},
  },
}

const roundRobin: KindCase = {
  title: 'bond in turns',
  section: 'bond',
  link: { name, kind: 'bond', bond: { mode: 'balance-rr', packetsPerPort: 7 } },
  shown: { mode: { mode: 'balance-rr' }, packetsPerPort: { packets_per_slave: 7 } },
  changes: { bond: { packetsPerPort: 0 } },
  changed: { packetsPerPort: { packets_per_slave: 0 } },
}

const byLoad: KindCase = {
  title: 'bond by load',
  section: 'bond',
  link: { name, kind: 'bond', bond: { mode: 'balance-tlb', dynamicLoadBalancing: false, learningInterval: 9 } },
  shown: {
    mode: { mode: 'balance-tlb' },
    dynamicLoadBalancing: { tlb_dynamic_lb: 0 },
    learningInterval: { lp_interval: 9 },
  },
  changes: { bond: { dynamicLoadBalancing: true, learningInterval: 2 } },
  changed: { dynamicLoadBalancing: { tlb_dynamic_lb: 1 }, learningInterval: { lp_interval: 2 } },
}

const port: KindCase = {
  title: 'port of a bond',
  setup: 'ip link add bond0 type bond mode active-backup miimon 100 || true',
  section: 'bondPort',
  link: { name, kind: 'dummy', master: 'bond0', bondPort: { queueId: 3, priority: -7 } },
  shown: { queueId: { queue_id: 3 }, priority: { prio: -7 } },
  changes: { bondPort: { queueId: 4, priority: 9 } },
  changed: { queueId: { queue_id: 4 }, priority: { prio: 9 } },
}

const portByLacp: KindCase = {
  title: 'port of a bond by LACP',
  setup: 'ip link add bond0 type bond mode 802.3ad miimon 100 || true',
  section: 'bondPort',
  link: { name, kind: 'dummy', master: 'bond0', bondPort: { actorPortPriority: 9 } },
  shown: { actorPortPriority: {} },
  changes: { bondPort: { actorPortPriority: 10 } },
  changed: { actorPortPriority: {} },
}

/** Bonds and their ports; what names ports is tested with the reconciler. */
export const bondCases: readonly KindCase[] = [backup, byArp, lacp, roundRobin, byLoad, port, portByLacp]
