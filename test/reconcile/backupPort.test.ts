import test from 'ava'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

const port = (name: string, bridgePort: LinkSpec['bridgePort'] = {}): LinkSpec => ({
  name,
  kind: 'tap',
  master: 'br0',
  bridgePort: { learning: false, ...bridgePort },
})

function backupOf(namespace: ReconcileNamespace, name: string): unknown {
  const [shown] = namespace.ip('link', 'show', 'dev', name)
  return JSON.stringify(shown).match(/"backup_port":"(\w+)"/)?.[1]
}

test('ports of a bridge that stand in for each other are told so once they are ports', async (t) => {
  const namespace = reconcileNamespace(t)
  // Both ends of a pair in one bridge are a loop, in which the first frame would go round for ever.
  const isolated = true
  const bridgePort = { backupPort: 'b1', isolated }
  const spec: Spec = {
    links: [
      { name: 'br0', kind: 'bridge' },
      port('a0', { backupPort: 'z0' }),
      port('z0', { backupPort: 'a0' }),
      { name: 'b0', kind: 'veth', veth: { peer: { name: 'b1' } }, master: 'br0', bridgePort },
      { name: 'b1', master: 'br0', bridgePort: { backupPort: 'y0', isolated } },
      port('y0'),
    ],
  }
  await namespace.converges(spec)
  const backups = ['a0', 'z0', 'b0', 'b1', 'y0'].map((name) => backupOf(namespace, name))
  t.deepEqual(backups, ['z0', 'a0', 'b1', 'y0', undefined])
  await namespace.converges({ links: [port('x0'), port('a0', { backupPort: 'x0' })] })
  t.is(backupOf(namespace, 'a0'), 'x0')
})

test('a port that stands in for another one does so again once it is made anew', async (t) => {
  const namespace = reconcileNamespace(t)
  const pair = (peer: string): LinkSpec => ({ name: 'z0', kind: 'veth', veth: { peer: { name: peer } } })
  await namespace.apply({
    links: [
      { name: 'br0', kind: 'bridge' },
      port('a0', { priority: 3 }),
      port('b0'),
      { ...pair('z1'), master: 'br0', bridgePort: { backupPort: 'b0' } },
    ],
  })
  namespace.sh('ip link set a0 type bridge_slave backup_port z0')
  await namespace.converges({ links: [pair('z2')] })
  t.deepEqual(
    ['a0', 'z0'].map((name) => backupOf(namespace, name)),
    ['z0', 'b0'],
  )
  await namespace.converges({ links: [pair('z1'), { name: 'a0', bridgePort: { priority: 5 } }] })
  t.is(backupOf(namespace, 'a0'), 'z0')
  const { rollback } = await namespace.fails({ links: [pair('z2')] }, { guards: [() => false] })
  t.true(rollback?.restored, rollback?.error)
  t.is(backupOf(namespace, 'a0'), 'z0')
  await namespace.converges({ links: [{ ...pair('z2'), master: null }] })
  t.is(backupOf(namespace, 'a0'), undefined)
})
