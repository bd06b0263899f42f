import { closeSync } from 'node:fs'
import test from 'ava'
import { Network } from '../../src/network/network.js'
import type { Link } from '../../src/rtnetlink/link.js'
import { createAnonymousNamespace, createNamespace, deleteNamespace } from '../../src/system/namespace.js'
import { testNamespace } from '../helpers/namespace.js'
import { failure, ok, openNetwork } from '../helpers/network.js'
import { skipped } from '../helpers/skipped.js'

test('a link is created with all its properties, read, listed and deleted', async (t) => {
  const { network, ip } = openNetwork(t)
  ok(await network.links.create({ name: 'br0', kind: 'bridge', up: true, bridge: { forwardDelay: 4 } }))
  const link: Link = {
    name: 'port0',
    kind: 'tap',
    tap: { owner: 7 },
    mac: '02:00:00:00:00:01',
    mtu: 1400,
    alias: 'a port',
    altNames: ['a-longer-name-than-fits'],
    master: 'br0',
    bridgePort: { cost: 9, isolated: true },
    up: true,
  }
  const created = ok(await network.links.create(link))
  t.like(created, { ...link, altNames: ['a-longer-name-than-fits'] })
  const [shown] = ip('link', 'show', 'port0')
  t.like(shown, { ifindex: created.index, ifname: 'port0', mtu: 1400, master: 'br0', address: '02:00:00:00:00:01' })
  t.deepEqual(ok(await network.links.get('a-longer-name-than-fits')).index, created.index)
  t.deepEqual(ok(await network.links.get(created)).name, 'port0')
  t.deepEqual(
    ok(await network.links.list())
      .map(({ name }) => name)
      .sort(),
    ['br0', 'lo', 'port0', 'v0', 'v1'],
  )
  ok(await network.links.delete(created))
  t.is(failure(await network.links.get('port0')).code, 'ENODEV')
})

test('filters leave out other links', async (t) => {
  const { network, sh } = openNetwork(t)
  sh('ip tuntap add tap0 mode tap && ip tuntap add tun0 mode tun && ip link add br0 type bridge')
  sh('ip link set tap0 master br0')
  const names = async (filter: Parameters<typeof network.links.list>[0]) =>
    ok(await network.links.list(filter)).map(({ name }) => name)
  t.deepEqual(await names({ kind: 'tap' }), ['tap0'])
  t.deepEqual(await names({ kind: 'tun' }), ['tun0'])
  t.deepEqual(await names({ master: 'br0' }), ['tap0'])
  t.deepEqual(await names({ kind: 'no-such-kind' }), [])
  const error = failure(await network.links.list({ master: 'nowhere' }))
  t.is(error.code, 'ENODEV')
  t.regex(error.message, /nowhere/)
  // @ts-expect-error what JavaScript may pass
  t.is(failure(await network.links.list({ knd: 'tap' })).code, 'INVALID_ARGUMENT')
})

test('what list returns can be updated with, replaced with, deleted, and created again', async (t) => {
  const { network, sh, picture } = openNetwork(t)
  sh('ip link add br0 address 02:00:00:00:00:09 type bridge stp_state 1 forward_delay 500')
  sh('ip link set br0 addrgenmode none up')
  sh('ip tuntap add tap0 mode tap user 7 && ip link set tap0 addrgenmode none master br0 up mtu 1400')
  sh('bridge link set dev tap0 cost 7 && ip tuntap add tun0 mode tun && ip link set tun0 addrgenmode none')
  sh(
    'ip link add vx0 address 02:00:00:00:00:0a type vxlan id 7 dstport 4789 dev v0 remote 10.0.0.9 && ip link set vx0 addrgenmode none',
  )
  sh('ip link add mv0 link v0 address 02:00:00:00:00:0b type macvlan mode bridge && ip link set mv0 addrgenmode none')
  sh('ip link property add dev br0 altname another-name-of-br0')
  // Bridges and carriers tell of themselves later; only what ip shows for good is compared.
  const stable = () =>
    picture()
      .map((line) =>
        line
          .replace(
            /^\d+: |@\w+|<[^>]*>|state \w+|\w+_timer +[\d.]+|topology_change\w* \d|root_port \d+|designated_\w+ \w+|state \w+|link-netnsid \d|port_\w+ 0x\w+/g,
            '',
          )
          .replace(/ +/g, ' '),
      )
      .sort()
  const before = stable()
  const names = ['br0', 'tap0', 'tun0', 'vx0', 'mv0']
  const listed = ok(await network.links.list()).filter(({ name }) => names.includes(name))
  t.is(listed.length, names.length)
  for (const link of listed) t.deepEqual(ok(await network.links.update(link, link)).index, link.index)
  for (const link of listed) t.deepEqual(ok(await network.links.replace(link)).index, link.index)
  t.deepEqual(stable(), before)
  for (const link of [...listed].reverse()) ok(await network.links.delete(link))
  t.false(sh('ip link').includes('br0'))
  for (const link of listed) ok(await network.links.create(link))
  t.deepEqual(stable(), before)
})

test('a link that lacks one property is removed again', async (t) => {
  const { network, sh } = openNetwork(t)
  const before = sh('ip -br link')
  for (const link of [
    { name: 'new0', kind: 'bridge', master: 'v0' },
    { name: 'new0', kind: 'tap', mtu: 1 },
    { name: 'new0', kind: 'tap', master: 'v0' },
  ]) {
    const error = failure(await network.links.create(link))
    t.deepEqual(error.rollback, { restored: true, steps: ['ip link delete dev new0'] }, error.message)
    t.is(sh('ip -br link'), before)
  }
  t.is(failure(await network.links.create({ name: 'new0', kind: 'bridge', master: 'nowhere' })).code, 'ENODEV')
  t.is(sh('ip -br link'), before)
})

test('a failed creation does not remove the link that was in its way', async (t) => {
  const { network, sh } = openNetwork(t)
  sh('ip tuntap add tap0 mode tap')
  const before = sh('ip -br link')
  for (const link of [
    { name: 'v0', kind: 'bridge' },
    { name: 'v0', kind: 'tap' },
    { name: 'tap0', kind: 'tap' },
    { name: 'tap0', kind: 'bridge' },
  ]) {
    const error = failure(await network.links.create(link))
    t.is(error.code, 'EEXIST', error.message)
    t.is(error.rollback, undefined)
  }
  t.is(failure(await network.links.replace({ name: 'tap0', kind: 'bridge' })).code, 'EEXIST')
  t.is(sh('ip -br link'), before)
})

test('update changes, renames, enslaves and releases', async (t) => {
  const { network, ip } = openNetwork(t)
  ok(await network.links.create({ name: 'br0', kind: 'bridge' }))
  ok(await network.links.create({ name: 'tap0', kind: 'tap', altNames: ['one', 'two'] }))
  ok(
    await network.links.update('tap0', {
      master: 'br0',
      bridgePort: { cost: 9 },
      mtu: 1300,
      altNames: ['two', 'three'],
    }),
  )
  t.like(ip('link', 'show', 'tap0')[0], { master: 'br0', mtu: 1300, altnames: ['two', 'three'] })
  const renamed = ok(await network.links.update('three', { name: 'tap1', master: null, tap: { owner: 4242 } }))
  t.like(renamed, { name: 'tap1', kind: 'tap', mtu: 1300 })
  t.is(renamed.master, undefined)
  t.like(ip('link', 'show', 'tap1')[0], { linkinfo: { info_kind: 'tun', info_data: { type: 'tap', user: 4242 } } })
  t.is(failure(await network.links.update('tap1', { tap: { vnetHeader: true } })).code, 'UNSUPPORTED')
  ok(await network.links.update('br0', { bridge: { ageingTime: 10 } }))
  t.is(ok(await network.links.get('br0')).bridge?.ageingTime, 10)
})

test('what is refused of an update is told with the name of the link, however it was meant', async (t) => {
  const { network } = openNetwork(t)
  const created = ok(await network.links.create({ name: 'br0', kind: 'bridge' }))
  for (const link of ['br0', created, created.index]) {
    t.regex(failure(await network.links.update(link, { mtu: 14 })).message, /^link br0: set mtu: /)
  }
})

test('the peer of a veth pair can be made in another namespace', async (t) => {
  const { network } = openNetwork(t)
  const name = `linkwright-test-${process.pid}`
  try {
    createNamespace(name)
  } catch (error) {
    skipped(t, `no named namespace can be made here (${error})`)
    return
  }
  t.teardown(() => deleteNamespace(name))
  ok(await network.links.create({ name: 'w0', kind: 'veth', veth: { peer: { name: 'eth0', namespace: name } } }))
  const other = ok(Network.open({ namespace: name }))
  t.teardown(() => other.close())
  t.is(ok(await other.links.get('eth0')).kind, 'veth')
  ok(await network.links.move('v1', name))
  t.is(ok(await other.links.get('v1')).kind, 'veth')
  const missing = { name: 'w1', kind: 'veth', veth: { peer: { name: 'eth1', namespace: 'no-such-namespace' } } }
  t.is(failure(await network.links.create(missing)).code, 'NOT_FOUND')
  t.is(failure(await network.links.move('v0', 'no-such-namespace')).code, 'NOT_FOUND')
})

test('bad input is an error and not an exception', async (t) => {
  const { network } = openNetwork(t)
  const { links } = network
  for (const link of [
    { name: 'a-name-of-sixteen', kind: 'bridge' },
    { name: 'tap%d', kind: 'tap' },
    { name: 'a/b', kind: 'bridge' },
    { name: '', kind: 'bridge' },
    { name: 'new0', kind: 'bridge', mac: 'nonsense' },
    { name: 'new0', kind: 'bridge', mtu: 1.5 },
    { name: 'new0', kind: 'tap', tap: { owner: -7 } },
  ]) {
    t.is(failure(await links.create(link)).code, 'INVALID_ARGUMENT', JSON.stringify(link))
  }
  t.is(failure(await links.get(0)).code, 'INVALID_ARGUMENT')
  t.is(failure(await links.delete(-1)).code, 'INVALID_ARGUMENT')
  t.regex(failure(await links.delete('nowhere')).message, /nowhere.*ENODEV/)
  t.is(failure(await links.create({ name: 'new0', kind: 'no-such-kind' })).code, 'EOPNOTSUPP')
})

test('tun and tap devices are made and opened in the namespace', async (t) => {
  const { network, ip } = openNetwork(t)
  ok(await network.tuntap.create({ name: 'tap0', mode: 'tap', owner: 7 }))
  t.is(failure(await network.tuntap.create({ name: 'tap0', mode: 'tap' })).code, 'EEXIST')
  const device = ok(await network.tuntap.open({ mode: 'tun' }))
  t.is(ip('link', 'show', device.name)[0]?.['ifname'], device.name)
  device.close()
  t.is(failure(await network.links.get(device.name)).code, 'ENODEV')
  ok(await network.tuntap.delete({ name: 'tap0', mode: 'tap' }))
  t.is(failure(await network.tuntap.delete({ name: 'tap0', mode: 'tap' })).code, 'NOT_FOUND')
})

test('a link moves into a namespace given by its descriptor', async (t) => {
  const { network } = openNetwork(t)
  const fd = createAnonymousNamespace()
  t.teardown(() => closeSync(fd))
  ok(await network.links.move('v1', { fd }))
  const other = ok(Network.open({ namespace: { fd } }))
  t.teardown(() => other.close())
  t.is(ok(await other.links.get('v1')).name, 'v1')
  t.is(testNamespace(t).ip('link').length, 1)
})
