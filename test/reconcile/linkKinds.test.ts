import test from 'ava'
import { Connection } from '../../src/netlink/connection.js'
import { FfiTransport } from '../../src/netlink/transports/ffi.js'
import { decodeLink } from '../../src/rtnetlink/decodeLink.js'
import { knowsOption } from '../../src/rtnetlink/kindProbe.js'
import { vxlan as vxlanKind } from '../../src/rtnetlink/kinds/builtIn.js'
import { getLink } from '../../src/rtnetlink/linkMessages.js'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'
import { skipped } from '../helpers/skipped.js'

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

test('the bits that make a VXLAN drop a packet are all that its extensions leave, unless they are told', async (t) => {
  const namespace = reconcileNamespace(t)
  const connection = new Connection(new FfiTransport({ namespaceFd: namespace.fd }))
  t.teardown(() => connection.close())
  if (!(await knowsOption(vxlanKind, 'reservedBits', connection))) return skipped(t, 'this kernel has no reservedBits')
  const told = async () =>
    (await connection.ask(getLink({ name: 'vx0' }), ({ body }) => decodeLink(body)))[0]?.vxlan?.reservedBits
  const snapshotOf = async () => (await namespace.snapshot()).links?.find(({ name }) => name === 'vx0')?.vxlan
  for (const [options, bits] of [
    [{}, '0xf7ffffff000000ff'],
    [{ remoteChecksumRx: true }, '0xf7dfffff00000000'],
    [{ remoteChecksumRx: false, gbp: true }, '0x77000000000000ff'],
    [{ gbp: false, gpe: true, collectMetadata: true }, '0xc2ffff00000000ff'],
  ] as const) {
    await namespace.converges({ links: [vxlan({ id: 1, remote: '10.0.0.9', learning: false, ...options })] })
    t.is(await told(), bits)
    t.false('reservedBits' in ((await snapshotOf()) ?? {}), JSON.stringify(options))
    t.deepEqual((await namespace.plan({ links: [vxlan({ reservedBits: bits })] })).steps, [])
  }
  const { steps } = await namespace.converges({ links: [vxlan({ reservedBits: '0xFF000000000000' })] })
  t.regex(String(steps[0]?.equivalent), /reserved_bits 0x00ff000000000000/)
  await namespace.converges({ links: [vxlan({ id: 2 })] })
  t.is((await snapshotOf())?.reservedBits, '0x00ff000000000000')
  const error = await namespace.fails({ links: [vxlan({ reservedBits: '0xf7ffffff000000ff' })] })
  t.regex(error.message, /Used bits 0x3d0000ffffffff00 cannot overlap reserved bits 0xf7ffffff000000ff/)
  t.is(await told(), '0x00ff000000000000')
  // The kernel forgets them with any change of a living device.
  const changed = await namespace.converges({ links: [vxlan({ ttl: 5 })] })
  t.deepEqual(
    changed.steps.map(({ action }) => action),
    ['recreate'],
  )
  t.is(await told(), '0x00ff000000000000')
  namespace.sh('ip link set vx0 type vxlan ttl 6')
  t.is(await told(), '0xf7ffffff000000ff')
  t.false('reservedBits' in ((await snapshotOf()) ?? {}))
  await namespace.converges({ links: [vxlan({ id: 3 })] })
  t.is(await told(), '0xc2ffff00000000ff')
})

test('a VXLAN with group policies takes packets that have one, also once it was changed', async (t) => {
  const namespace = reconcileNamespace(t)
  const device = vxlan({ id: 1, remote: '127.0.0.9', port: 4789, gbp: true })
  await namespace.converges({ links: [{ name: 'lo', up: true }, device] })
  const header = '\\x88\\x00\\x00\\x2a\\x00\\x00\\x01\\x00'
  const frame = '\\xff\\xff\\xff\\xff\\xff\\xff\\x02\\x00\\x00\\x00\\x00\\x07\\x88\\xb5'
  const isTaken = async (): Promise<boolean> => {
    namespace.sh(`bash -c "printf '${header}${frame}' > /dev/udp/127.0.0.1/4789"`)
    const [{ stats64 } = {}] = namespace.ip('-s', 'link', 'show', 'dev', 'vx0')
    return /"rx":\{[^}]*"packets":[1-9][^}]*"errors":0/.test(JSON.stringify(stats64))
  }
  t.true(await isTaken())
  await namespace.converges({ links: [vxlan({ ttl: 5 })] })
  t.true(await isTaken())
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
