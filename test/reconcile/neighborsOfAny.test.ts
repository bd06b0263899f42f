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
