import test from 'ava'
import type { Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const failing = { guards: [() => false] }

test('a VXLAN that the device below has no room for any longer comes back as what changed it is undone', async (t) => {
  const namespace = reconcileNamespace(t)
  const ends = { peer: { name: 'vb' } }
  const first: Spec = {
    links: [
      { name: 'va', kind: 'veth', veth: ends, mtu: 2000 },
      { name: 'vb', up: true },
      { name: 'x4', kind: 'vxlan', vxlan: { id: 5, link: 'va', port: 4789 }, addresses: ['10.0.0.1/24'] },
      { name: 'x6', kind: 'vxlan', vxlan: { id: 6, link: 'va', port: 4790, remote: 'fd00::9' } },
    ],
  }
  await namespace.converges(first)
  await namespace.converges({ links: [{ name: 'va', mtu: 1400 }] })
  const before = namespace.picture({ portable: true })
  t.deepEqual(
    ['va', 'x4', 'x6'].map((name) => namespace.ip('link', 'show', name)[0]?.['mtu']),
    [1400, 1950, 1930],
  )
  const changes: Spec[] = [
    { links: [{ name: 'x4', vxlan: { id: 7 } }] },
    { links: ['x4', 'x6'].map((name) => ({ name, absent: true })) },
    { links: [{ name: 'x4', mtu: 1300 }] },
    { links: ['va', 'x4', 'x6'].map((name) => ({ name, absent: true })) },
  ]
  for (const change of changes) {
    const error = await namespace.fails(change, failing)
    t.true(error.rollback?.restored, `${error.message} ${JSON.stringify(error.rollback)}`)
    t.deepEqual(namespace.picture({ portable: true }), before)
  }
})
