import test from 'ava'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const pair: LinkSpec = { name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } } }

const setUps: readonly (readonly [what: string, setUp: string])[] = [
  ['a pair whose first end has another name', 'ip link add other type veth peer name v1'],
  ['another link', 'ip link add v1 type bridge'],
  ['another link, as an alternative one,', 'ip link add b0 type bridge; ip link property add dev b0 altname v1'],
]

const specs: readonly (readonly [what: string, spec: Spec])[] = [
  ['is not named', { links: [pair] }],
  ['is named', { links: [{ name: 'v1', up: true }, pair] }],
]

for (const [what, setUp] of setUps) {
  for (const [how, spec] of specs) {
    test(`a new pair whose other end ${how} and whose name ${what} has is refused before anything is changed`, async (t) => {
      const namespace = reconcileNamespace(t)
      namespace.sh(setUp)
      const error = await namespace.fails(spec)
      t.is(error.code, 'INVALID_SPEC')
      t.is(error.rollback, undefined)
      t.regex(error.message, /the pair of v0 cannot be made, since v1, which its other end is to be, is there already/)
    })
  }
}

test('a name that becomes free is no hindrance', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v1 type bridge')
  await namespace.converges({ links: [pair, { name: 'v1', kind: 'veth' }] })
  namespace.sh('ip link del v0 && ip link add v0 type veth peer name v2')
  await namespace.converges({ links: [pair] })
  namespace.sh('ip link del v0 && ip link add b0 type bridge && ip link property add dev b0 altname v1')
  await namespace.converges({ links: [pair, { name: 'b0', altNames: [] }] })
})

test('a link that is made anew keeps its alternative names', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add b0 type bridge; ip link property add dev b0 altname v1')
  const error = await namespace.refuses({ links: [pair, { name: 'b0', kind: 'tap' }] }, 'INVALID_SPEC')
  t.regex(error.message, /since v1, .*, is there already, as an alternative name of b0/)
  t.regex(namespace.sh('ip -d link show b0'), /bridge/)
})
