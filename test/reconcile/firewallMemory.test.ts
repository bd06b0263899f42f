import test from 'ava'
import type { ConfineSpec, PortForwardSpec } from '../../src/spec/firewallTypes.js'
import type { Spec } from '../../src/spec/types.js'
import { programExists } from '../helpers/program.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

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

withNft('a change of the tables leaves what making all of them at once does', async (t) => {
  const host = reconcileNamespace(t)
  for (const [what, change] of changes) {
    await host.apply(change)
    const remembered = await host.snapshot()
    host.sh(forget)
    const read = await host.snapshot()
    t.deepEqual(remembered.nat, read.nat, what)
    t.deepEqual(remembered.links, read.links, what)
    // An entry's tables are repaired where they are not what the SDK makes.
    const { empty, steps } = await host.plan(change)
    t.true(empty, `${what}: ${JSON.stringify(steps)}`)
  }
  t.regex(host.sh('nft list ruleset'), /masquerade/)
  await host.apply({}, { prune: true })
  t.is(host.sh('nft list ruleset'), '')
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
