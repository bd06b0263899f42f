import { type KindCase, name } from './kindCase.js'
import { byRoutes, ipv6Inheriting, ipv6Tunnel } from './kindCasesTunnels.js'
import {
  encapsulation,
  encapsulationShown,
  fou,
  otherEncapsulation,
  otherEncapsulationShown,
  otherOverIpv4,
  otherOverIpv4Shown,
  overIpv4,
  overIpv4Shown,
  overIpv6,
  overIpv6Shown,
} from './tunnelValues.js'

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

const otherHeader = {
  inputKey: 7,
  outputKey: 6,
  inputChecksum: false,
  outputChecksum: false,
  inputSequence: false,
  outputSequence: false,
}
// What is false is not shown.
const otherHeaderShown = {
  inputKey: { ikey: '0.0.0.7' },
  outputKey: { okey: '0.0.0.6' },
  inputChecksum: { icsum: undefined },
  outputChecksum: { ocsum: undefined },
  inputSequence: { iseq: undefined },
  outputSequence: { oseq: undefined },
}

const greOverIpv4 = (kind: 'gre' | 'gretap'): KindCase => ({
  title: `${kind} with all options`,
  setup: fou,
  section: kind,
  plain: ['remote'],
  link: { name, kind, [kind]: { ...overIpv4, ...header, ...encapsulation } },
  shown: { ...overIpv4Shown, ...headerShown, ...encapsulationShown },
  changes: { [kind]: { ...otherOverIpv4, ...otherHeader, ...otherEncapsulation } },
  changed: { ...otherOverIpv4Shown, ...otherHeaderShown, ...otherEncapsulationShown },
})

const splitGre = (kind: 'gre' | 'gretap'): KindCase => ({
  title: `${kind} that splits`,
  section: kind,
  plain: ['remote'],
  link: { name, kind, [kind]: { remote: '10.0.0.9', pathMtuDiscovery: false, ignoreDf: true } },
  shown: { remote: { remote: '10.0.0.9' }, pathMtuDiscovery: { pmtudisc: false }, ignoreDf: {} },
  recreates: [
    { pathMtuDiscovery: true, ignoreDf: false },
    { ignoreDf: true, pathMtuDiscovery: false },
  ],
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
  const other = version === 1 ? { index: 78 } : { direction: 'ingress', hardwareId: 10 }
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
    changes: { [kind]: other },
    changed: Object.fromEntries(Object.keys(other).map((key) => [key, {}])),
  }
}

/** Tunnels in GRE. */
export const greCases: readonly KindCase[] = [
  greOverIpv4('gre'),
  splitGre('gre'),
  byRoutes('gre'),
  greOverIpv4('gretap'),
  splitGre('gretap'),
  byRoutes('gretap'),
  ipv6Tunnel('ip6gre', header, headerShown, otherHeader, otherHeaderShown),
  ipv6Inheriting('ip6gre'),
  byRoutes('ip6gre'),
  ipv6Tunnel('ip6gretap', header, headerShown, otherHeader, otherHeaderShown),
  ipv6Inheriting('ip6gretap'),
  byRoutes('ip6gretap'),
  erspan('erspan', 1),
  erspan('erspan', 2),
  erspan('ip6erspan', 1),
  erspan('ip6erspan', 2),
  ipv6Inheriting('ip6erspan', session),
]
