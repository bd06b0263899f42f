import test from 'ava'
import { failure, ok, openNetwork } from '../helpers/network.js'

test('a rule takes the place of one that is missing', async (t) => {
  const { network, sh } = openNetwork(t)
  ok(await network.rules.replace({ priority: 50, table: 7 }, { priority: 51, table: 9 }))
  t.regex(sh('ip rule'), /51:\s+from all lookup 9/)
})

test('a rule that cannot be put in the place of another leaves that one as it was, however it was told', async (t) => {
  const { network, sh } = openNetwork(t)
  const { rules } = network
  ok(await rules.add({ priority: 5, from: '10.0.0.0/8', fwmark: '0x1/0xff', table: 7 }))
  ok(await rules.add({ priority: 6, table: 9 }))
  const before = sh('ip -d rule')
  t.is(failure(await rules.replace({ priority: 5 }, { priority: 6, table: 9 })).code, 'EEXIST')
  t.is(sh('ip -d rule'), before)
})
