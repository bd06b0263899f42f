import test from 'ava'
import { failure, ok, openNetwork } from '../helpers/network.js'

test('a route is changed to lead nowhere, and back', async (t) => {
  const { network, sh } = openNetwork(t)
  const { routes } = network
  for (const [to, via] of [
    ['10.9.0.0/16', '10.0.0.9'],
    ['fd09::/16', 'fd00::9'],
  ] as const) {
    const shown = () => sh(`ip ${to.includes(':') ? '-6' : '-4'} route show ${to}; ip route show type blackhole ${to}`)
    ok(await routes.add({ to, via }))
    ok(await routes.update({ to }, { type: 'blackhole' }))
    t.regex(shown(), new RegExp(`^blackhole ${to} `), to)
    t.notRegex(shown(), /via/)
    ok(await routes.update({ to }, { type: 'unicast', via }))
    t.regex(shown(), new RegExp(`^${to} via ${via} dev v0`), to)
    t.notRegex(shown(), /blackhole/)
    ok(await routes.delete({ to }))
  }
})

test('what is misspelt of a query for a route is refused', async (t) => {
  const { network } = openNetwork(t)
  const query = { to: '10.0.0.9', fromm: '10.0.0.1' }
  t.regex(failure(await network.routes.get(query)).message, /unknown property "fromm"; did you mean from\?/)
  for (const wrong of [null, {}, 5] as never[]) t.is(failure(await network.routes.get(wrong)).code, 'INVALID_ARGUMENT')
})
