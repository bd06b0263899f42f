import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { apply, rollback } from '../../src/index.js'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { untilGone } from '../helpers/namespace.js'
import { fixture, runProgram } from '../helpers/program.js'
import { picture, reconcileNamespace } from '../helpers/reconcile.js'
import type { Orders } from './fixtures/applyAndDie.js'

const near = (blue: string): LinkSpec => ({
  name: 'b',
  kind: 'veth',
  veth: { peer: { name: 'c', namespace: blue } },
  addresses: ['10.0.0.1/24'],
})

/** A pair into a named namespace, which no later spec of the test names, with what hangs on its far end. */
async function stage(t: ExecutionContext, label: string) {
  const here = reconcileNamespace(t)
  const blue = `lwt-fn-${process.pid}-${label}`
  const stateDirectory = mkdtempSync(join(tmpdir(), 'linkwright-test-'))
  t.teardown(() => {
    here.sh(`ip netns delete ${blue} 2>/dev/null || true`)
    rmSync(stateDirectory, { recursive: true, force: true })
  })
  const there = { ...here, sh: (script: string) => here.sh(`ip netns exec ${blue} sh -c '${script}'`) }
  // No link gets a link-local address by itself, which would come and go with its carrier.
  here.sh(`ip netns add ${blue}`)
  there.sh('sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.addr_gen_mode=1')
  await here.converges({
    links: [near(blue)],
    namespaces: {
      [blue]: {
        links: [
          { name: 'br0', kind: 'bridge' },
          { name: 'c', master: 'br0', mtu: 1400, alias: 'far', addresses: ['10.0.0.2/24'] },
        ],
        routes: [{ to: '10.9.0.0/16', via: '10.0.0.1' }],
      },
    },
  })
  there.sh('bridge fdb add 02:00:00:00:00:09 dev c master static; tc qdisc add dev c root pfifo limit 50')
  const both = (): string[] => [
    ...here.picture({ portable: true }),
    ...picture(there, { portable: true }),
    there.sh('bridge fdb show br br0 | grep 02:00:00:00:00:09; tc qdisc show dev c'),
  ]
  const settings = { namespace: { path: here.path }, stateDirectory }
  return { here, there, blue, both, settings }
}

const unfit: LinkSpec = { name: 'zz', kind: 'tap', mtu: 65_530 }

test.serial(
  'a pair that is deleted comes back with its far end, in a namespace that the spec does not name',
  async (t) => {
    const { here, both } = await stage(t, 'deleted')
    const before = both()
    const { message, rollback: report } = await here.fails({ links: [{ name: 'b', absent: true }, unfit] })
    t.regex(message, /zz/)
    t.true(report?.restored, report?.error)
    t.deepEqual(both(), before)
    await here.converges({ links: [{ name: 'b', absent: true }] })
  },
)

test.serial('a pair that is made anew keeps its far end there, and comes back with it', async (t) => {
  const { here, there, both } = await stage(t, 'anew')
  const before = both()
  const { rollback: report } = await here.fails({ links: [{ name: 'b', txQueues: 3 }] }, { guards: [() => false] })
  t.true(report?.restored, report?.error)
  t.deepEqual(both(), before)
  const { steps } = await here.converges({ links: [{ name: 'b', txQueues: 3 }] })
  t.deepEqual(
    steps.filter(({ object }) => object === 'link').map(({ action, id }) => `${action} ${id}`),
    ['recreate b', 'recreate c'],
  )
  t.deepEqual(both(), before)
  t.regex(there.sh('ip route'), /10.9.0.0\/16 via 10.0.0.1/)
})

test.serial('a pair that gets another name and is made anew comes back with its far end', async (t) => {
  const { here, both } = await stage(t, 'renamed')
  const before = both()
  const links: LinkSpec[] = [{ name: 'b9', match: { altName: 'linkwright.default.b' }, txQueues: 3 }]
  const { rollback: report } = await here.fails({ links }, { guards: [() => false] })
  t.true(report?.restored, report?.error)
  t.deepEqual(both(), before)
  await here.converges({ links })
})

test.serial('a link that becomes one of another kind leaves no pair, and comes back as one', async (t) => {
  const { here, both } = await stage(t, 'kind')
  const before = both()
  const { rollback: report } = await here.fails({ links: [{ name: 'b', kind: 'tap' }] }, { guards: [() => false] })
  t.true(report?.restored, report?.error)
  t.deepEqual(both(), before)
})

test.serial('what is pruned takes nothing along where the spec names nothing but the far end', async (t) => {
  const { here, there, both } = await stage(t, 'pruned')
  const before = both()
  const { rollback: report } = await here.fails({}, { prune: true, guards: [() => false] })
  t.true(report?.restored, report?.error)
  t.deepEqual(both(), before)
  await here.apply({}, { prune: true })
  t.regex(there.sh('ip -br link'), /^br0 /m)
  t.notRegex(there.sh('ip -br link'), /^c@/m)
})

test.serial('what a killed apply took from there is put back by whoever comes next', async (t) => {
  const { here, there, blue, both, settings } = await stage(t, 'killed')
  const before = both()
  const { stateDirectory } = settings
  const recover = (namespace: typeof settings.namespace | string) => apply({}, { ...settings, namespace })
  const ways = [
    async () => (await rollback(settings)).unwrap().undone,
    async () => (await recover(settings.namespace)).unwrap().recovered,
    async () => (await recover(blue)).unwrap().recovered,
  ]
  const taps = ['tap0', 'tap1', 'tap2'].map((name): LinkSpec => ({ name, kind: 'tap' }))
  const spec: Spec = { links: [{ name: 'b', absent: true }, ...taps] }
  const dieOnce = untilGone(`/run/netns/${blue}`, 'c')
  const orders: Orders = { namespacePath: here.path, stateDirectory, spec, dieOnce }
  const program = [process.execPath, fixture(import.meta.url, 'applyAndDie'), JSON.stringify(orders)]
  for (const recovered of ways) {
    const { stdout, signal, stderr } = await runProgram(program)
    t.is(signal, 'SIGKILL', stderr)
    t.is(stdout, '', 'it was not killed')
    t.notRegex(there.sh('ip -br link'), /^c@/m)
    const undone = await recovered()
    t.is(undone?.[0]?.action, 'restored')
    t.deepEqual(both(), before)
    const left = readdirSync(stateDirectory).filter((name) => !name.endsWith('.lock'))
    t.deepEqual(left, [])
  }
})

test.serial('what another apply left half done in the far namespace is undone first', async (t) => {
  const { here, there, blue, both, settings } = await stage(t, 'other')
  const { stateDirectory } = settings
  const before = both()
  const spec: Spec = {
    links: [
      { name: 'br0', mtu: 1300 },
      { name: 'tap0', kind: 'tap' },
    ],
  }
  const orders: Orders = { namespacePath: `/run/netns/${blue}`, stateDirectory, spec, dieBefore: 1 }
  await runProgram([process.execPath, fixture(import.meta.url, 'applyAndDie'), JSON.stringify(orders)])
  t.notDeepEqual(both(), before)
  const result = await apply({ links: [{ name: 'b', absent: true }] }, settings)
  t.like(result.unwrap().recovered?.[0], { action: 'restored' })
  t.notRegex(there.sh('ip -br link'), /^tap0 /m)
  t.deepEqual(
    here.ip('link').map(({ ifname }) => ifname),
    ['lo'],
  )
})

test.serial('the far namespace is locked, too', async (t) => {
  const { blue, both, settings } = await stage(t, 'locked')
  const before = both()
  await apply(
    {},
    {
      ...settings,
      namespace: blue,
      guards: [
        async () => {
          const result = await apply({ links: [{ name: 'b', absent: true }] }, settings)
          t.is(result.err && result.val.code, 'LOCKED')
          t.deepEqual(both(), before)
        },
      ],
    },
  )
})

test('a pair is not made anew whose other end is in a namespace that nobody can name', async (t) => {
  const here = reconcileNamespace(t)
  const other = reconcileNamespace(t)
  here.sh('ip link add name b type veth peer name c')
  here.sh(`ip link set c netns ${other.path}`)
  for (const wish of [{ kind: 'tap' }, { kind: 'veth', veth: { peer: { name: 'd' } } }] as const) {
    const before = other.picture()
    const { message } = await here.refuses({ links: [unfit, { name: 'b', ...wish }] }, 'INVALID_SPEC')
    t.regex(message, /^\/links\/1: .* its other end is in a namespace that has no name or cannot be opened/)
    t.deepEqual(other.picture(), before)
  }
  await here.converges({ links: [{ name: 'b', absent: true }] })
  t.deepEqual(
    other.ip('link').map(({ ifname }) => ifname),
    ['lo'],
  )
})

test.serial('a new pair reaches into a namespace that the spec does not name, if there is one', async (t) => {
  const { here, there, blue, both, settings } = await stage(t, 'reached')
  const spec: Spec = { links: [{ name: 'd', kind: 'veth', veth: { peer: { name: 'e', namespace: blue } } }] }
  const before = both()
  const failed = await apply(spec, { ...settings, guards: [() => false] })
  t.is(failed.err ? failed.val.code : '', 'GUARD_FAILED')
  t.deepEqual(both(), before)
  await here.converges(spec)
  t.regex(there.sh('ip -o link show e'), /e@/)
  const saved = await here.snapshot()
  await here.converges({ links: [{ name: 'd', absent: true }] })
  await here.converges(saved)
  t.regex(there.sh('ip -o link show e'), /e@/)
})

test.serial('a new pair into a namespace that is not there is refused before anything is done', async (t) => {
  const here = reconcileNamespace(t)
  const namespace = `lwt-fn-${process.pid}-missing`
  const { path, message } = await here.refuses(
    {
      links: [
        { name: 'br0', kind: 'bridge' },
        { name: 'd', kind: 'veth', veth: { peer: { name: 'e', namespace } } },
      ],
    },
    'INVALID_SPEC',
  )
  t.is(path, '/links/1')
  t.regex(message, /there is no namespace/)
})
