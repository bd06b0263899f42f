import { type KindCase, name } from './kindCase.js'

const hsr: KindCase = {
  title: 'hsr',
  section: 'hsr',
  setup: 'ip link add v2 type veth peer name v3',
  link: { name, kind: 'hsr', hsr: { slave1: 'v0', slave2: 'v1', version: 1, supervision: 9 } },
  shown: {
    slave1: { slave1: 'v0' },
    slave2: { slave2: 'v1' },
    version: {},
    supervision: { supervision_addr: '01:15:4e:00:01:09' },
  },
  recreates: [{ slave1: 'v2' }, { slave2: 'v3' }, { protocol: 'prp' }, { supervision: 8 }],
}

const prp: KindCase = {
  title: 'hsr as PRP',
  section: 'hsr',
  link: { name, kind: 'hsr', hsr: { slave1: 'v0', slave2: 'v1', protocol: 'prp' } },
  shown: { slave1: { slave1: 'v0' }, slave2: { slave2: 'v1' }, protocol: { proto: 1 } },
}

const hsrOfTwoRings: KindCase = {
  title: 'hsr with a link to another ring',
  section: 'hsr',
  setup: 'ip link add v2 type veth peer name v3',
  link: { name, kind: 'hsr', hsr: { slave1: 'v0', slave2: 'v1', interlink: 'v2', version: 1 } },
  shown: { slave1: { slave1: 'v0' }, slave2: { slave2: 'v1' }, interlink: {}, version: {} },
}

const macsec: KindCase = {
  title: 'macsec',
  section: 'macsec',
  link: {
    name,
    kind: 'macsec',
    mac: '02:00:00:00:00:01',
    macsec: {
      link: 'v0',
      port: 7,
      cipherSuite: 'gcm-aes-256',
      icvLength: 12,
      encodingSa: 2,
      encrypt: true,
      protect: false,
      sendSci: false,
      endStation: true,
      replayProtect: true,
      window: 77,
      validate: 'check',
      offload: 'off',
    },
  },
  shown: {
    link: { link: 'v0' },
    port: { sci: '0200000000010007' },
    cipherSuite: { cipher_suite: 'GCM-AES-256' },
    icvLength: {},
    encodingSa: {},
    encrypt: { encrypt: true },
    protect: { protect: false },
    sendSci: {},
    endStation: { es: true },
    replayProtect: { replay_protect: true },
    window: { window: 77 },
    validate: { validation: 'check' },
    offload: {},
  },
  changes: {
    macsec: {
      endStation: false,
      sendSci: true,
      encodingSa: 1,
      encrypt: false,
      protect: true,
      window: 78,
      validate: 'strict',
    },
  },
  changed: {
    endStation: { es: false },
    sendSci: {},
    encodingSa: {},
    encrypt: { encrypt: false },
    protect: { protect: true },
    window: { window: 78 },
    validate: { validation: 'strict' },
  },
  recreates: [{ link: 'v1' }, { port: 8 }, { icvLength: 13 }, { cipherSuite: 'gcm-aes-128' }],
}

const macsecOfAnotherChannel: KindCase = {
  title: 'macsec that sends by the number of another channel',
  section: 'macsec',
  link: { name, kind: 'macsec', macsec: { link: 'v0', sci: '0x020000000a0b0009' } },
  shown: { link: { link: 'v0' }, sci: { sci: '020000000a0b0009' } },
  recreates: [{ sci: '0x020000000a0b000a' }, { port: 8 }],
}

const macsecOfBroadcast: KindCase = {
  title: 'macsec with single copies of broadcasts',
  section: 'macsec',
  link: { name, kind: 'macsec', macsec: { link: 'v0', sendSci: false, singleCopyBroadcast: true } },
  shown: { link: { link: 'v0' }, sendSci: {}, singleCopyBroadcast: { scb: true } },
  changes: { macsec: { singleCopyBroadcast: false } },
  changed: { singleCopyBroadcast: { scb: false } },
}

const macsecOfLateFrames: KindCase = {
  title: 'macsec that comes to refuse late frames',
  section: 'macsec',
  link: { name, kind: 'macsec', macsec: { link: 'v0' } },
  shown: { link: { link: 'v0' } },
  // drivers/net/macsec.c, macsec_validate_attr
  together: true,
  changes: { macsec: { replayProtect: true, window: 9 } },
  changed: { replayProtect: { replay_protect: true }, window: { window: 9 } },
}

const team: KindCase = { title: 'team', section: 'team', link: { name, kind: 'team' }, shown: {} }

const batadv: KindCase = {
  title: 'batadv',
  section: 'batadv',
  link: { name, kind: 'batadv', batadv: { algorithm: 'BATMAN_V' } },
  shown: { algorithm: {} },
}

const virtWifi: KindCase = {
  title: 'virt_wifi',
  section: 'virtWifi',
  link: { name, kind: 'virtWifi', virtWifi: { link: 'v0' } },
  shown: { link: { link: 'v0' } },
  recreates: [{ link: 'v1' }],
}

const amt: KindCase = {
  title: 'amt',
  section: 'amt',
  plain: ['discovery'],
  link: {
    name,
    kind: 'amt',
    amt: {
      mode: 'gateway',
      link: 'v0',
      local: '10.0.0.1',
      discovery: '10.0.0.9',
      relayPort: 1000,
      gatewayPort: 2000,
      maximumTunnels: 9,
    },
  },
  shown: {
    mode: { mode: 'gateway' },
    link: { link: 'v0' },
    local: { local: '10.0.0.1' },
    discovery: { discovery: '10.0.0.9' },
    relayPort: { relay_port: 1000 },
    gatewayPort: { gateway_port: 2000 },
    maximumTunnels: { max_tunnels: 9 },
  },
  recreates: [
    { link: 'v1' },
    { local: '10.0.0.2' },
    { discovery: '10.0.0.8' },
    { relayPort: 1001 },
    { gatewayPort: 2001 },
    { maximumTunnels: 8 },
    { mode: 'relay' },
  ],
}

const gtp: KindCase = {
  title: 'gtp',
  section: 'gtp',
  plain: ['createSockets'],
  link: { name, kind: 'gtp', gtp: { role: 'sgsn', hashSize: 512, restartCount: 9, createSockets: true } },
  shown: {
    role: { role: 'sgsn' },
    hashSize: { hsize: 512 },
    restartCount: { restart_count: 9 },
    createSockets: {},
  },
  recreates: [
    { role: 'ggsn', createSockets: true },
    { hashSize: 256, createSockets: true },
    { restartCount: 8, createSockets: true },
  ],
}

const gtpOf = (version: string, local: string): KindCase => ({
  title: `gtp on one ${version} address`,
  section: 'gtp',
  plain: ['createSockets'],
  link: { name, kind: 'gtp', gtp: { createSockets: true, local } },
  shown: { createSockets: {}, local: {} },
})

const ovpn: KindCase = {
  title: 'ovpn',
  section: 'ovpn',
  link: { name, kind: 'ovpn', ovpn: { mode: 'mp' } },
  shown: { mode: {} },
  recreates: [{ mode: 'p2p' }],
}

/** What protects, doubles or bundles frames, and devices of protocols that a program speaks. */
export const otherCases: readonly KindCase[] = [
  amt,
  batadv,
  virtWifi,
  hsr,
  prp,
  hsrOfTwoRings,
  macsec,
  macsecOfAnotherChannel,
  macsecOfBroadcast,
  macsecOfLateFrames,
  team,
  gtp,
  gtpOf('IPv4', '10.0.0.1'),
  gtpOf('IPv6', 'fd00::1'),
  ovpn,
]
