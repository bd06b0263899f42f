import test from 'ava'
import type { Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

test.serial(
  'MTUs are raised from below and lowered from above, also where the spec does not say what stands on what',
  async (t) => {
    const namespace = reconcileNamespace(t)
    namespace.sh(
      'ip link add v0 type veth peer name v1; ip link add m0 link v0 type macvlan mode bridge; ip link set v0 up; ip link set m0 up',
    )
    const both = (mtu: number): Spec => ({
      // The one above comes first, so that the order of the spec is the wrong one for raising.
      links: [
        { name: 'm0', mtu },
        { name: 'v0', mtu },
      ],
    })
    await namespace.converges(both(9000))
    t.deepEqual(
      ['m0', 'v0'].map((name) => namespace.ip('link', 'show', name)[0]?.['mtu']),
      [9000, 9000],
    )
    const lowered = await namespace.plan({
      links: [
        { name: 'v0', mtu: 1400 },
        { name: 'm0', mtu: 1300 },
      ],
    })
    t.deepEqual(
      lowered.steps.map(({ id }) => id),
      ['m0', 'v0'],
    )
    await namespace.converges(both(1400))
  },
)

test.serial('MTUs of a bridge and its ports', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(
    'ip link add br0 type bridge; ip link add v0 type veth peer name v1; ip link set v0 master br0; ip link set v0 up; ip link set br0 up',
  )
  for (const mtu of [9000, 1400, 2000]) {
    await namespace.converges({
      links: [
        { name: 'br0', mtu },
        { name: 'v0', mtu },
      ],
    })
    t.is(namespace.ip('link', 'show', 'br0')[0]?.['mtu'], mtu)
  }
  await namespace.converges({
    links: [
      { name: 'br1', kind: 'bridge', mtu: 9000 },
      { name: 'v1', master: 'br1' },
    ],
  })
  t.is(namespace.ip('link', 'show', 'br1')[0]?.['mtu'], 9000)
})

test.serial('a cycle of what is there and what is wanted is named, and nothing is sent', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(
    'ip link add br0 type bridge; ip link add br1 type bridge; ip link add m0 link br0 type macvlan; ip link add v0 type veth peer name v1; ip link set v0 master br1; ip link add x0 link br0 type macvlan; ip link add x1 type vxlan id 5 dev x0 group 239.1.1.1 dstport 4789',
  )
  const events = await namespace.events(async () => {
    const error = await namespace.fails({ links: [{ name: 'm0', master: 'br0' }] })
    t.is(error.code, 'INVALID_SPEC')
    t.is(error.problems?.[0]?.path, '/links/0')
    t.regex(error.message, /the links form a cycle, each below the next: m0 -> br0 -> m0/)
    const longer = await namespace.fails({ links: [{ name: 'x1', master: 'br0' }] })
    t.regex(longer.message, /x1 -> br0 -> x0 -> x1/)
    const created = await namespace.fails({
      links: [
        { name: 'n0', kind: 'macvlan', macvlan: { link: 'br0' }, master: 'br1' },
        { name: 'v0', master: 'br0' },
        { name: 'br0', master: null },
        { name: 'n1', kind: 'macvlan', macvlan: { link: 'br1' }, master: 'br0' },
      ],
    })
    t.regex(created.message, /n0 -> br1 -> n1 -> br0 -> n0/)
  })
  t.deepEqual(events, [])
  // What only looks like one is none.
  await namespace.converges({
    links: [
      { name: 'm0', master: 'br1' },
      { name: 'v0', master: 'br0' },
    ],
  })
})

test.serial('an MTU below 1280 does not take IPv6 addresses that nobody listed', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(
    'ip link add br0 type bridge; ip link set br0 up; ip address add fd00::1/64 dev br0 nodad; ip address add 10.0.0.1/24 dev br0',
  )
  const error = await namespace.refuses({ links: [{ name: 'br0', mtu: 1000 }] }, 'INVALID_SPEC')
  t.regex(error.message, /an MTU below 1280 takes all IPv6 addresses from br0: fd00::1\/64/)
  t.is(error.problems?.[0]?.path, '/links/0/mtu')
  await namespace.converges({ links: [{ name: 'br0', mtu: 1000, addresses: ['10.0.0.1/24'] }] })
  t.is(namespace.ip('link', 'show', 'br0')[0]?.['mtu'], 1000)
})
