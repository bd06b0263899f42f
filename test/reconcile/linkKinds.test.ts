import test from 'ava'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const lower: LinkSpec = { name: 'low0', kind: 'veth', veth: { peer: { name: 'low1' } } }
const vxlan = (options: NonNullable<LinkSpec['vxlan']>): LinkSpec => ({ name: 'vx0', kind: 'vxlan', vxlan: options })

const spec: Spec = {
  links: [
    lower,
    vxlan({ id: 42, link: 'low0', group: '239.1.1.1', port: 4789, gbp: false, proxy: true, learning: false }),
    { name: 'vx6', kind: 'vxlan', vxlan: { id: 43, remote: 'FD00::2', local: 'fd00::1', port: 4789, label: 7 } },
    {
      name: 'mv0',
      kind: 'macvlan',
      macvlan: { link: 'low1', mode: 'source', sourceMacs: ['02:00:00:00:00:0A', '02:00:00:00:00:08'] },
      addresses: ['10.3.0.1/24'],
    },
    { name: 'mt0', kind: 'macvtap', macvtap: { link: 'low1', mode: 'bridge' } },
    { name: 'ifb0', kind: 'ifb', mac: '02:00:00:00:00:01' },
  ],
}

test('links of every kind converge, and their snapshot is what they are', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges(spec)
  const { steps } = await namespace.plan(await namespace.snapshot())
  t.deepEqual(steps, [])
})

test('what a living device changes is changed, and the rest makes it anew', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply(spec)
  const report = await namespace.converges({
    links: [
      vxlan({ id: 42, remote: '10.0.0.9' }),
      { name: 'vx6', kind: 'vxlan', vxlan: { id: 44 } },
      { name: 'mv0', kind: 'macvlan', macvlan: { link: 'low1', sourceMacs: ['02:00:00:00:00:0b'] } },
      { name: 'mt0', kind: 'macvtap', macvtap: { link: 'low1', mode: 'private' } },
      { name: 'ifb0', mac: '02:00:00:00:00:02' },
    ],
  })
  const actions = Object.fromEntries(
    report.steps.filter(({ object }) => object === 'link').map(({ id, action }) => [id, action]),
  )
  t.deepEqual(actions, { vx0: 'update', vx6: 'recreate', mv0: 'update', mt0: 'update', ifb0: 'recreate' })
  const [made] = namespace.ip('link', 'show', 'dev', 'vx6')
  t.like(made, { linkinfo: { info_data: { id: 44, remote6: 'fd00::2', local6: 'fd00::1', label: '0x7' } } })
})

test('the group goes when a vxlan device is made anew with a host, of either family', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply({ links: [lower, vxlan({ id: 1, link: 'low0', group: '239.1.1.1' })] })
  await namespace.converges({ links: [vxlan({ id: 2, remote: '10.0.0.9' })] })
  await namespace.converges({ links: [vxlan({ id: 3, group: 'ff05::1' })] })
  await namespace.converges({ links: [vxlan({ id: 3, remote: '10.0.0.9' })] })
  const error = await namespace.fails({ links: [vxlan({ id: 3, remote: '10.0.0.9', group: '239.1.1.1' })] })
  t.deepEqual(
    error.problems?.map(({ path, message }) => [path, message]),
    [['/links/0/vxlan', 'only one of group and remote can be given']],
  )
})

test('a device that cannot be made leaves those that were made anew as they were', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.apply(spec)
  const before = namespace.picture({ portable: true })
  // Two devices cannot have one network on one port.
  const error = await namespace.fails({
    links: [
      { name: 'ifb0', mac: '02:00:00:00:00:02' },
      { name: 'mt0', kind: 'macvtap', macvtap: { link: 'low1', mode: 'vepa' } },
      { name: 'mv0', kind: 'macvlan', macvlan: { link: 'low1', mode: 'private' } },
      { name: 'vx9', kind: 'vxlan', vxlan: { id: 42, link: 'low0', group: '239.1.1.1', port: 4789 } },
    ],
  })
  t.is(error.code, 'EEXIST', error.message)
  t.true(error.rollback?.restored)
  t.deepEqual(namespace.picture({ portable: true }), before)
})
