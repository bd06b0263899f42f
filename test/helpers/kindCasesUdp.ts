import { type KindCase, name } from './kindCase.js'

const geneve: KindCase = {
  title: 'geneve over IPv4',
  setup: 'ip address add 10.0.0.2/24 dev v0',
  section: 'geneve',
  plain: ['id', 'remote'],
  link: {
    name,
    kind: 'geneve',
    geneve: {
      id: 0xffffff,
      remote: '10.0.0.9',
      local: '10.0.0.1',
      ttl: 9,
      tos: 0x10,
      df: 'set',
      port: 7000,
      portRange: { low: 1000, high: 2000 },
      udpChecksum: true,
      groHint: true,
    },
  },
  shown: {
    id: { id: 0xffffff },
    remote: { remote: '10.0.0.9' },
    local: {},
    ttl: { ttl: 9 },
    tos: { tos: '0x10' },
    df: { df: 'set' },
    port: { port: 7000 },
    portRange: {},
    udpChecksum: { udp_csum: true },
    groHint: {},
  },
  changes: { geneve: { remote: '10.0.0.8', ttl: 3, tos: 4, df: 'inherit' } },
  changed: { remote: { remote: '10.0.0.8' }, ttl: { ttl: 3 }, tos: { tos: '0x4' }, df: { df: 'inherit' } },
  recreates: [
    { id: 5 },
    { port: 7001 },
    { portRange: { low: 1001, high: 2000 } },
    { udpChecksum: false },
    { groHint: false },
    { local: '10.0.0.2' },
    { remote: 'fd00::9', local: 'fd00::1' },
  ],
}

const geneveOverIpv6: KindCase = {
  title: 'geneve over IPv6',
  section: 'geneve',
  plain: ['id', 'remote'],
  link: {
    name,
    kind: 'geneve',
    geneve: {
      id: 1,
      remote: 'fd00::9',
      ttlInherit: true,
      label: 0xabcde,
      udp6ZeroChecksumTx: true,
      udp6ZeroChecksumRx: true,
    },
  },
  shown: {
    id: { id: 1 },
    remote: { remote6: 'fd00::9' },
    ttlInherit: {},
    label: { label: '0xabcde' },
    udp6ZeroChecksumTx: { udp_zero_csum6_tx: true },
    udp6ZeroChecksumRx: { udp_zero_csum6_rx: true },
  },
  changes: { geneve: { label: 5, ttlInherit: false } },
  changed: { label: { label: '0x5' }, ttlInherit: {} },
  recreates: [{ remote: 'fd00::8' }, { udp6ZeroChecksumTx: false }, { udp6ZeroChecksumRx: false }],
}

const geneveOfRoutes: KindCase = {
  title: 'geneve by the metadata of routes',
  section: 'geneve',
  plain: ['collectMetadata'],
  link: { name, kind: 'geneve', geneve: { collectMetadata: true, innerProtocolInherit: true } },
  shown: { collectMetadata: { external: true }, innerProtocolInherit: {} },
  recreates: [{ innerProtocolInherit: false }, { collectMetadata: false, id: 5, remote: '10.0.0.9' }],
}

const bareudp: KindCase = {
  title: 'bareudp',
  section: 'bareudp',
  link: {
    name,
    kind: 'bareudp',
    bareudp: { port: 6635, etherType: 0x0800, lowestSourcePort: 1000, multipleProtocols: true },
  },
  shown: {
    port: { dstport: 6635 },
    etherType: { ethertype: 'ip' },
    lowestSourcePort: { srcportmin: 1000 },
    multipleProtocols: { multiproto: true },
  },
  recreates: [{ port: 6636 }, { lowestSourcePort: 1001 }, { multipleProtocols: false }, { etherType: 0x8847 }],
}

/** Tunnels in UDP but VXLAN. */
export const udpCases: readonly KindCase[] = [geneve, geneveOverIpv6, geneveOfRoutes, bareudp]
