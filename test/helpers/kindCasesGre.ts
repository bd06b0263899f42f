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
  otherOverIpv6,
  otherOverIpv6Shown,
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

const session = { inputKey: 5, outputKey: 6, inputSequence: true, outputSequence: true }
const sessionShown = {
  inputKey: { ikey: '0.0.0.5' },
  outputKey: { okey: '0.0.0.6' },
  inputSequence: { iseq: true },
  outputSequence: { oseq: true },
}

const splitGre = (kind: 'gre' | 'gretap' | 'erspan'): KindCase => {
  const more = kind === 'erspan' ? session : {}
  return {
    title: `${kind} that splits, and then discovers the MTU`,
    section: kind,
    plain: ['remote', ...Object.keys(more)],
    link: { name, kind, [kind]: { ...more, remote: '10.0.0.9', pathMtuDiscovery: false, ignoreDf: true } },
    shown: {
      ...(kind === 'erspan' ? sessionShown : {}),
      remote: { remote: '10.0.0.9' },
      pathMtuDiscovery: { pmtudisc: false },
      ignoreDf: {},
    },
    recreates: [{ pathMtuDiscovery: true, ignoreDf: false }],
  }
}

const splitGreNoMore = (kind: 'gre' | 'gretap' | 'erspan'): KindCase => ({
  ...splitGre(kind),
  title: `${kind} that splits, and then does not`,
  changes: { [kind]: { ignoreDf: false } },
  changed: { ignoreDf: {} },
  recreates: [],
})

const otherSession = { inputKey: 7, outputKey: 8, inputSequence: false }
const otherSessionShown = {
  inputKey: { ikey: '0.0.0.7' },
  outputKey: { okey: '0.0.0.8' },
  inputSequence: { iseq: undefined },
}
/** What iproute2 6.1 does not show as it was given. */
const unshown = (options: object): KindCase['shown'] =>
  Object.fromEntries(Object.keys(options).map((option) => [option, {}]))

function erspan(kind: 'erspan' | 'ip6erspan', version: 1 | 2): KindCase {
  const isIpv4 = kind === 'erspan'
  const more = version === 1 ? { version, index: 77 } : { version, direction: 'egress', hardwareId: 9 }
  const other = version === 1 ? { index: 78 } : { direction: 'ingress', hardwareId: 10 }
  return {
    title: `${kind} of version ${version}`,
    setup: fou,
    section: kind,
    plain: ['remote', 'version', ...Object.keys(session)],
    link: { name, kind, [kind]: { ...(isIpv4 ? overIpv4 : overIpv6), ...session, ...more, ...encapsulation } },
    shown: {
      ...(isIpv4 ? overIpv4Shown : overIpv6Shown),
      ...sessionShown,
      ...unshown(more),
      ...encapsulationShown,
    },
    changes: {
      [kind]: { ...(isIpv4 ? otherOverIpv4 : otherOverIpv6), ...otherSession, ...other, ...otherEncapsulation },
    },
    changed: {
      ...(isIpv4 ? otherOverIpv4Shown : otherOverIpv6Shown),
      ...otherSessionShown,
      ...unshown(other),
      ...otherEncapsulationShown,
    },
  }
}

function erspanOfAnotherVersion(kind: 'erspan' | 'ip6erspan'): KindCase {
  const remote = kind === 'erspan' ? '10.0.0.9' : 'fd00::9'
  const changes = { version: 2, direction: 'egress', hardwareId: 9 }
  return {
    title: `${kind} that goes over to version 2`,
    section: kind,
    plain: ['remote', ...Object.keys(session)],
    link: { name, kind, [kind]: { remote, ...session } },
    shown: { remote: { remote }, ...sessionShown },
    together: true,
    changes: { [kind]: { ...changes, outputSequence: false } },
    changed: { ...unshown(changes), outputSequence: { oseq: undefined } },
  }
}

/** Tunnels in GRE. */
export const greCases: readonly KindCase[] = [
  greOverIpv4('gre'),
  splitGre('gre'),
  splitGreNoMore('gre'),
  byRoutes('gre'),
  greOverIpv4('gretap'),
  splitGre('gretap'),
  splitGreNoMore('gretap'),
  byRoutes('gretap'),
  ipv6Tunnel('ip6gre', header, headerShown, otherHeader, otherHeaderShown),
  ipv6Inheriting('ip6gre'),
  byRoutes('ip6gre'),
  ipv6Tunnel('ip6gretap', header, headerShown, otherHeader, otherHeaderShown),
  ipv6Inheriting('ip6gretap'),
  byRoutes('ip6gretap'),
  erspan('erspan', 1),
  erspan('erspan', 2),
  erspanOfAnotherVersion('erspan'),
  splitGre('erspan'),
  splitGreNoMore('erspan'),
  byRoutes('erspan', session),
  erspan('ip6erspan', 1),
  erspan('ip6erspan', 2),
  erspanOfAnotherVersion('ip6erspan'),
  byRoutes('ip6erspan', session),
  ipv6Inheriting('ip6erspan', session),
]
