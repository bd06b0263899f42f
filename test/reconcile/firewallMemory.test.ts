import test from 'ava'
import type { ConfineSpec, PortForwardSpec } from '../../src/spec/firewallTypes.js'
import type { Spec } from '../../src/spec/types.js'
import { programExists } from '../helpers/program.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

const withNft = programExists('nft') ? test.serial : test.serial.skip

const guest = (index: number): ConfineSpec => ({
  mac: `02:00:00:00:00:1${index}`,
  addresses: [`10.0.0.1${index}`, `fd00::1${index}`],
  isolated: true,
})
const forward = (index: number): PortForwardSpec => ({ protocol: 'tcp', port: 8000 + index, to: `10.0.0.1${index}:80` })

/** A change of another table: what was remembered of ours counts no longer. */
const forget = 'nft add table inet somebody; nft delete table inet somebody'

const full: ConfineSpec = {
  ...guest(1),
  host: [{ protocol: 'tcp', port: 22 }, { protocol: 'icmp' }],
  ingress: { bits: 8_000_000, packets: 1000 },
  egress: { bits: 8_000_000 },
}
const taps = (confine: Readonly<Record<string, ConfineSpec | null>>): Spec => ({
  links: Object.entries(confine).map(([name, one]) => ({ name, kind: 'tap', confine: one })),
})
const absent = (index: number): Spec => ({ nat: { portForward: [{ ...forward(index), absent: true }] } })

const changes: readonly (readonly [what: string, change: Spec])[] = [
  ['the first guest', taps({ g0: guest(0) })],
  ['a second one with all that there is', taps({ g1: full })],
  ['another rate', taps({ g1: { ...full, ingress: { bits: 16_000_000 } } })],
  ['no limit any longer', taps({ g1: guest(1) })],
  ['a port', { nat: { portForward: [forward(0)] } }],
  ['another port, and a masquerade', { nat: { portForward: [forward(1)], masquerade: [{ from: '10.0.0.0/24' }] } }],
  ['a port less', absent(0)],
  ['a third guest with an address of the second', taps({ g2: { ...guest(2), addresses: ['10.0.0.11'] } })],
  ['that address of the third alone', taps({ g1: null })],
  ['two guests at once', taps({ g3: guest(3), g4: guest(4) })],
  ['the one of them less', { links: [{ name: 'g3', absent: true }] }],
  ['the last port less', absent(1)],
  ['the last guests less', { links: ['g0', 'g2', 'g4'].map((name) => ({ name, absent: true })) }],
]

/** The tables as `nft` tells them, in any order and without the numbers that the kernel counts. */
function tables({ sh }: ReconcileNamespace): string[] {
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain)
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value).filter(([name]) => name !== 'handle')
    return Object.fromEntries(entries.map(([name, item]) => [name, name === 'elem' ? sorted(item) : plain(item)]))
  }
  const sorted = (elements: readonly unknown[]): string[] => elements.map((one) => JSON.stringify(plain(one))).sort()
  return sorted(JSON.parse(sh('nft -j list ruleset')).nftables)
}

withNft('changes of tables that are remembered do what changes of tables that are read do', async (t) => {
  const [remembering, reading] = [reconcileNamespace(t), reconcileNamespace(t)]
  // A change of few entries among many is not read again.
  const others = Array.from({ length: 64 }, (_, index) => ({ ...forward(0), port: 9000 + index }))
  for (const host of [remembering, reading]) await host.apply({ nat: { portForward: others } })
  for (const [what, change] of changes) {
    for (const host of [remembering, reading]) await host.apply(change)
    t.deepEqual(tables(remembering), tables(reading), what)
    const state = await remembering.snapshot()
    t.deepEqual(state.nat, (await reading.snapshot()).nat, what)
    reading.sh(forget)
    // Tables that are not what the SDK makes would be repaired.
    const { empty, steps } = await reading.plan(change)
    t.true(empty, `${what}: ${JSON.stringify(steps)}`)
  }
  t.regex(remembering.sh('nft list ruleset'), /masquerade/)
  await remembering.apply({}, { prune: true })
  t.is(remembering.sh('nft list ruleset'), '')
})

withNft('what somebody changes between two changes is noticed', async (t) => {
  const host = reconcileNamespace(t)
  await host.apply(taps({ g0: full, g1: guest(0) }))
  const before = host.sh('nft list chain inet linkwright source')
  host.sh(
    'nft flush chain inet linkwright source; nft delete element inet linkwright macs "{ g0 . 02:00:00:00:00:11 }"',
  )
  await host.apply(taps({ g2: guest(2) }))
  t.is(host.sh('nft list chain inet linkwright source'), before)
  const shown = host.sh('nft list set inet linkwright macs')
  t.false(shown.includes('"g0"'))
  t.true(shown.includes('"g2"'))
})

withNft('two programs that change the tables at the same time both have their way', async (t) => {
  const host = reconcileNamespace(t)
  await host.apply(taps({ g0: guest(0) }))
  const busy = host.sh(
    'for i in $(seq 40); do nft add table inet other; nft delete table inet other; done >/dev/null 2>&1 & echo started',
  )
  t.is(busy.trim(), 'started')
  for (let index = 1; index < 10; index++) await host.apply(taps({ [`g${index}`]: guest(index) }))
  host.sh(forget)
  const shown = host.sh('nft list set inet linkwright addresses4')
  for (let index = 0; index < 10; index++) t.true(shown.includes(`10.0.0.1${index}`))
})

withNft('programs that change the tables without a pause for a while are outlasted', async (t) => {
  const host = reconcileNamespace(t)
  await host.apply(taps({ g0: guest(0) }))
  const loop = 'while :; do nft add table inet other; nft delete table inet other; done'
  host.sh(`for i in 1 2 3 4; do timeout 4 sh -c '${loop}' >/dev/null 2>&1 & done`)
  for (let index = 1; index < 10; index++) await host.apply(taps({ [`g${index}`]: guest(index) }))
  host.sh(forget)
  const shown = host.sh('nft list set inet linkwright addresses4')
  for (let index = 0; index < 10; index++) t.true(shown.includes(`10.0.0.1${index}`))
})
