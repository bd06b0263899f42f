import test, { type ExecutionContext } from 'ava'
import { guestNetwork } from '../../src/guests/guestNetwork.js'
import { apply } from '../../src/reconcile/apply.js'
import { mostFew } from '../../src/reconcile/observe/observeFew.js'
import type { Spec } from '../../src/spec/types.js'
import { countingKernel } from '../helpers/countingKernel.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

/** How much the kernel tells where one more guest is added, and then taken away, beside others. */
async function toldOfOne(t: ExecutionContext, mode: 'bridged' | 'routed', others: number): Promise<number> {
  const host = reconcileNamespace(t)
  const network = guestNetwork({ mode, subnet: '10.0.0.0/16', subnet6: 'fd00::/64', guests: others + 1 }).unwrap()
  const last = `guest${others}`
  await host.apply(network.spec)
  await host.apply(network.removalOf(last))
  const { kernel, told } = countingKernel()
  const result = await apply(network.specOf(last), { namespace: { fd: host.fd }, kernel })
  t.true(result.unwrap().changed)
  return told()
}

for (const mode of ['bridged', 'routed'] as const) {
  test(`adding a guest that is ${mode} reads nothing of the others`, async (t) => {
    const [few, many] = [await toldOfOne(t, mode, 20), await toldOfOne(t, mode, 80)]
    t.log(`${few} bytes beside 20 guests, ${many} beside 80`)
    t.true(many < few * 1.1 + 64)
  })
}

/** How much the kernel tells where many links are added beside routes. */
async function toldOfMany(t: ExecutionContext, routes: number): Promise<number> {
  const host = reconcileNamespace(t)
  host.sh('ip link add br0 type bridge; ip addr add 10.0.0.1/24 dev br0; ip link set br0 up')
  host.sh(`for i in $(seq ${routes}); do echo route add 10.9.$((i / 250)).$((i % 250))/32 dev br0; done | ip -batch -`)
  const { kernel, told } = countingKernel()
  const links = Array.from({ length: mostFew + 8 }, (_, index) => ({ name: `t${index}`, kind: 'tap', master: 'br0' }))
  const result = await apply({ links }, { namespace: { fd: host.fd }, kernel })
  t.true(result.unwrap().changed)
  t.is(host.ip('link', 'show', 'master', 'br0').length, links.length)
  return told()
}

test('adding many links reads no routes, not even to see whether it holds', async (t) => {
  const [few, many] = [await toldOfMany(t, 1), await toldOfMany(t, 500)]
  t.log(`${few} bytes beside 1 route, ${many} beside 500`)
  t.true(many < few * 1.1 + 64)
})

/** Applies to two namespaces alike, once with others beside, and compares what is there of the links. */
async function differsBeside(host: ReconcileNamespace, spec: Spec): Promise<boolean> {
  await host.apply(spec)
  return !(await host.plan(spec)).empty
}

test('a wish about few links that takes more than adding sees all that goes along', async (t) => {
  const host = reconcileNamespace(t)
  host.sh('ip link add br0 type bridge; ip link set br0 up; ip link add v0 type veth peer name v1; ip link set v0 up')
  host.sh('ip addr add 10.0.0.1/24 dev v0; ip link set v1 up; ip route add 10.9.0.0/16 via 10.0.0.2 dev v0')
  host.sh('ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0')
  t.false(await differsBeside(host, { links: [{ name: 'v0', mac: '02:00:00:00:00:77' }] }))
  t.regex(host.sh('ip route'), /10\.9\.0\.0\/16 via 10\.0\.0\.2/)
  t.regex(host.sh('ip neigh'), /10\.0\.0\.9 .*02:00:00:00:00:09 PERMANENT/)
  t.false(await differsBeside(host, { links: [{ name: 'v0', addresses: ['10.0.0.3/24'] }] }))
  t.regex(host.sh('ip route'), /10\.9\.0\.0\/16 via 10\.0\.0\.2/)
})

test('the first address of a link is undone without what the link had before any', async (t) => {
  const host = reconcileNamespace(t)
  host.sh('ip link add br0 type bridge; ip link set br0 up; ip route add 10.9.0.0/16 dev br0')
  host.sh('ip route add 10.8.0.0/16 dev br0 table 7; ip neigh add 10.9.0.5 lladdr 02:00:00:00:00:05 dev br0')
  const look = (): string => host.sh('ip -4 route show table all; ip -4 neigh')
  const before = look()
  const error = await host.fails(
    {
      links: [
        { name: 'br0', addresses: ['10.0.0.1/24'] },
        { name: 't0', kind: 'tap' },
      ],
    },
    { guards: [() => false] },
  )
  t.true(error.rollback?.restored)
  t.is(look(), before)
})

test('a new link whose mark another link bears gets one of its own', async (t) => {
  const host = reconcileNamespace(t)
  await host.apply({ links: [{ name: 'a0', kind: 'bridge' }] })
  host.sh('ip link set a0 down; ip link set a0 name b0')
  t.false(await differsBeside(host, { links: [{ name: 'a0', kind: 'bridge' }] }))
  t.regex(host.sh('ip -d link show a0'), /altname linkwright\.default\.a0\.2/)
})

test('a link that is known by an alternative name is that link', async (t) => {
  const host = reconcileNamespace(t)
  host.sh('ip link add br0 type bridge; ip link property add dev br0 altname guests')
  t.false(await differsBeside(host, { links: [{ name: 't0', kind: 'tap', master: 'guests' }] }))
  t.regex(host.sh('ip link show t0'), /master br0/)
})

test('what is wrong with a wish about few links is told as ever', async (t) => {
  const host = reconcileNamespace(t)
  const wrong: readonly (readonly [Spec, RegExp])[] = [
    [{ links: [{ name: 't0', kind: 'tap', master: 'nowhere' }] }, /nowhere/],
    [{ links: [{ name: 'x0', mtu: 1400 }] }, /x0 does not exist/],
  ]
  for (const [spec, message] of wrong) t.regex((await host.refuses(spec, 'INVALID_SPEC')).message, message)
})
