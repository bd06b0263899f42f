import { type KindCase, name } from './kindCase.js'
import {
  encapsulation,
  encapsulationShown,
  fou,
  inheriting,
  inheritingShown,
  otherEncapsulation,
  otherEncapsulationShown,
  otherOverIpv4,
  otherOverIpv4Shown,
  otherOverIpv6,
  otherOverIpv6Shown,
  overIpv4,
  overIpv4Shown,
  overIpv6,
  overIpv6Shown,
} from './tunnelValues.js'

function ipv4Tunnel(kind: 'ipip' | 'sit', mode: string): KindCase {
  return {
    title: `${kind} with all options`,
    setup: fou,
    section: kind,
    plain: ['remote'],
    link: { name, kind, [kind]: { ...overIpv4, mode, ...encapsulation } },
    shown: { ...overIpv4Shown, mode: {}, ...encapsulationShown },
    changes: { [kind]: { ...otherOverIpv4, ...otherEncapsulation } },
    changed: { ...otherOverIpv4Shown, ...otherEncapsulationShown },
    recreates: [{ mode: 'ipip' }],
  }
}

export const noDiscovery = (kind: 'ipip' | 'sit' | 'gre'): KindCase => ({
  title: `${kind} whose packets may be split`,
  section: kind,
  plain: ['remote'],
  link: { name, kind, [kind]: { remote: '10.0.0.9', pathMtuDiscovery: false } },
  shown: { remote: { remote: '10.0.0.9' }, pathMtuDiscovery: { pmtudisc: false } },
  changes: { [kind]: { pathMtuDiscovery: true } },
  changed: { pathMtuDiscovery: { pmtudisc: true } },
})

export const byRoutes = (
  kind: 'ipip' | 'ip6tnl' | 'gre' | 'gretap' | 'ip6gre' | 'ip6gretap' | 'erspan' | 'ip6erspan',
  more: object = {},
): KindCase => ({
  title: `${kind} by the metadata of routes`,
  section: kind,
  plain: ['collectMetadata'],
  link: { name, kind, [kind]: { collectMetadata: true } },
  shown: { collectMetadata: { external: true } },
  recreates: [{ collectMetadata: false, remote: kind.includes('6') ? 'fd00::9' : '10.0.0.9', ...more }],
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
  changes: {
    sit: {
      rapidPrefix: '2001:db9::',
      rapidPrefixLength: 40,
      rapidRelayPrefixLength: 16,
      rapidRelayPrefix: '10.1.0.0',
    },
  },
  changed: { rapidPrefix: {}, rapidPrefixLength: {}, rapidRelayPrefix: {}, rapidRelayPrefixLength: {} },
}

const isatap: KindCase = {
  title: 'sit for ISATAP',
  section: 'sit',
  plain: ['local'],
  link: { name, kind: 'sit', sit: { local: '10.0.0.1', isatap: true } },
  shown: { local: { local: '10.0.0.1' }, isatap: { isatap: true } },
  recreates: [{ isatap: false }],
}

export function ipv6Tunnel(
  kind: 'ip6tnl' | 'ip6gre' | 'ip6gretap',
  more: object,
  moreShown: KindCase['shown'],
  other: object,
  otherShown: KindCase['shown'],
): KindCase {
  return {
    title: `${kind} with all options`,
    setup: fou,
    section: kind,
    plain: ['remote'],
    link: { name, kind, [kind]: { ...overIpv6, ...more, ...encapsulation } },
    shown: { ...overIpv6Shown, ...moreShown, ...encapsulationShown },
    changes: { [kind]: { ...otherOverIpv6, ...other, ...otherEncapsulation } },
    changed: { ...otherOverIpv6Shown, ...otherShown, ...otherEncapsulationShown },
  }
}

export const ipv6Inheriting = (kind: 'ip6tnl' | 'ip6gre' | 'ip6gretap' | 'ip6erspan', more: object = {}): KindCase => ({
  title: `${kind} that takes after the packet inside`,
  section: kind,
  plain: ['remote', ...Object.keys(more)],
  link: { name, kind, [kind]: { ...inheriting, ...more } },
  shown: { ...inheritingShown, ...Object.fromEntries(Object.keys(more).map((key) => [key, {}])) },
  changes: { [kind]: notInheriting },
  changed: inheritingShown,
})

const notInheriting = {
  ignoreEncapsulationLimit: false,
  inheritTrafficClass: false,
  inheritFlowLabel: false,
  inheritFwmark: false,
}

/** Tunnels of IP packets in IP. */
export const tunnelCases: readonly KindCase[] = [
  ipv4Tunnel('ipip', 'any'),
  noDiscovery('ipip'),
  byRoutes('ipip'),
  ipv4Tunnel('sit', 'any'),
  noDiscovery('sit'),
  sitOfRapidDeployment,
  isatap,
  ipv6Tunnel('ip6tnl', { mode: 'ipip6' }, { mode: {} }, { mode: 'ip6ip6' }, { mode: {} }),
  ipv6Inheriting('ip6tnl'),
  byRoutes('ip6tnl'),
]
