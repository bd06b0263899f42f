import test from 'ava'
import { reconcileNamespace } from '../helpers/reconcile.js'

test('a link becomes one that carries no Ethernet, and back, and keeps what both kinds have', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add br0 type bridge')
  await namespace.converges({
    links: [{ name: 't0', kind: 'tap', mac: '02:00:00:00:00:01', group: 7, alias: 'guest' }],
  })
  await namespace.converges({ links: [{ name: 't0', kind: 'tun' }] })
  t.like(namespace.ip('link', 'show', 't0')[0], { link_type: 'none', group: '7', ifalias: 'guest' })
  await namespace.converges({ links: [{ name: 't0', kind: 'tap', master: 'br0' }] })
  t.like(namespace.ip('link', 'show', 't0')[0], { link_type: 'ether', master: 'br0', group: '7', ifalias: 'guest' })
  // A bridge takes no port that carries no Ethernet, so that it leaves.
  await namespace.converges({ links: [{ name: 't0', kind: 'tun' }] })
  t.like(namespace.ip('link', 'show', 't0')[0], { link_type: 'none', master: undefined, group: '7' })
})

test('a link becomes another one of Ethernet, and keeps its MAC address and its master', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip link add br0 type bridge')
  await namespace.converges({ links: [{ name: 't0', kind: 'tap', mac: '02:00:00:00:00:01', master: 'br0' }] })
  await namespace.converges({ links: [{ name: 't0', kind: 'vxlan', vxlan: { id: 5, port: 4789 } }] })
  t.like(namespace.ip('link', 'show', 't0')[0], {
    address: '02:00:00:00:00:01',
    master: 'br0',
    linkinfo: { info_kind: 'vxlan' },
  })
})

test('the MTU of a VXLAN changes together with its options', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges({ links: [{ name: 'vx0', kind: 'vxlan', vxlan: { id: 1, port: 4789 } }] })
  await namespace.converges({ links: [{ name: 'vx0', mtu: 1400, vxlan: { ageing: 100 } }] })
  t.like(namespace.ip('link', 'show', 'vx0')[0], { mtu: 1400, linkinfo: { info_data: { ageing: 100 } } })
  await namespace.refuses({ links: [{ name: 'vx0', mtu: 1300, vxlan: { ageing: 50 } }] }, 'GUARD_FAILED', {
    guards: [() => false],
  })
})
