import test from 'ava'
import { RouteSet } from '../../src/index.js'
import type { Spec } from '../../src/spec/types.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

const setup = `
for i in 0 1; do ip link add d$i type veth peer name p$i; ip link set d$i up; ip link set p$i up; done
ip address add 10.0.0.1/24 dev d0; ip address add 10.0.0.2/24 dev d0
ip address add fd01::1/64 dev d0; ip address add fd00::1/64 dev d0
ip route add 10.51.0.0/16 dev d1 src 10.0.0.1 mtu 1400 proto 99; ip route add 10.52.0.0/16 dev d0 src 10.0.0.2 proto 99
ip -6 route add fd51::/64 dev d1 src fd00::1 proto 99; ip -6 route add fd52::/64 dev d1 src fd01::1 proto 99
ip -6 route add fd53::/64 via fd00::9 src fd01::1 proto 99
`

/** The routes of somebody else, but for whether the link at the other end is up. */
function routes(here: ReconcileNamespace): string {
  return here.sh('ip route show proto 99; ip -6 route show proto 99').replaceAll(' linkdown', '')
}

const recreated: Spec = { links: [{ name: 'd0', kind: 'veth', veth: { peer: { name: 'x0' } } }] }
const reordered: Spec = {
  links: [{ name: 'd0', addresses: ['10.0.0.2/24', '10.0.0.1/24', 'fd01::1/64', 'fd77::1/64', 'fd00::1/64'] }],
}

for (const [what, spec] of Object.entries({ 'is made anew': recreated, 'gets another order': reordered })) {
  test(`routes by any link keep a source whose link or list of addresses ${what}`, async (t) => {
    const here = reconcileNamespace(t)
    here.sh(setup)
    const before = routes(here)
    await here.converges(spec)
    t.is(routes(here), before)
  })
}

const undone: Record<string, Spec> = {
  'made anew': recreated,
  deleted: { links: ['d0', 'p0'].map((name) => ({ name, absent: true })) },
  down: { links: [{ name: 'd0', up: false }] },
  'with fewer addresses': { links: [{ name: 'd0', addresses: ['10.0.0.2/24', 'fd00::1/64'] }] },
}

for (const [what, spec] of Object.entries(undone)) {
  test(`routes by any link have their sources again where a link was ${what} and that is undone`, async (t) => {
    const here = reconcileNamespace(t)
    here.sh(setup)
    const before = routes(here)
    const error = await here.fails(spec, { guards: [() => false] })
    t.true(error.rollback?.restored, error.rollback?.error)
    t.is(routes(here), before)
  })
}

const named = {
  routes: [
    { to: '10.51.0.0/16', dev: 'd1' },
    { to: 'fd51::/64', dev: 'd1' },
    { to: 'fd53::/64', via: 'fd00::9' },
  ],
}

for (const [what, spec] of Object.entries({ 'is made anew': recreated, 'gets another order': reordered })) {
  test(`routes keep what a spec that names them leaves unsaid where a link or its list of addresses ${what}`, async (t) => {
    const here = reconcileNamespace(t)
    here.sh(setup)
    const before = routes(here)
    await here.converges({ ...named, ...spec })
    t.is(routes(here), before)
  })
}

test('routes keep a source where its list of addresses gets another order and routes come packed', async (t) => {
  const here = reconcileNamespace(t)
  here.sh(setup)
  const before = routes(here)
  const packed = (await RouteSet.from([{ to: '10.90.0.0/16', dev: 'd1' }])).unwrap()
  await here.converges({ ...reordered, routes: [packed] })
  t.is(routes(here), before)
})
