import type { Slot } from './slots.js'

type Options = Readonly<Record<string, unknown>>

/** Kinds of links that some kernels lack. */
export type RareKind =
  | 'dummy'
  | 'bond'
  | 'team'
  | 'vrf'
  | 'hsr'
  | 'vlan'
  | 'macsec'
  | 'netkit'
  | 'wireguard'
  | 'xfrm'
  | 'ipvlan'
  | 'gre'
  | 'gretap'
  | 'ip6tnl'
  | 'geneve'
  | 'vti'
  | 'ipip'
  | 'sit'
  | 'ip6gre'
  | 'ip6gretap'
  | 'erspan'
  | 'amt'
  | 'bareudp'
  | 'batadv'
  | 'nlmon'
  | 'ipvtap'
  | 'vti6'
  | 'ip6erspan'

/** Places for links of them, what is below first. */
export const rareSlots: readonly Slot[] = [
  { name: 'da', kind: 'dummy', master: 'br' },
  { name: 'db', kind: 'dummy', master: 'bo' },
  { name: 'dc', kind: 'dummy', master: 'bo' },
  { name: 'dd', kind: 'dummy', master: 'te' },
  { name: 'de', kind: 'dummy', master: 'te' },
  { name: 'df', kind: 'dummy', master: 'vr' },
  { name: 'dg', kind: 'dummy' },
  { name: 'vr', kind: 'vrf' },
  { name: 'bo', kind: 'bond', master: 'bs' },
  { name: 'te', kind: 'team', master: 'vr' },
  { name: 'hs', kind: 'hsr', both: ['df', 'dg'], hasLowerMac: true, master: 'br' },
  { name: 'vl', kind: 'vlan', lower: 'vd', master: 'vr' },
  { name: 'vm', kind: 'vlan', lower: 'br', master: 'vr' },
  { name: 'vn', kind: 'vlan', lower: 'bo', master: 'br' },
  { name: 'vq', kind: 'vlan', lower: 'vl', master: 'bs' },
  { name: 'ms', kind: 'macsec', lower: 'vb', master: 'bs' },
  { name: 'na', kind: 'netkit', peer: 'nb', leads: true, isLayer3: true, master: 'vr' },
  { name: 'nb', kind: 'netkit', peer: 'na', isLayer3: true },
  { name: 'wg', kind: 'wireguard', isLayer3: true, master: 'vr' },
  { name: 'xf', kind: 'xfrm', isLayer3: true, lower: 'da', master: 'vr' },
  { name: 'iv', kind: 'ipvlan', isLayer3: true, lower: 'dg', master: 'vr' },
  { name: 'gr', kind: 'gre', isLayer3: true, lower: 'da', master: 'vr' },
  { name: 'gt', kind: 'gretap', master: 'br' },
  { name: 'it', kind: 'ip6tnl', isLayer3: true },
  { name: 'ge', kind: 'geneve', master: 'bs' },
  { name: 'vt', kind: 'vti', isLayer3: true, lower: 'da', master: 'vr' },
  { name: 'ii', kind: 'ipip', isLayer3: true, lower: 'vl' },
  { name: 'si', kind: 'sit', isLayer3: true },
  { name: 'gs', kind: 'ip6gre', isLayer3: true, lower: 'dg', master: 'vr' },
  { name: 'gu', kind: 'ip6gretap', lower: 'bo', master: 'br' },
  { name: 'er', kind: 'erspan', master: 'bs' },
  { name: 'am', kind: 'amt', lower: 'vd', master: 'br' },
  { name: 'bu', kind: 'bareudp', isLayer3: true },
  { name: 'mw', kind: 'macvlan', lower: 'vn', master: 'vr' },
  { name: 'iw', kind: 'ipvlan', isLayer3: true, lower: 'te' },
  { name: 'mx', kind: 'macsec', lower: 'bo', master: 'br' },
  { name: 'ba', kind: 'batadv', master: 'bs' },
  { name: 'dh', kind: 'dummy', master: 'ba' },
  { name: 'di', kind: 'dummy', master: 'ba' },
  { name: 'nl', kind: 'nlmon', isLayer3: true },
  { name: 'iy', kind: 'ipvtap', isLayer3: true, lower: 'vd', master: 'vr' },
  { name: 'vv', kind: 'vti6', isLayer3: true, lower: 'da', master: 'vr' },
  { name: 'es', kind: 'ip6erspan', lower: 'te', master: 'bo' },
  { name: 'bp', kind: 'bond' },
  { name: 'vs', kind: 'vlan', lower: 'va', master: 'bp' },
  { name: 'vu', kind: 'vlan', lower: 'ba', master: 'bp' },
  { name: 'mz', kind: 'macvlan', lower: 'bp', master: 'te' },
  { name: 'gw', kind: 'gretap', master: 'te' },
  { name: 'wh', kind: 'macvlan', lower: 'hs', master: 'vr' },
  { name: 'my', kind: 'macsec', lower: 'vs', master: 'vr' },
]

/** What `ip` makes a link of each kind by; v0 and v1 are there. */
export const probes: Readonly<Record<RareKind, string>> = {
  dummy: 'name new0 type dummy',
  bond: 'name new0 type bond',
  team: 'name new0 type team',
  vrf: 'name new0 type vrf table 400',
  hsr: 'name new0 type hsr slave1 v0 slave2 v1',
  vlan: 'link v0 name new0 type vlan id 5',
  macsec: 'link v0 name new0 type macsec',
  netkit: 'name new0 type netkit',
  wireguard: 'name new0 type wireguard',
  xfrm: 'name new0 type xfrm if_id 5',
  ipvlan: 'link v0 name new0 type ipvlan',
  gre: 'name new0 type gre remote 192.0.2.9',
  gretap: 'name new0 type gretap remote 192.0.2.9',
  ip6tnl: 'name new0 type ip6tnl remote 2001:db8::9',
  geneve: 'name new0 type geneve id 5 remote 192.0.2.9',
  vti: 'name new0 type vti key 5 remote 192.0.2.9',
  ipip: 'name new0 type ipip remote 192.0.2.9',
  sit: 'name new0 type sit remote 192.0.2.9',
  ip6gre: 'name new0 type ip6gre remote 2001:db8::9',
  ip6gretap: 'name new0 type ip6gretap remote 2001:db8::9',
  erspan: 'name new0 type erspan key 5 seq erspan_ver 1 erspan 5 remote 192.0.2.9',
  amt: 'name new0 type amt mode relay local 192.0.2.1 dev v0',
  bareudp: 'name new0 type bareudp dstport 5000 ethertype ip',
  batadv: 'name new0 type batadv',
  nlmon: 'name new0 type nlmon',
  ipvtap: 'link v0 name new0 type ipvtap',
  vti6: 'name new0 type vti6 key 5 remote 2001:db8::9',
  ip6erspan: 'name new0 type ip6erspan key 5 seq erspan_ver 1 erspan 5 remote 2001:db8::9',
}

const key = (byte: number): string => Buffer.alloc(32, byte).toString('base64')
const peer = { publicKey: key(9), endpoint: '192.0.2.7:51820', allowedIps: ['10.210.0.0/24', 'fd21::/64'] }
const tunnel = { local: '192.0.2.1', remote: '192.0.2.9', ttl: 64 }

/** What they can have said of them; of the first everything is as the kernel makes it, and written out. */
export const rareOptions: Readonly<Record<RareKind, readonly Options[]>> = {
  dummy: [{}],
  bond: [
    { mode: 'balance-rr', miiInterval: 0.1, minimumLinks: 0, resendIgmp: 1, transmitHashPolicy: 'layer2' },
    { mode: 'active-backup', miiInterval: 0.2, upDelay: 0.4 },
    { mode: 'balance-xor', transmitHashPolicy: 'layer3+4', minimumLinks: 1 },
    { mode: '802.3ad', miiInterval: 0.1, lacpRate: 'fast', actorSystemPriority: 9 },
    { mode: 'active-backup', failOverMac: 'active', resendIgmp: 5 },
    { resendIgmp: 7, allPortsActive: true },
  ],
  team: [
    { mode: 'roundrobin', notifyPeersCount: 0, notifyPeersInterval: 0 },
    { mode: 'broadcast', notifyPeersCount: 3 },
    { mode: 'activebackup', multicastRejoinCount: 2 },
    { notifyPeersCount: 2, notifyPeersInterval: 50 },
  ],
  vrf: [{ table: 400 }, { table: 401 }],
  hsr: [{ protocol: 'hsr', version: 0, supervision: 0 }, { version: 1, supervision: 9 }, { supervision: 3 }],
  vlan: [
    {
      id: 5,
      protocol: '802.1Q',
      reorderHeader: true,
      gvrp: false,
      mvrp: false,
      looseBinding: false,
      ingressQosMap: [],
      egressQosMap: [],
    },
    { id: 5, protocol: '802.1ad' },
    { id: 6, ingressQosMap: [{ from: 1, to: 5 }], egressQosMap: [{ from: 3, to: 2 }] },
    {
      id: 5,
      ingressQosMap: [
        { from: 1, to: 6 },
        { from: 2, to: 7 },
      ],
      reorderHeader: false,
    },
    { id: 5, looseBinding: true, egressQosMap: [{ from: 4, to: 1 }] },
    { id: 7, gvrp: true, mvrp: true },
  ],
  macsec: [
    {
      port: 1,
      encrypt: false,
      protect: true,
      sendSci: true,
      replayProtect: false,
      validate: 'strict',
      encodingSa: 0,
      transmitAssociations: [],
      receiveChannels: [],
    },
    { port: 7, encrypt: true, validate: 'check' },
    { replayProtect: true, window: 32, encodingSa: 2 },
    { cipherSuite: 'gcm-aes-256', icvLength: 12, port: 1 },
    {
      transmitAssociations: [{ number: 0, key: '00112233445566778899aabbccddeeff', keyId: '01', packetNumber: 1 }],
      receiveChannels: [{ sci: '0200000000090001', associations: [] }],
    },
  ],
  netkit: [
    { mode: 'l3', policy: 'forward', peerPolicy: 'forward' },
    { policy: 'blackhole' },
    { peerPolicy: 'blackhole' },
  ],
  wireguard: [
    { privateKey: key(0x48), listenPort: 51_820, fwmark: 0, peers: [] },
    { listenPort: 51_821, peers: [peer] },
    {
      privateKey: key(0x50),
      fwmark: 0x77,
      peers: [peer, { publicKey: key(10), allowedIps: [], persistentKeepalive: 25 }],
    },
    { peers: [{ publicKey: key(10), presharedKey: key(3), allowedIps: ['10.210.0.0/24'] }] },
  ],
  xfrm: [{ id: 5 }, { id: 6 }],
  ipvlan: [{ mode: 'l3', isolation: 'bridge' }, { mode: 'l2' }, { mode: 'l3s', isolation: 'private' }],
  gre: [
    { ...tunnel, inputKey: 5, outputKey: 5, outputChecksum: false, pathMtuDiscovery: true },
    { ...tunnel, remote: '192.0.2.10' },
    { ...tunnel, inputKey: 9, outputSequence: true },
    { ...tunnel, ttl: 0, pathMtuDiscovery: false, ignoreDf: true },
  ],
  gretap: [
    { ...tunnel, outputKey: 7, inputKey: 7 },
    { ...tunnel, ttl: 5 },
  ],
  ip6tnl: [
    { local: '2001:db8::1', remote: '2001:db8::9', mode: 'ip6ip6', hopLimit: 64, encapsulationLimit: 4 },
    { remote: '2001:db8::9', mode: 'any' },
    { local: '2001:db8::1', remote: '2001:db8::8', mode: 'ipip6', hopLimit: 3 },
  ],
  geneve: [
    { id: 70, remote: '192.0.2.9', port: 6081, ttl: 0 },
    { id: 71, remote: '192.0.2.9' },
    { id: 70, remote: '192.0.2.10', ttl: 7, port: 6082 },
  ],
  vti: [
    { local: '192.0.2.3', remote: '192.0.2.9', inputKey: 5, outputKey: 5, fwmark: 0 },
    { local: '192.0.2.3', remote: '192.0.2.9', inputKey: 6 },
    { remote: '192.0.2.11', inputKey: 5, fwmark: 7 },
  ],
  ipip: [
    { local: '192.0.2.4', remote: '192.0.2.9', ttl: 64, tos: 0, pathMtuDiscovery: true, mode: 'ipip' },
    { remote: '192.0.2.9', ttl: 9 },
    { local: '192.0.2.4', remote: '192.0.2.12', mode: 'any' },
  ],
  sit: [
    { local: '192.0.2.5', remote: '192.0.2.9', ttl: 64, mode: 'ip6ip', isatap: false },
    { remote: '192.0.2.9', ttl: 9, mode: 'any' },
    { local: '192.0.2.5', rapidPrefix: '2001:db8::', rapidPrefixLength: 32 },
  ],
  ip6gre: [
    { local: '2001:db8::3', remote: '2001:db8::9', inputKey: 5, outputKey: 5, hopLimit: 64 },
    { remote: '2001:db8::9', outputSequence: true },
    { local: '2001:db8::3', remote: '2001:db8::7', encapsulationLimit: 'none' },
  ],
  ip6gretap: [
    { local: '2001:db8::4', remote: '2001:db8::9', inputKey: 7, outputKey: 7 },
    { remote: '2001:db8::9', hopLimit: 5, inputKey: 7 },
  ],
  erspan: [
    { local: '192.0.2.6', remote: '192.0.2.9', outputKey: 8, inputKey: 8, outputSequence: true, version: 1, index: 3 },
    { remote: '192.0.2.9', inputKey: 9, inputSequence: true, index: 4 },
    { remote: '192.0.2.9', outputKey: 8, outputSequence: true, version: 2, direction: 'egress', hardwareId: 5 },
  ],
  amt: [
    { mode: 'relay', local: '192.0.2.1', relayPort: 2268, gatewayPort: 2268, maximumTunnels: 128 },
    { mode: 'gateway', local: '192.0.2.1', discovery: '192.0.2.9' },
    { mode: 'relay', local: '192.0.2.1', maximumTunnels: 5, relayPort: 2270 },
  ],
  bareudp: [
    { port: 5000, etherType: 0x0800, lowestSourcePort: 0, multipleProtocols: false },
    { port: 5001, etherType: 0x86dd },
    { port: 5000, etherType: 0x0800, multipleProtocols: true, lowestSourcePort: 2000 },
  ],
  batadv: [{}],
  nlmon: [{}],
  ipvtap: [{ mode: 'l3', isolation: 'bridge' }, { mode: 'l2' }, { mode: 'l3s', isolation: 'vepa' }],
  vti6: [
    { local: '2001:db8::5', remote: '2001:db8::9', inputKey: 5, outputKey: 5, fwmark: 0 },
    { remote: '2001:db8::9', inputKey: 6 },
    { local: '2001:db8::5', remote: '2001:db8::7', fwmark: 7 },
  ],
  ip6erspan: [
    {
      local: '2001:db8::6',
      remote: '2001:db8::9',
      outputKey: 8,
      inputKey: 8,
      outputSequence: true,
      version: 1,
      index: 3,
    },
    { remote: '2001:db8::9', inputKey: 9, inputSequence: true, index: 4 },
    { remote: '2001:db8::9', outputKey: 8, outputSequence: true, version: 2, direction: 'egress', hardwareId: 5 },
  ],
}

/** What their ports can have said of them, in the same way. */
export const rarePortOptions: Readonly<Partial<Record<Slot['kind'], readonly Options[]>>> = {
  bond: [{ queueId: 0, priority: 0 }, { queueId: 3 }, { priority: 7 }],
  team: [{ enabled: true, priority: 0, queueId: 0 }, { priority: 9, queueId: 2 }, { enabled: false }],
}
