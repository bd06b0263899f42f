import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import test, { type ExecutionContext } from 'ava'
import type { Drift, WatchOptions } from '../../../src/reconcile/watch/drift.js'
import { watch } from '../../../src/reconcile/watch/watch.js'
import type { Spec } from '../../../src/spec/types.js'
import { createNamespace, deleteNamespace } from '../../../src/system/namespace.js'
import { openDescriptors } from '../../helpers/descriptors.js'
import { patience } from '../../helpers/patience.js'
import { programExists } from '../../helpers/program.js'
import { type ReconcileNamespace, reconcileNamespace } from '../../helpers/reconcile.js'

const spec: Spec = {
  links: [
    { name: 'br0', kind: 'bridge', up: true, bridge: { stp: false }, addresses: ['10.0.0.1/24', '10.0.0.2/24'] },
    { name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } }, master: 'br0' },
  ],
  routes: [
    { to: 'default', via: '10.0.0.254' },
    { to: '10.20.0.0/16', via: '10.0.0.253', metric: 7 },
  ],
  rules: [{ priority: 1000, from: '10.9.0.0/24', table: 100 }],
  neighbors: [{ dev: 'br0', address: '10.0.0.9', mac: '02:00:00:00:00:09' }],
  forwarding: { ipv4: true, ipv6: true },
}

interface Watched {
  readonly drifts: Drift[]
  /** Resolves with the next drift that was not seen yet. */
  next(): Promise<Drift>
  end(): Promise<void>
}

/** Watches in the background, until the test ends. */
function watched(t: ExecutionContext, namespace: ReconcileNamespace, wanted: Spec, options: WatchOptions): Watched {
  const controller = new AbortController()
  const drifts: Drift[] = []
  let seen = 0
  let wake = (): void => {}
  const done = (async () => {
    for await (const drift of watch(wanted, {
      namespace: { fd: namespace.fd },
      signal: controller.signal,
      ...options,
    })) {
      drifts.push(drift)
      wake()
    }
  })()
  const end = async (): Promise<void> => {
    controller.abort()
    await done
  }
  t.teardown(end)
  return {
    drifts,
    async next() {
      const deadline = performance.now() + patience(5000)
      while (drifts.length <= seen && performance.now() < deadline) {
        await Promise.race([new Promise<void>((resolve) => (wake = resolve)), delay(100)])
      }
      const drift = drifts[seen++]
      if (!drift) throw new Error('no drift came')
      return drift
    },
    end,
  }
}

const injuries: readonly (readonly [what: string, command: string, view: string, expected: RegExp])[] = [
  ['a route', 'ip route del default', 'ip route', /default via 10\.0\.0\.254/],
  ['an address', 'ip address del 10.0.0.2/24 dev br0', 'ip address show br0', /10\.0\.0\.2\/24/],
  ['the primary address', 'ip address del 10.0.0.1/24 dev br0', 'ip route', /10\.20\.0\.0\/16 via 10\.0\.0\.253/],
  ['a port', 'ip link set v0 nomaster', 'ip link show v0', /master br0/],
  ['a link', 'ip link del v0', 'ip link show v0', /master br0/],
  ['the bridge', 'ip link del br0', 'ip route', /default via 10\.0\.0\.254/],
  ['a link that is down', 'ip link set br0 down', 'ip route', /default via 10\.0\.0\.254/],
  ['a rule', 'ip rule del priority 1000', 'ip rule', /1000:\s+from 10\.9\.0\.0\/24 lookup 100/],
  ['a neighbor', 'ip neigh del 10.0.0.9 dev br0', 'ip neigh', /10\.0\.0\.9 .*02:00:00:00:00:09/],
  ['IPv4 forwarding', 'sysctl -qw net.ipv4.ip_forward=0', 'sysctl net.ipv4.ip_forward', /= 1/],
  ['IPv6 forwarding', 'sysctl -qw net.ipv6.conf.all.forwarding=0', 'sysctl net.ipv6.conf.all.forwarding', /= 1/],
]

for (const [what, command, view, expected] of injuries) {
  test.serial(`heals ${what}`, async (t) => {
    const namespace = reconcileNamespace(t)
    await namespace.apply(spec)
    const { next, end, drifts } = watched(t, namespace, spec, { heal: true })
    await delay(50)
    t.deepEqual(drifts, [])
    const start = performance.now()
    namespace.sh(command)
    const drift = await next()
    const elapsed = performance.now() - start
    t.true(drift.healed, String(drift.error))
    t.true(drift.steps.length > 0)
    t.log(`${elapsed.toFixed(1)} ms from before the command, ${drift.duration.toFixed(1)} ms from the notification`)
    t.regex(namespace.sh(view), expected)
    await end()
    t.true((await namespace.plan(spec)).empty)
  })
}

test.serial('the first look is at once', async (t) => {
  const namespace = reconcileNamespace(t)
  const { next } = watched(t, namespace, spec, { heal: true })
  t.true((await next()).healed)
  t.true((await namespace.plan(spec)).empty)
})

test.serial('a qdisc that somebody takes away is heard, and put back', async (t) => {
  const namespace = reconcileNamespace(t)
  const wanted: Spec = { links: [{ name: 'br0', kind: 'bridge', qdisc: { kind: 'pfifo', limit: 7 } }] }
  await namespace.apply(wanted)
  const { next } = watched(t, namespace, wanted, { heal: true })
  await delay(50)
  namespace.sh('tc qdisc delete dev br0 root')
  t.like(await next(), { healed: true, steps: [{ object: 'qdisc', action: 'create', id: 'dev br0 root' }] })
  t.regex(namespace.sh('tc qdisc show dev br0'), /pfifo .*limit 7p/)
})

test.serial('without heal a drift is told once, and nothing is changed', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply(spec)
  const { next, drifts } = watched(t, namespace, spec, {})
  await delay(50)
  namespace.sh('ip route del default')
  const drift = await next()
  t.false(drift.healed)
  t.deepEqual(
    drift.steps.map(({ object, action, id }) => ({ object, action, id })),
    [{ object: 'route', action: 'create', id: 'default' }],
  )
  t.regex(String(drift.plan), /^\+ route default/)
  namespace.sh('ip link add other0 type bridge')
  await delay(150)
  t.is(drifts.length, 1)
  t.notRegex(namespace.sh('ip route'), /default/)
  namespace.sh('ip route add default via 10.0.0.254')
  await delay(150)
  t.is(drifts.length, 1)
  namespace.sh('ip route del default')
  t.is((await next()).steps.length, 1)
})

test.serial('a burst is one drift, and what is not in the spec is none', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply(spec)
  const { next, drifts } = watched(t, namespace, spec, { heal: true, debounce: 100 })
  await delay(50)
  namespace.sh(
    'ip route add 10.77.0.0/16 via 10.0.0.7; ip route del default; ip route del 10.20.0.0/16; ip rule del priority 1000',
  )
  t.is((await next()).steps.length, 3)
  await delay(300)
  t.is(drifts.length, 1)
  t.regex(namespace.sh('ip route'), /10\.77/)
})

test.serial('who undoes every repair is met with longer and longer waits', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply(spec)
  const { next, end } = watched(t, namespace, spec, { heal: true })
  const times: number[] = []
  while (times.length < 6) {
    namespace.sh('ip route del default 2>/dev/null || true')
    await next()
    times.push(performance.now())
  }
  await end()
  const waits = times.slice(1).map((time, index) => Math.round(time - (times[index] ?? 0)))
  t.log(`${waits.join(', ')} ms between repairs`)
  t.true((waits[3] ?? 0) >= 90 && (waits[4] ?? 0) >= 190)
})

test.serial('a repair that fails is told, undone, and tried again more and more seldom', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add br0 type bridge && ip link set br0 up')
  const wanted: Spec = {
    links: [{ name: 'br0', addresses: ['10.0.0.1/24'] }],
    routes: [{ to: 'default', via: '10.5.0.1' }],
  }
  const { next, drifts } = watched(t, namespace, wanted, { heal: true })
  const drift = await next()
  t.false(drift.healed)
  t.truthy(drift.error)
  t.is(drift.retryIn, 50)
  await delay(1000)
  t.log(`${drifts.length} tries in a second`)
  t.true(drifts.length >= 2 && drifts.length <= 7)
  // Once the reason is gone, a try succeeds.
  namespace.sh('ip link add br5 type bridge && ip link set br5 up && ip address add 10.5.0.2/24 dev br5')
  for (let found = await next(); !found.healed; found = await next());
  t.regex(namespace.sh('ip route'), /default via 10\.5\.0\.1/)
})

test.serial('a namespace of the spec that comes later, goes, and comes again', async (t) => {
  const name = `watch-${process.pid}`
  t.teardown(() => {
    try {
      deleteNamespace(name)
    } catch {
      // It is gone where the test went well.
    }
  })
  const namespace = reconcileNamespace(t)
  const wanted: Spec = { namespaces: { [name]: { links: [{ name: 'in0', kind: 'bridge' }] } } }
  const { next, end } = watched(t, namespace, wanted, {})
  t.regex(String((await next()).plan), /namespace/)
  createNamespace(name)
  t.deepEqual(
    (await next()).steps.map(({ object, id }) => `${object} ${id}`),
    ['link in0'],
  )
  await end()
  const healing = watched(t, namespace, wanted, { heal: true })
  t.true((await healing.next()).healed)
  namespace.sh(`ip -n ${name} link del in0`)
  t.true((await healing.next()).healed)
  deleteNamespace(name)
  t.true((await healing.next()).healed)
  // It listens in the new one.
  namespace.sh(`ip -n ${name} link del in0`)
  t.true((await healing.next()).healed)
  await healing.end()
  deleteNamespace(name)
})

test.serial('it ends by break, by return while it waits, by the signal, and leaves no descriptor', async (t) => {
  const namespace = reconcileNamespace(t)
  const place = { namespace: { fd: namespace.fd } }
  const before = openDescriptors()
  for await (const drift of watch(spec, place)) {
    t.true(drift.steps.length > 0)
    break
  }
  await namespace.apply(spec)
  const iterator = watch(spec, place)
  const waiting = iterator.next()
  await delay(50)
  await iterator.return?.()
  t.true((await waiting).done)
  for await (const _drift of watch(spec, { ...place, signal: AbortSignal.timeout(50) })) t.fail()
  for await (const _drift of watch(spec, { ...place, signal: AbortSignal.abort() })) t.fail()
  await delay(20)
  t.is(openDescriptors(), before)
})

test.serial('a timeout ends it, whatever garbage is collected meanwhile', async (t) => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const timer = setInterval(collect, 5)
  t.teardown(() => clearInterval(timer))
  const namespace = reconcileNamespace(t)
  await namespace.apply(spec)
  const start = performance.now()
  for await (const _drift of watch(spec, { namespace: { fd: namespace.fd }, signal: AbortSignal.timeout(100) }))
    t.fail()
  t.true(performance.now() - start < 5000)
})

test.serial('what is not valid is the only drift', async (t) => {
  const bad: Spec = JSON.parse('{ "link": [] }')
  const worse: WatchOptions = JSON.parse('{ "haal": true }')
  for (const [wanted, options, code] of [
    [bad, {}, 'INVALID_SPEC'],
    [spec, worse, 'INVALID_ARGUMENT'],
    [spec, { debounce: -1 }, 'INVALID_ARGUMENT'],
  ] as const) {
    const found: Drift[] = []
    for await (const drift of watch(wanted, options)) found.push(drift)
    t.deepEqual(
      found.map(({ error }) => error?.code),
      [code],
    )
  }
})

const withNft = programExists('nft') ? test.serial : test.serial.skip

const firewall: Spec = {
  links: [{ name: 'g0', kind: 'tap', confine: { mac: '02:00:00:00:00:10', addresses: ['10.0.0.2'] } }],
  nat: { masquerade: [{ from: '10.0.0.0/24', out: 'up0' }] },
}

const firewallInjuries: readonly (readonly [what: string, command: string, view: string, expected: RegExp])[] = [
  ['a set', 'nft flush set bridge linkwright macs', 'nft list set bridge linkwright macs', /"g0" \. 02:00:00:00:00:10/],
  [
    'a chain of rules',
    'nft flush chain inet linkwright natPostrouting',
    'nft list table inet linkwright',
    /masquerade/,
  ],
  ['the whole ruleset', 'nft flush ruleset', 'nft list ruleset', /10\.0\.0\.2/],
]

for (const [what, command, view, expected] of firewallInjuries) {
  withNft(`heals ${what} of nf_tables`, async (t) => {
    const namespace = reconcileNamespace(t)
    await namespace.apply(firewall)
    const { next, end, drifts } = watched(t, namespace, firewall, { heal: true })
    await delay(50)
    t.deepEqual(drifts, [])
    namespace.sh(command)
    const drift = await next()
    t.true(drift.healed, String(drift.error))
    t.regex(namespace.sh(view), expected)
    await end()
    t.true((await namespace.plan(firewall)).empty)
  })
}

withNft('a table of somebody else may change as it likes', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply(firewall)
  const { next, drifts } = watched(t, namespace, firewall, { heal: true })
  await delay(50)
  namespace.sh(
    'nft add table inet other; nft add set inet other linkwright "{ type ipv4_addr; }"; nft delete table inet other',
  )
  await delay(100)
  t.deepEqual(drifts, [])
  namespace.sh('nft delete table inet linkwright')
  t.true((await next()).healed)
})
