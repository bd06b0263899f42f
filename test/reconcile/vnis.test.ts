import test from 'ava'
import { snapshot } from '../../src/reconcile/snapshot.js'
import type { LinkSpec } from '../../src/spec/types.js'
import { hasKind } from '../helpers/hasKind.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'
import { record } from '../helpers/record.js'

const filtering = { link: 'v0', port: 4789, collectMetadata: true, vnifilter: true, learning: false } as const

const vxlan = (name: string, options: LinkSpec['vxlan']): LinkSpec => ({
  name,
  kind: 'vxlan',
  vxlan: { ...filtering, ...options },
})

/** The VNIs of a VXLAN as `bridge` shows them, one a line. */
function vnisOf({ sh }: ReconcileNamespace, dev: string): string[] {
  const shown: { vnis: Record<string, unknown>[] }[] = JSON.parse(sh(`bridge -j vni show dev ${dev}`) || '[]')
  return (shown[0]?.vnis ?? []).map(({ vni, vniEnd, group, remote }) =>
    [`${vni}${vniEnd === undefined ? '' : `-${vniEnd}`}`, group ?? remote].filter(Boolean).join(' '),
  )
}

function prepared(t: Parameters<typeof reconcileNamespace>[0]): ReconcileNamespace {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up')
  namespace.sh('ip address add 10.0.0.1/24 dev v0')
  return namespace
}

const testWithVnis = hasKind('vxlan', 'dstport', '4789', 'external', 'vnifilter') ? test : test.skip

testWithVnis('a VXLAN takes the VNIs that are listed, and others go', async (t) => {
  const namespace = prepared(t)
  const first = vxlan('vx0', {
    vnis: [10, '100-200', { id: 300, group: '239.1.1.1' }, { id: '301-310', remote: '10.0.0.9' }],
  })
  await namespace.converges({ links: [first] })
  t.deepEqual(vnisOf(namespace, 'vx0'), ['10', '100-200', '300 239.1.1.1', '301-310 10.0.0.9'])

  const spellings = vxlan('vx0', {
    vnis: ['121-200', '100-120', 10, { id: 300, group: '239.1.1.1' }, { id: '301-310', remote: '10.0.0.9' }],
  })
  t.deepEqual((await namespace.apply({ links: [spellings] })).steps, [])

  const { steps } = await namespace.apply({
    links: [{ name: 'vx0', vxlan: { vnis: ['10-12', { id: 300, group: '239.1.1.2' }] } }],
  })
  t.deepEqual(
    steps.map(({ action, object, path, equivalent }) => ({ action, object, path, equivalent })),
    [
      {
        action: 'update',
        object: 'vni',
        path: '/links/0/vxlan/vnis',
        equivalent: [
          'bridge vni delete dev vx0 vni 100-200',
          'bridge vni delete dev vx0 vni 300-310',
          'bridge vni add dev vx0 vni 11-12',
          'bridge vni add dev vx0 vni 300 group 239.1.1.2',
        ].join('\n'),
      },
    ],
  )
  t.deepEqual(vnisOf(namespace, 'vx0'), ['10-12', '300 239.1.1.2'])
  // The kernel would keep the former group when it is told another one.
  t.notRegex(namespace.sh('bridge fdb show dev vx0'), /239\.1\.1\.1/)

  await namespace.converges({ links: [{ name: 'vx0', vxlan: { ageing: 77 } }] })
  t.deepEqual(vnisOf(namespace, 'vx0'), ['10-12', '300 239.1.1.2'], 'left out, they are as they were')
  await namespace.converges({ links: [{ name: 'vx0', vxlan: { vnis: [] } }] })
  t.deepEqual(vnisOf(namespace, 'vx0'), [])
  record({ type: 'kind', section: 'vxlan', created: ['vnis'] })
})

testWithVnis('a VXLAN that is made anew takes its VNIs along, and a snapshot tells them', async (t) => {
  const namespace = prepared(t)
  await namespace.converges({ links: [vxlan('vx0', { vnis: ['10-20', { id: 30, remote: 'fd00::9' }] })] })
  const { steps } = await namespace.apply({ links: [{ name: 'vx0', vxlan: { port: 4790 } }] })
  t.is(steps[0]?.action, 'recreate')
  t.deepEqual(vnisOf(namespace, 'vx0'), ['10-20', '30 fd00::9'])

  const told = (await snapshot({ namespace: { fd: namespace.fd } })).unwrap()
  const link = told.links?.find(({ name }) => name === 'vx0')
  t.deepEqual(link?.vxlan?.vnis, ['10-20', { id: 30, remote: 'fd00::9' }])
  const other = reconcileNamespace(t)
  await other.apply(told)
  t.deepEqual(vnisOf(other, 'vx0'), ['10-20', '30 fd00::9'])
  t.deepEqual((await other.apply(told)).steps, [])
})

testWithVnis('VXLANs of one port exchange VNIs', async (t) => {
  const namespace = prepared(t)
  await namespace.converges({ links: [vxlan('vx0', { vnis: [10, 11] }), vxlan('vx1', { vnis: [20] })] })
  await namespace.converges({ links: [vxlan('vx0', { vnis: [20, 11] }), vxlan('vx1', { vnis: [10] })] })
  t.deepEqual([vnisOf(namespace, 'vx0'), vnisOf(namespace, 'vx1')], [['11', '20'], ['10']])
})

testWithVnis('a VNI that another VXLAN has is refused, and all is as it was', async (t) => {
  const namespace = prepared(t)
  await namespace.converges({ links: [vxlan('vx0', { vnis: [10] }), vxlan('vx1', { vnis: [20] })] })
  const before = [vnisOf(namespace, 'vx0'), vnisOf(namespace, 'vx1')]
  const error = await namespace.refuses({ links: [{ name: 'vx0', vxlan: { vnis: [12, 20] } }] }, 'EEXIST')
  t.is(error.path, '/links/0/vxlan/vnis')
  t.true(error.rollback?.restored)
  t.deepEqual([vnisOf(namespace, 'vx0'), vnisOf(namespace, 'vx1')], before)
})

testWithVnis('a VXLAN that takes one network has no list of VNIs', async (t) => {
  const namespace = prepared(t)
  const spec = { links: [{ name: 'vx0', kind: 'vxlan', vxlan: { id: 5, vnis: [10] } }] } as const
  const error = await namespace.refuses(spec, 'INVALID_SPEC')
  t.is(error.path, '/links/0/vxlan/vnis')
  t.regex(error.message, /has no vnifilter/)
})
