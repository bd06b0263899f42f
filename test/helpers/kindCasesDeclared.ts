import { type KindCase, name } from './kindCase.js'

// Numbers that no /etc/passwd has, so that ip shows them as they are.
const accounts = { owner: 61001, group: 61002 }

const tunTap = (kind: 'tun' | 'tap'): KindCase => ({
  title: kind,
  section: kind,
  link: { name, kind, [kind]: { ...accounts, multiQueue: true, vnetHeader: true, packetInfo: true } },
  shown: {
    owner: { user: 61001 },
    group: { group: 61002 },
    multiQueue: { multi_queue: true },
    vnetHeader: { vnet_hdr: true },
    packetInfo: { pi: true },
  },
  changes: { [kind]: { owner: 61003, group: 61004, vnetHeader: false, packetInfo: false } },
  changed: {
    owner: { user: 61003 },
    group: { group: 61004 },
    vnetHeader: { vnet_hdr: false },
    packetInfo: { pi: false },
  },
  recreates: [{ multiQueue: false }],
})

const veth: KindCase = {
  title: 'veth',
  section: 'veth',
  link: { name, kind: 'veth', veth: { peer: { name: 'peer0', mac: '02:00:00:00:00:09', mtu: 1400 } } },
  shown: { peer: { link: 'peer0' } },
  recreates: [{ peer: { name: 'peer1' } }],
}

const vxcan: KindCase = {
  title: 'vxcan',
  section: 'vxcan',
  link: { name, kind: 'vxcan', vxcan: { peer: { name: 'peer0', mtu: 16 } } },
  shown: { peer: { link: 'peer0' } },
  recreates: [{ peer: { name: 'peer1' } }],
}

const netkit: KindCase = {
  title: 'netkit',
  section: 'netkit',
  link: {
    name,
    kind: 'netkit',
    netkit: {
      peer: { name: 'peer0', mac: '02:00:00:00:00:09', mtu: 1400 },
      mode: 'l2',
      policy: 'blackhole',
      peerPolicy: 'blackhole',
      scrub: 'none',
      peerScrub: 'none',
      headroom: 64,
      tailroom: 32,
    },
  },
  // iproute2 6.1 knows nothing of it but the other end; test/reconcile/netkit.test.ts sends packets.
  shown: { peer: { link: 'peer0' } },
  changes: { netkit: { policy: 'forward', peerPolicy: 'forward' } },
  recreates: [
    { mode: 'l3' },
    { mode: 'l2' },
    { scrub: 'default' },
    { peerScrub: 'default' },
    { headroom: 32 },
    { tailroom: 16 },
    { peer: { name: 'peer1' } },
  ],
}

const key = (byte: number): string => Buffer.alloc(32, byte).toString('base64')

const wireguard: KindCase = {
  title: 'wireguard',
  section: 'wireguard',
  link: {
    name,
    kind: 'wireguard',
    wireguard: {
      privateKey: key(0x48),
      listenPort: 51820,
      fwmark: 0x51,
      peers: [
        {
          publicKey: key(1),
          presharedKey: key(2),
          endpoint: '192.0.2.1:51820',
          persistentKeepalive: 25,
          allowedIps: ['10.9.0.2/32', 'fd09::/64'],
        },
      ],
    },
  },
  // `ip` sees nothing of it; test/reconcile/wireguard.test.ts asks wg.
  shown: { privateKey: {}, listenPort: {}, fwmark: {}, peers: {} },
  changes: {
    wireguard: { privateKey: key(0x50), listenPort: 51821, fwmark: 0x52, peers: [{ publicKey: key(3) }] },
  },
  changed: { privateKey: {}, listenPort: {}, fwmark: {}, peers: {} },
}

// `ip` sees nothing of it; test/reconcile/team.test.ts asks teamnl.
const unshown = (...options: readonly string[]): Readonly<Record<string, Readonly<Record<string, unknown>>>> =>
  Object.fromEntries(options.map((option) => [option, {}]))
const counts = ['notifyPeersCount', 'notifyPeersInterval', 'multicastRejoinCount', 'multicastRejoinInterval'] as const
const countsOf = (value: number): object => Object.fromEntries(counts.map((option) => [option, value]))

const team: KindCase = {
  title: 'team with a mode',
  section: 'team',
  link: { name, kind: 'team', team: { mode: 'activebackup', ...countsOf(3) } },
  shown: unshown('mode', ...counts),
  changes: { team: countsOf(500) },
  changed: unshown(...counts),
  recreates: [{ mode: 'broadcast' }, { mode: 'random' }, { mode: 'loadbalance' }, { mode: 'roundrobin' }],
}

const portOptions = ['enabled', 'userLinkup', 'userLinkupEnabled', 'priority', 'queueId'] as const

const teamPort: KindCase = {
  title: 'port of a team',
  setup: 'ip link add team0 type team || true',
  section: 'teamPort',
  link: {
    name,
    kind: 'dummy',
    master: 'team0',
    teamPort: { enabled: false, userLinkup: true, userLinkupEnabled: true, priority: -7, queueId: 3 },
  },
  shown: unshown(...portOptions),
  changes: { teamPort: { enabled: true, userLinkup: false, userLinkupEnabled: false, priority: 9, queueId: 15 } },
  changed: unshown(...portOptions),
}

/** Kinds whose options do not go by a message for a link. */
export const declaredCases: readonly KindCase[] = [
  tunTap('tun'),
  tunTap('tap'),
  veth,
  vxcan,
  netkit,
  wireguard,
  team,
  teamPort,
]
