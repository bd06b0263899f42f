import test from 'ava'
import type { LinkSpec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

/** A namespace as a new one is, with its loopback device down. */
function asNew(t: Parameters<typeof reconcileNamespace>[0]): ReturnType<typeof reconcileNamespace> {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link set lo down; ip address flush dev lo')
  return namespace
}

test('the loopback device of a new namespace comes up with the addresses that are said of it', async (t) => {
  const lists: (readonly string[])[] = [
    ['127.0.0.1/8', '::1/128'],
    ['127.0.0.1/8'],
    ['127.0.0.1/8', '10.0.0.1/32', 'fd00::1/128'],
    ['10.0.0.1/32', '127.0.0.1/8'],
    ['127.0.0.1/8', '10.0.0.1/32'],
    ['10.0.0.1/32'],
    [],
  ]
  for (const addresses of lists) {
    const namespace = asNew(t)
    const lo: LinkSpec = { name: 'lo', up: true, addresses }
    await namespace.refuses({ links: [lo] }, 'GUARD_FAILED', { guards: [() => false] })
    await namespace.converges({ links: [lo, { name: 'tap0', kind: 'tap' }] })
    const shown = namespace.sh('ip -br address show dev lo').trim().split(/\s+/).slice(2)
    t.deepEqual(
      shown.filter((address) => address !== '::1/128').sort(),
      addresses.filter((address) => address !== '::1/128').sort(),
    )
    t.true(shown.includes('::1/128'))
  }
})

test('a snapshot makes a new namespace what it is of', async (t) => {
  const [source, target] = [reconcileNamespace(t), asNew(t)]
  await target.converges(await source.snapshot())
  t.deepEqual(target.picture({ portable: true }), source.picture({ portable: true }))
})

test('the loopback device gets 127.0.0.1 beside another address that it has already, and all is put back', async (t) => {
  const namespace = asNew(t)
  namespace.sh('ip address add 10.255.0.1/32 dev lo')
  const before = namespace.picture()
  const lo: LinkSpec = { name: 'lo', up: true, addresses: ['10.255.0.1/32', '127.0.0.1/8'] }
  const { rollback } = await namespace.fails({ links: [lo] }, { guards: [() => false] })
  t.true(rollback?.restored, rollback?.error)
  t.deepEqual(namespace.picture(), before)
  await namespace.converges({ links: [lo] })
})
