import test from 'ava'
import { reconcileNamespace } from '../helpers/reconcile.js'

test('an IPv4 neighbor of a link that has but another end is refused, for which the kernel would enter 0.0.0.0', async (t) => {
  const namespace = reconcileNamespace(t)
  const mac = '02:00:00:00:00:07'
  await namespace.converges({
    links: [
      { name: 'tun0', kind: 'tun' },
      { name: 'tap0', kind: 'tap' },
    ],
  })
  for (const dev of ['lo', 'tun0']) {
    const { code, message, path } = await namespace.fails({ neighbors: [{ dev, address: '10.0.0.7', mac }] })
    t.is(code, 'INVALID_SPEC')
    t.is(path, '/neighbors/0/dev')
    t.regex(message, new RegExp(`an IPv4 neighbor of ${dev} would be one of 0\\.0\\.0\\.0`))
  }
  t.deepEqual(namespace.ip('neighbor', 'show', 'nud', 'permanent'), [])
  await namespace.converges({
    neighbors: [
      { dev: 'tap0', address: '10.0.0.7', mac },
      { dev: 'lo', address: '10.0.0.8', proxy: true },
      { dev: 'lo', address: '10.0.0.9', absent: true },
    ],
  })
})

test('neighbors that somebody entered at a device without addresses are carried over, and come back when undone', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(`ip tuntap add tun0 mode tun && ip link set tun0 up && ip address add fd00::1/64 dev tun0
ip neighbor add 10.0.0.7 dev tun0 nud permanent && ip neighbor add fd00::7 dev tun0 nud permanent`)
  const [before, entered] = [namespace.picture(), namespace.ip('neighbor', 'show', 'nud', 'permanent')]
  t.deepEqual(entered.map(({ dst }) => dst).sort(), ['0.0.0.0', 'fd00::7'])
  t.deepEqual((await namespace.plan(await namespace.snapshot())).steps, [])
  for (const spec of [{ links: [{ name: 'tun0', up: false }] }, { links: [{ name: 'tun0', absent: true }] }]) {
    const error = await namespace.fails(spec, { guards: [() => false] })
    t.is(error.code, 'GUARD_FAILED')
    t.true(error.rollback?.restored, error.rollback?.error)
    t.deepEqual(namespace.ip('neighbor', 'show', 'nud', 'permanent'), entered)
  }
  t.is(namespace.picture().length, before.length)
})

test('a neighbor of a device with addresses needs a mac', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip tuntap add tap0 mode tap')
  for (const dev of ['tap0', 'tap1']) {
    const spec = { links: [{ name: dev, kind: 'tap' as const }], neighbors: [{ dev, address: '10.0.0.7' }] }
    const { path, message } = await namespace.refuses(spec, 'INVALID_SPEC')
    t.is(path, '/neighbors/0')
    t.regex(message, /the neighbor 10\.0\.0\.7 needs a mac/)
  }
})
