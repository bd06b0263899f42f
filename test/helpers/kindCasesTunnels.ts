import type { TunnelEncapsulation } from '../../src/rtnetlink/kinds/tunnel.js'
import { type KindCase, name } from './kindCase.js'

const fou = 'modprobe -aq fou fou6 ip_tunnel; true'
const encapsulation: TunnelEncapsulation = {
  encapsulation: 'gue',
  encapsulationSourcePort: 1000,
  encapsulationDestinationPort: 2000,
  encapsulationChecksum: true,
  encapsulationChecksum6: true,
  encapsulationRemoteChecksum: true,
}
const shownEncap = {
  type: 'gue',
  sport: 1000,
  dport: 2000,
  csum: true,
  csum6: true,
  remcsum: true,
}
const encapsulationShown = Object.fromEntries(Object.keys(encapsulation).map((key) => [key, { encap: shownEncap }]))
const overIpv4 = { link: 'v0', local: '10.0.0.1', remote: '10.0.0.9', fwmark: 0x77, ttl: 9, tos: 0x10 }
const overIpv4Shown = {
  link: { link: 'v0' },
  local: { local: '10.0.0.1' },
  remote: { remote: '10.0.0.9' },
  fwmark: { fwmark: '0x77' },
  ttl: { ttl: 9 },
  tos: { tos: '0x10' },
}
const overIpv6 = {
  link: 'v0',
  local: 'fd00::1',
  remote: 'fd00::9',
  fwmark: 0x77,
  hopLimit: 9,
  encapsulationLimit: 5,
  flowInfo: 0x0120_0345,
  copyDscp: true,
  allowLocalRemote: true,
}
const overIpv6Shown = {
  link: { link: 'v0' },
  local: { local: 'fd00::1' },
  remote: { remote: 'fd00::9' },
  fwmark: { fwmark: '0x77' },
  hopLimit: { ttl: 9 },
  encapsulationLimit: {},
  flowInfo: {},
  copyDscp: {},
  allowLocalRemote: {},
}
const inheriting = {
  remote: 'fd00::9',
  ignoreEncapsulationLimit: true,
  inheritTrafficClass: true,
  inheritFlowLabel: true,
  inheritFwmark: true,
}
const inheritingShown = {
  remote: { remote: 'fd00::9' },
  ignoreEncapsulationLimit: {},
  inheritTrafficClass: {},
  inheritFlowLabel: {},
  inheritFwmark: {},
}

function ipv4Tunnel(kind: 'ipip' | 'sit', mode: string): KindCase {
  return {
    title: `${kind} with all options`,
    setup: fou,
    section: kind,
    plain: ['remote'],
    link: { name, kind, [kind]: { ...overIpv4, mode, ...encapsulation } },
    shown: { ...overIpv4Shown, mode: {}, ...encapsulationShown },
    changes: { [kind]: { remote: '10.0.0.8', ttl: 7, tos: 4 } },
    changed: { remote: { remote: '10.0.0.8' }, ttl: { ttl: 7 }, tos: { tos: '0x4' } },
  }
}

const noDiscovery = (kind: 'ipip' | 'sit' | 'gre'): KindCase => ({
  title: `${kind} whose packets may be split`,
  section: kind,
  plain: ['remote'],
  link: { name, kind, [kind]: { remote: '10.0.0.9', pathMtuDiscovery: false } },
  shown: { remote: { remote: '10.0.0.9' }, pathMtuDiscovery: { pmtudisc: false } },
  changes: { [kind]: { pathMtuDiscovery: true } },
  changed: { pathMtuDiscovery: { pmtudisc: true } },
})

const byRoutes = (kind: 'ipip' | 'ip6tnl' | 'gre' | 'gretap' | 'ip6gre' | 'ip6gretap'): KindCase => ({
  title: `${kind} by the metadata of routes`,
  section: kind,
  plain: ['collectMetadata'],
  link: { name, kind, [kind]: { collectMetadata: true } },
  shown: { collectMetadata: { external: true } },
})

const sitOfRapidDeployment: KindCase = {
  title: 'sit for 6rd',
  section: 'sit',
  plain: ['local'],
  link: {
    name,
    kind: 'sit',
    sit: {
      local: '10.0.0.1',
      rapidPrefix: '2001:db8::',
      rapidPrefixLength: 32,
      rapidRelayPrefix: '10.0.0.0',
      rapidRelayPrefixLength: 8,
    },
  },
  shown: {
    local: { local: '10.0.0.1' },
    rapidPrefix: {},
    rapidPrefixLength: {},
    rapidRelayPrefix: {},
    rapidRelayPrefixLength: {},
  },
}

const isatap: KindCase = {
  title: 'sit for ISATAP',
  section: 'sit',
  plain: ['local'],
  link: { name, kind: 'sit', sit: { local: '10.0.0.1', isatap: true } },
  shown: { local: { local: '10.0.0.1' }, isatap: {} },
}

function ipv6Tunnel(kind: 'ip6tnl' | 'ip6gre' | 'ip6gretap', more: object, moreShown: KindCase['shown']): KindCase {
  return {
    title: `${kind} with all options`,
    setup: fou,
    section: kind,
    plain: ['remote'],
    link: { name, kind, [kind]: { ...overIpv6, ...more, ...encapsulation } },
    shown: { ...overIpv6Shown, ...moreShown, ...encapsulationShown },
    changes: { [kind]: { remote: 'fd00::8', hopLimit: 7 } },
    changed: { remote: { remote: 'fd00::8' }, hopLimit: { ttl: 7 } },
  }
}

const ipv6Inheriting = (kind: 'ip6tnl' | 'ip6gre' | 'ip6gretap' | 'ip6erspan', more: object = {}): KindCase => ({
  title: `${kind} that takes after the packet inside`,
  section: kind,
  plain: ['remote', ...Object.keys(more)],
  link: { name, kind, [kind]: { ...inheriting, ...more } },
  shown: { ...inheritingShown, ...Object.fromEntries(Object.keys(more).map((key) => [key, {}])) },
})

const header = {
  inputKey: 5,
  outputKey: 0x01020304,
  inputChecksum: true,
  outputChecksum: true,
  inputSequence: true,
  outputSequence: true,
}
const headerShown = {
  inputKey: { ikey: '0.0.0.5' },
  outputKey: { okey: '1.2.3.4' },
  inputChecksum: { icsum: true },
  outputChecksum: { ocsum: true },
  inputSequence: { iseq: true },
  outputSequence: { oseq: true },
}

const greOverIpv4 = (kind: 'gre' | 'gretap'): KindCase => ({
  title: `${kind} with all options`,
  setup: fou,
  section: kind,
  plain: ['remote'],
  link: { name, kind, [kind]: { ...overIpv4, ...header, ...encapsulation } },
  shown: { ...overIpv4Shown, ...headerShown, ...encapsulationShown },
  changes: { [kind]: { remote: '10.0.0.8', outputKey: 6 } },
  changed: { remote: { remote: '10.0.0.8' }, outputKey: { okey: '0.0.0.6' } },
})

const splitGre = (kind: 'gre' | 'gretap'): KindCase => ({
  title: `${kind} that splits`,
  section: kind,
  plain: ['remote'],
  link: { name, kind, [kind]: { remote: '10.0.0.9', pathMtuDiscovery: false, ignoreDf: true } },
  shown: { remote: { remote: '10.0.0.9' }, pathMtuDiscovery: { pmtudisc: false }, ignoreDf: {} },
})

const session = { inputKey: 5, outputKey: 6, inputSequence: true, outputSequence: true }
const sessionShown = {
  inputKey: { ikey: '0.0.0.5' },
  outputKey: { okey: '0.0.0.6' },
  inputSequence: { iseq: true },
  outputSequence: { oseq: true },
}

function erspan(kind: 'erspan' | 'ip6erspan', version: 1 | 2): KindCase {
  const ends = kind === 'erspan' ? { ...overIpv4, link: 0 } : { ...overIpv6, link: 0 }
  const { link: _ipv4Link, ...ipv4Shown } = overIpv4Shown
  const { link: _ipv6Link, ...ipv6Shown } = overIpv6Shown
  const more = version === 1 ? { version, index: 77 } : { version, direction: 'egress', hardwareId: 9 }
  const { link: _link, ...given } = ends
  return {
    title: `${kind} of version ${version}`,
    section: kind,
    plain: ['remote', 'version', ...Object.keys(session)],
    link: { name, kind, [kind]: { ...given, ...session, ...more } },
    shown: {
      ...(kind === 'erspan' ? ipv4Shown : ipv6Shown),
      ...sessionShown,
      ...Object.fromEntries(Object.keys(more).map((key) => [key, {}])),
    },
  }
}

const vti = (kind: 'vti' | 'vti6'): KindCase => {
  const [local, remote] = kind === 'vti' ? ['10.0.0.1', '10.0.0.9'] : ['fd00::1', 'fd00::9']
  return {
    title: kind,
    section: kind,
    plain: ['remote'],
    link: { name, kind, [kind]: { link: 'v0', local, remote, fwmark: 0x77, inputKey: 5, outputKey: 6 } },
    shown: {
      link: { link: 'v0' },
      local: { local },
      remote: { remote },
      fwmark: { fwmark: '0x77' },
      inputKey: { ikey: '0.0.0.5' },
      outputKey: { okey: '0.0.0.6' },
    },
    changes: { [kind]: { fwmark: 0x78 } },
    changed: { fwmark: { fwmark: '0x78' } },
  }
}

const geneve: KindCase = {
  title: 'geneve over IPv4',
  section: 'geneve',
  plain: ['id', 'remote'],
  link: {
    name,
    kind: 'geneve',
    geneve: { id: 0xffffff, remote: '10.0.0.9', ttl: 9, tos: 0x10, df: 'set', port: 7000, udpChecksum: true },
  },
  shown: {
    id: { id: 0xffffff },
    remote: { remote: '10.0.0.9' },
    ttl: { ttl: 9 },
    tos: { tos: '0x10' },
    df: { df: 'set' },
    port: { port: 7000 },
    udpChecksum: { udp_csum: true },
  },
  changes: { geneve: { remote: '10.0.0.8', ttl: 3, tos: 4, df: 'inherit' } },
  changed: { remote: { remote: '10.0.0.8' }, ttl: { ttl: 3 }, tos: { tos: '0x4' }, df: { df: 'inherit' } },
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
  changes: { geneve: { label: 5 } },
  changed: { label: { label: '0x5' } },
}

const geneveOfRoutes: KindCase = {
  title: 'geneve by the metadata of routes',
  section: 'geneve',
  plain: ['collectMetadata'],
  link: { name, kind: 'geneve', geneve: { collectMetadata: true, innerProtocolInherit: true } },
  shown: { collectMetadata: { external: true }, innerProtocolInherit: {} },
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
}

const xfrm: KindCase = {
  title: 'xfrm',
  section: 'xfrm',
  plain: ['id'],
  link: { name, kind: 'xfrm', xfrm: { link: 'v0', id: 77 } },
  shown: { link: { link: 'v0' }, id: { if_id: '0x4d' } },
}

const xfrmOfRoutes: KindCase = {
  title: 'xfrm by the metadata of routes',
  section: 'xfrm',
  plain: ['collectMetadata'],
  link: { name, kind: 'xfrm', xfrm: { collectMetadata: true } },
  shown: { collectMetadata: { external: true } },
}

/** Tunnels of every sort but VXLAN. */
export const tunnelCases: readonly KindCase[] = [
  ipv4Tunnel('ipip', 'any'),
  noDiscovery('ipip'),
  byRoutes('ipip'),
  ipv4Tunnel('sit', 'any'),
  noDiscovery('sit'),
  sitOfRapidDeployment,
  isatap,
  ipv6Tunnel('ip6tnl', { mode: 'ipip6' }, { mode: {} }),
  ipv6Inheriting('ip6tnl'),
  byRoutes('ip6tnl'),
  greOverIpv4('gre'),
  splitGre('gre'),
  byRoutes('gre'),
  greOverIpv4('gretap'),
  splitGre('gretap'),
  byRoutes('gretap'),
  ipv6Tunnel('ip6gre', header, headerShown),
  ipv6Inheriting('ip6gre'),
  byRoutes('ip6gre'),
  ipv6Tunnel('ip6gretap', header, headerShown),
  ipv6Inheriting('ip6gretap'),
  byRoutes('ip6gretap'),
  erspan('erspan', 1),
  erspan('erspan', 2),
  erspan('ip6erspan', 1),
  erspan('ip6erspan', 2),
  ipv6Inheriting('ip6erspan', session),
  vti('vti'),
  vti('vti6'),
  geneve,
  geneveOverIpv6,
  geneveOfRoutes,
  bareudp,
  xfrm,
  xfrmOfRoutes,
]
