import test from 'ava'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { succeeds } from '../helpers/program.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const [first, second] = ['02:00:00:00:00:01', '02:00:00:00:00:02']
const plain: LinkSpec = { name: 'v5', kind: 'dummy', mac: first }
const below: LinkSpec = { name: 'v5', kind: 'vlan', vlan: { link: 'd0', id: 5 }, mac: first }

/** Devices without a MAC address of their own, and how `ip` makes them. */
const above: Record<string, readonly [LinkSpec, string]> = {
  hsr: [{ name: 'x', kind: 'hsr', hsr: { slave1: 'v5', slave2: 'd1' } }, 'type hsr slave1 d0 slave2 d1'],
  ipvlan: [{ name: 'x', kind: 'ipvlan', ipvlan: { link: 'v5' } }, 'link d0 type ipvlan'],
  ipvtap: [{ name: 'x', kind: 'ipvtap', ipvtap: { link: 'v5' } }, 'link d0 type ipvtap'],
}

const made = 'ip link add d0 type dummy && ip link add d1 type dummy'
const isMade = (how: string): boolean => succeeds(['unshare', '--net', 'sh', '-c', `${made} && ip link add x ${how}`])

for (const [kind, [link, how]] of Object.entries(above)) {
  const testWithKind = isMade(how) ? test : test.skip
  testWithKind(
    `refused before anything is done: a ${kind} with another MAC address than what it stands on`,
    async (t) => {
      const namespace = reconcileNamespace(t)
      namespace.sh(`${made} && ip link set d0 up && ip link set d1 up`)
      const refused = async (spec: Spec, path: string): Promise<void> => {
        const error = await namespace.refuses(spec, 'INVALID_SPEC')
        t.is(error.path, path)
        t.regex(error.message, /x is an? \w+, which has the MAC address of v5: 02:00:00:00:00:01/)
      }
      await refused({ links: [plain, { ...link, mac: second }] }, '/links/1/mac')
      await namespace.converges({ links: [plain, { ...link, mac: first }] })
      await refused({ links: [plain, { name: 'x', mac: second }] }, '/links/1/mac')
    },
  )

  testWithKind(`a ${kind} follows when the MAC address of what it stands on is given back by undoing`, async (t) => {
    const namespace = reconcileNamespace(t)
    await namespace.apply({ links: [plain, { name: 'd1', kind: 'dummy' }, { ...link, addresses: ['10.7.0.1/24'] }] })
    const before = namespace.picture({ portable: true })
    const error = await namespace.fails({ links: [{ name: 'v5', mac: second }] }, { guards: [() => false] })
    t.is(error.code, 'GUARD_FAILED')
    t.true(error.rollback?.restored, error.rollback?.error)
    t.deepEqual(namespace.picture({ portable: true }), before)
  })

  // No HSR stands on a VLAN: net/hsr/hsr_slave.c, hsr_check_dev_ok.
  if (kind === 'hsr') continue
  testWithKind(`a ${kind} that is made anew has the new MAC address of what it stands on`, async (t) => {
    const namespace = reconcileNamespace(t)
    namespace.sh(`${made} && ip link set d0 up && ip link set d1 up`)
    await namespace.apply({ links: [below, link] })
    const before = namespace.picture({ portable: true })
    const spec: Spec = { links: [{ name: 'v5', vlan: { id: 6 }, mac: second }] }
    const error = await namespace.fails(spec, { guards: [() => false] })
    t.is(error.code, 'GUARD_FAILED')
    t.true(error.rollback?.restored, error.rollback?.error)
    t.deepEqual(namespace.picture({ portable: true }), before)
    await namespace.converges(spec)
    t.is(namespace.ip('link', 'show', 'dev', 'x')[0]?.['address'], second)
  })
}
