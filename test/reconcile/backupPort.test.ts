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
  const spec: Spec = {
    links: [
      { name: 'br0', kind: 'bridge' },
      port('a0', { backupPort: 'z0' }),
      port('z0', { backupPort: 'a0' }),
      { name: 'b0', kind: 'veth', veth: { peer: { name: 'b1' } }, master: 'br0', bridgePort: { backupPort: 'b1' } },
      { name: 'b1', master: 'br0', bridgePort: { backupPort: 'y0' } },
      port('y0'),
    ],
  }
  await namespace.converges(spec)
  const backups = ['a0', 'z0', 'b0', 'b1', 'y0'].map((name) => backupOf(namespace, name))
  t.deepEqual(backups, ['z0', 'a0', 'b1', 'y0', undefined])
  await namespace.converges({ links: [port('x0'), port('a0', { backupPort: 'x0' })] })
  t.is(backupOf(namespace, 'a0'), 'x0')
})
