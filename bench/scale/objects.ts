import type { LinkSpec, RuleSpec, Spec } from 'linkwright'
import { routesOf } from '../kernel/specs.js'

/** What is measured: a spec with that many objects; the first `changed` of them are not as they are without it. */
export interface Objects {
  readonly title: string
  readonly sizes: readonly number[]
  readonly spec: (count: number, changed?: number) => Spec
}

const links = [100, 1000, 5000]
const others = [1000, 10_000]

export const objects: readonly Objects[] = [
  {
    title: 'TAPs on bridges',
    sizes: links,
    spec: (count, changed = 0) => ({
      links: [...bridgesOf(count), ...range(count, (i) => port(i, 'tap', i < changed))],
    }),
  },
  {
    title: 'veth pairs on bridges',
    sizes: links,
    spec: (count, changed = 0) => ({
      links: [...bridgesOf(count), ...range(count, (i) => port(i, 'veth', i < changed))],
    }),
  },
  {
    // The last ones change: those behind one that changes come anew, since the order counts.
    title: 'addresses of a link',
    sizes: others,
    spec: (count, changed = 0) => ({
      links: [
        { ...bridge, addresses: range(count, (i) => `10.${i >> 8}.${i & 255}.${i < count - changed ? 1 : 2}/24`) },
      ],
    }),
  },
  {
    title: 'neighbors',
    sizes: others,
    spec: (count, changed = 0) => ({
      links: [bridge],
      neighbors: range(count, (i) => ({
        dev: 'br0',
        address: `10.1.${i >> 8}.${i & 255}`,
        mac: macOf(i, i < changed),
      })),
    }),
  },
  {
    title: 'entries of a forwarding database',
    sizes: others,
    spec: (count, changed = 0) => ({
      links: [bridge, port(0, 'tap', false), port(1, 'tap', false)],
      fdb: range(count, (i) => ({ dev: i < changed ? 'p1' : 'p0', mac: macOf(i, false) })),
    }),
  },
  {
    title: 'rules',
    sizes: others,
    spec: (count, changed = 0) => ({
      rules: range(count, (i): RuleSpec => {
        return { priority: 1000 + i, from: `10.${i >> 8}.${i & 255}.0/24`, table: i < changed ? 101 : 100 }
      }),
    }),
  },
  {
    title: 'IPv4 routes',
    sizes: [1000, 10_000, 100_000],
    spec: (count, changed = 0) => ({
      links: [{ ...bridge, name: 'd0', addresses: ['10.0.0.1/24'] }],
      routes: Array.from(routesOf('4', count), (route, i) => (i < changed ? { ...route, via: '10.0.0.3' } : route)),
    }),
  },
]

const bridge: LinkSpec = { name: 'br0', kind: 'bridge', up: true }

/** A bridge takes 1,023 ports: include/linux/if_bridge.h and net/bridge/br_private.h, BR_MAX_PORTS. */
const portsOfBridge = 1000

function bridgesOf(ports: number): LinkSpec[] {
  return range(Math.ceil(ports / portsOfBridge), (i) => ({ ...bridge, name: `br${i}` }))
}

function range<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

function macOf(index: number, changed: boolean): string {
  const bytes = [0x02, changed ? 1 : 0, 0, 0, index >> 8, index & 255]
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}

function port(index: number, kind: 'tap' | 'veth', changed: boolean): LinkSpec {
  const general = {
    name: `p${index}`,
    master: `br${Math.floor(index / portsOfBridge)}`,
    up: true,
    mtu: changed ? 1400 : 1500,
  }
  return kind === 'tap' ? { ...general, kind } : { ...general, kind, veth: { peer: { name: `q${index}` } } }
}
