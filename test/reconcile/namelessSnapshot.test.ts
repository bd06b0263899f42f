import test from 'ava'
import { Network } from '../../src/network/network.js'
import { snapshotAndLeftOut } from '../helpers/leftOutOf.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const [first, second, third] = ['\\377\\376', '\\376\\377', 'b\\377'].map((name) => `"$(printf '${name}')"`)

const setup = [
  `ip link add ${first} type veth peer name ${second}; ip link add d0 type veth peer name d1`,
  `ip link add ${third} type bridge; ip link set d0 master ${third}; ip link set d1 alias ${first}`,
  `ip link set ${first} up; ip link set ${second} up; ip link set d1 up`,
  `ip address add 10.7.0.1/24 dev ${first}; ip address add 10.8.0.1/24 dev ${second}; ip address add 10.9.0.1/24 dev d1`,
  `ip route add 10.70.0.0/16 via 10.7.0.2; ip route add 10.90.0.0/16 via 10.9.0.2`,
  `ip neighbor add 10.7.0.9 lladdr 02:00:00:00:00:01 dev ${first}; ip rule add iif ${first} table 7`,
].join('; ')

for (const routes of ['list', 'set'] as const) {
  test(`links whose names are no UTF-8 are left out of a snapshot, told of, and not changed: ${routes}`, async (t) => {
    const { fd, sh, plan, apply } = reconcileNamespace(t)
    const namespace = { fd }
    sh(setup)
    const shown = (): string => sh('ip address; ip route; ip rule; ip neighbor')
    const before = shown()
    const { spec, leftOut } = await snapshotAndLeftOut(namespace, routes)
    t.true(leftOut.every(({ reason }) => reason === 'name'))
    t.deepEqual(leftOut.flatMap((left) => ('link' in left ? [left.link.name] : [])).sort(), [
      'b\udcff',
      '\udcfe\udcff',
      '\udcff\udcfe',
    ])
    t.like(
      leftOut.filter((left) => 'rule' in left),
      [{ rule: { iif: '\udcff\udcfe', table: 7 } }],
    )
    t.deepEqual(spec.links?.map(({ name }) => name).sort(), ['d0', 'd1', 'lo'])
    t.true(spec.links?.every((link) => !('master' in link || 'alias' in link)))
    t.deepEqual(
      [...(spec.routes ?? [])].map(({ to }) => to),
      ['10.90.0.0/16'],
    )
    t.is(spec.neighbors, undefined)
    t.true((await plan(spec)).empty)
    await apply(spec, { prune: true })
    t.is(shown(), before)
  })
}

test('of two links whose names are no UTF-8 the one that is named is changed', async (t) => {
  const { fd, sh } = reconcileNamespace(t)
  sh(`ip link add ${first} type veth peer name ${second}`)
  await using network = Network.open({ namespace: { fd } }).unwrap()
  ;(await network.links.update('\udcfe\udcff', { mtu: 1400 })).unwrap()
  const links = (await network.links.list()).unwrap()
  t.is(links.find(({ name }) => name === '\udcfe\udcff')?.mtu, 1400)
  t.is(links.find(({ name }) => name === '\udcff\udcfe')?.mtu, 1500)
})
