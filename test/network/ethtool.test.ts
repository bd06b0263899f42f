import test from 'ava'
import { FakeKernel } from '../../src/testing/fakeKernel.js'
import { openNetwork } from '../helpers/network.js'

test('features are read and set by the names of the kernel and of ethtool', async (t) => {
  const { network, sh } = openNetwork(t)
  const link = (
    await network.links.create({
      name: 'w0',
      kind: 'veth',
      veth: { peer: { name: 'w1' } },
      features: { gro: true },
      up: true,
    })
  ).unwrap()
  const before = (await network.ethtool.features(link)).unwrap()
  t.like(before, { 'rx-gro': true, 'tx-tcp-segmentation': true, 'rx-lro': 'fixed off' })
  const after = (await network.ethtool.setFeatures('w0', { tso: false, 'tx-nocache-copy': true })).unwrap()
  t.like(after, { 'tx-tcp-segmentation': false, 'tx-tcp6-segmentation': false, 'tx-nocache-copy': true })
  const shown = sh('ethtool -k w0')
  t.regex(shown, /^tcp-segmentation-offload: off$/m)
  t.regex(shown, /^tx-nocache-copy: on$/m)
  // What was read can be given back.
  t.deepEqual((await network.ethtool.setFeatures(link.index, before)).unwrap(), before)
  t.true((await network.links.update('w0', { features: { gso: false }, mtu: 1400 })).ok)
  t.regex(sh('ethtool -k w0'), /^generic-segmentation-offload: off$/m)
})

test('what the kernel does not know is its error, with the place in the message', async (t) => {
  const { network } = openNetwork(t)
  ;(await network.links.create({ name: 'br0', kind: 'bridge' })).unwrap()
  const unknown = await network.ethtool.setFeatures('br0', { nonsense: true })
  t.true(unknown.err)
  if (unknown.err) {
    t.is(unknown.val.code, 'EOPNOTSUPP')
    t.is(unknown.val.attribute, 'wanted.bits.0.name')
    t.regex(unknown.val.message, /bit name not found/)
  }
  const missing = await network.ethtool.features('none0')
  t.is(missing.err && missing.val.code, 'ENODEV')
  const failed = await network.links.create({ name: 'br1', kind: 'bridge', features: { nonsense: true } })
  t.true(failed.err && failed.val.rollback?.restored)
  network.close()
  const closed = await network.ethtool.features('br0')
  t.is(closed.err && closed.val.code, 'CLOSED')
})

test('a network with a transport of its own has generic netlink only where that is given, too', async (t) => {
  const kernel = new FakeKernel()
  const { network } = openNetwork(t, { transport: () => kernel.transport() })
  ;(await network.links.create({ name: 'br0', kind: 'bridge' })).unwrap()
  const result = await network.ethtool.features('br0')
  t.is(result.err && result.val.code, 'UNSUPPORTED')
})
