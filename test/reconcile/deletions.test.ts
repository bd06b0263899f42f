import test from 'ava'
import type { LinkSpec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const numbers = [...Array(6).keys()]

test.serial('both ends of many pairs are deleted, of which one goes along with the other', async (t) => {
  const namespace = reconcileNamespace(t)
  const blue = `lwt-deleted-${process.pid}`
  t.teardown(() => namespace.sh(`ip netns delete ${blue} 2>/dev/null || true`))
  const near = (number: number): LinkSpec => ({
    name: `v${number}`,
    kind: 'veth',
    veth: { peer: { name: `e${number}`, namespace: blue } },
  })
  await namespace.apply({ links: numbers.map(near), namespaces: { [blue]: {} } })
  t.is(namespace.sh(`ip -n ${blue} -br link show type veth`).trim().split('\n').length, numbers.length)
  await namespace.converges({
    links: numbers.map((number) => ({ name: `v${number}`, absent: true })),
    namespaces: { [blue]: { links: numbers.map((number) => ({ name: `e${number}`, absent: true })) } },
  })
  t.is(namespace.sh('ip -br link show type veth'), '')
  t.is(namespace.sh(`ip -n ${blue} -br link show type veth`), '')
})

test('of many links that are to be deleted somebody may delete some, or all', async (t) => {
  const namespace = reconcileNamespace(t)
  for (const gone of [['t1'], numbers.map((number) => `t${number}`)]) {
    await namespace.apply({ links: numbers.map((number) => ({ name: `t${number}`, kind: 'tap' })) })
    const onPlan = (): void => void namespace.sh(gone.map((name) => `ip link del ${name}`).join(' && '))
    await namespace.apply({ links: numbers.map((number) => ({ name: `t${number}`, absent: true })) }, { onPlan })
    t.deepEqual(
      namespace.ip('link').map(({ ifname }) => ifname),
      ['lo'],
    )
  }
})

test('of many links that are to be deleted, the one that cannot be is named', async (t) => {
  const namespace = reconcileNamespace(t)
  const taps = numbers.map((number): LinkSpec => ({ name: `t${number}`, kind: 'tap' }))
  await namespace.apply({ links: taps })
  const absent = [...taps.map(({ name }) => name), 'lo'].map((name): LinkSpec => ({ name, absent: true }))
  const error = await namespace.refuses({ links: absent }, 'INVALID_SPEC')
  t.is(error.path, `/links/${taps.length}`)
  t.regex(error.message, /\blink lo\b/)
})
