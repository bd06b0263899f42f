import test, { type ExecutionContext } from 'ava'
import type { Spec } from '../../src/spec/types.js'
import { hasKind } from '../helpers/hasKind.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'

const testWithVrfs = hasKind('vrf', 'table', '400') && hasKind('dummy') ? test : test.skip

const red = { name: 'red', kind: 'vrf', vrf: { table: 400 } } as const

/** A dummy with addresses, and routes of somebody else by it, in the table that it uses. */
async function withRoutes(namespace: ReconcileNamespace, master: string | null): Promise<void> {
  namespace.sh('sysctl -qw net.ipv6.conf.default.addr_gen_mode=1')
  await namespace.apply({
    links: [{ ...red }, { name: 'd0', kind: 'dummy', master, addresses: ['10.2.0.1/24', 'fd00:2::1/64'] }],
    neighbors: [{ dev: 'd0', address: '10.2.0.7', mac: '02:00:00:00:00:07' }],
  })
  const table = master === null ? '' : 'table 400'
  namespace.sh(`ip route add 10.96.0.0/16 via 10.2.0.5 dev d0 ${table} proto 99
ip -6 route add fd96::/32 dev d0 ${table} proto 99`)
}

function addressesOf(namespace: ReconcileNamespace): unknown[] {
  const [{ addr_info = [] } = {}] = namespace.ip('address', 'show', 'dev', 'd0') as {
    addr_info?: { local: string }[]
  }[]
  return addr_info.map(({ local }) => local)
}

/** A spec is done and undone, after which all is there again; a VRF that was made anew has another number. */
async function comesBack(t: ExecutionContext, namespace: ReconcileNamespace, spec: Spec): Promise<void> {
  const before = namespace.picture({ portable: true })
  const { code } = await namespace.fails(spec, { guards: [() => false] })
  t.is(code, 'GUARD_FAILED')
  t.deepEqual(namespace.picture({ portable: true }), before)
}

const moves: readonly [title: string, master: string | null, spec: Spec][] = [
  ['joins a VRF', null, { links: [{ name: 'd0', master: 'red' }] }],
  ['leaves a VRF', 'red', { links: [{ name: 'd0', master: null }] }],
  ['is in a VRF that gets another table', 'red', { links: [{ ...red, vrf: { table: 401 } }] }],
]
for (const [title, master, spec] of moves) {
  testWithVrfs(`a link that ${title} keeps its addresses, and has its routes again when that is undone`, async (t) => {
    const namespace = reconcileNamespace(t)
    await withRoutes(namespace, master)
    await comesBack(t, namespace, spec)
    await namespace.converges(spec)
    t.deepEqual(addressesOf(namespace), ['10.2.0.1', 'fd00:2::1'])
  })
}

testWithVrfs('a link whose VRF is removed has its routes again when that is undone', async (t) => {
  const namespace = reconcileNamespace(t)
  await withRoutes(namespace, 'red')
  await comesBack(t, namespace, { links: [{ name: 'red', absent: true }] })
  t.deepEqual(addressesOf(namespace), ['10.2.0.1', 'fd00:2::1'])
})

testWithVrfs('a link whose VRF is removed keeps its addresses', async (t) => {
  const namespace = reconcileNamespace(t)
  await withRoutes(namespace, 'red')
  await namespace.converges({ links: [{ name: 'red', absent: true }] })
  t.deepEqual(addressesOf(namespace), ['10.2.0.1', 'fd00:2::1'])
})
