// examples/pinger and examples/echoHost on the two ends of a bridge.
import test from 'ava'
import { answerPings } from '../../examples/echoHost.js'
import { ping } from '../../examples/pinger.js'
import { apply } from '../../src/index.js'
import { openTap } from '../../src/tuntap/index.js'
import { testNamespace } from '../helpers/namespace.js'

const pinger = { mac: '02:00:00:00:00:11', address: '10.0.0.11' }

test('a ping crosses a bridge, and an address that nobody has does not answer', async (t) => {
  const namespace = { fd: testNamespace(t).fd }
  const ports = ['tap0', 'tap1'].map((name) => ({ name, kind: 'tap', master: 'br0' }))
  const spec = { links: [{ name: 'br0', kind: 'bridge', bridge: { forwardDelay: 0 } }, ...ports] }
  t.true((await apply(spec, { namespace })).ok)
  const host = openTap({ name: 'tap0', namespace }).unwrap()
  const answering = answerPings(host, { mac: '02:00:00:00:00:12', addresses: ['10.0.0.12'] })
  const first = openTap({ name: 'tap1', namespace }).unwrap()
  t.true((await ping(first, pinger, '10.0.0.12')) > 0)
  first.close()
  const second = openTap({ name: 'tap1', namespace }).unwrap()
  await t.throwsAsync(ping(second, pinger, '10.0.0.13', 500), { message: /did not answer within 500 ms/ })
  host.close()
  t.is(await answering, 1)
})
