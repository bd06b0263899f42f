import test from 'ava'
import { mostFew } from '../../src/reconcile/observe/observeFew.js'
import type { LinkSpec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

const bridge =
  'ip link add br0 type bridge; ip addr add 10.0.0.1/24 dev br0; ip addr add fd00::1/64 dev br0; ip link set br0 up'
const entered = ['10.0.0.9', 'fd00::9'].map((to) => `ip neigh add ${to} dev br0 lladdr 02:00:00:00:00:09`).join('; ')
const lowest = '02:00:00:00:00:01'

const many = Array.from({ length: mostFew + 2 }, (_, index): LinkSpec => ({ name: `t${index}`, kind: 'tap' }))
const additions: readonly (readonly [string, readonly LinkSpec[]])[] = [
  ['one', [{ name: 'p0', kind: 'tap', mac: lowest, master: 'br0' }]],
  ['one of many', [...many, { name: 'p0', kind: 'tap', mac: lowest, master: 'br0' }]],
  ['one that is there', [{ name: 'v0', mac: lowest, master: 'br0' }]],
]

for (const [what, links] of additions) {
  test(`a bridge that gets the MAC address of a new port keeps its neighbors: ${what}`, async (t) => {
    const host = reconcileNamespace(t)
    host.sh(`${bridge}; ${entered}; ip link add v0 type veth peer name v1; ip link set v1 up`)
    const neighbors = (): string => host.sh('ip neigh show dev br0 nud permanent')
    const before = neighbors()
    const macOf = (): unknown => host.ip('link', 'show', 'br0')[0]?.['address']
    const mac = macOf()
    const error = await host.fails({ links }, { guards: [() => macOf() !== lowest] })
    t.regex(error.message, /guard/)
    t.true(error.rollback?.restored, JSON.stringify(error.rollback))
    t.is(neighbors(), before)
    t.is(macOf(), mac)
  })
}

for (const [what, links] of additions) {
  test(`and so it does where the apply succeeds: ${what}`, async (t) => {
    const host = reconcileNamespace(t)
    host.sh(`${bridge}; ${entered}; ip link add v0 type veth peer name v1; ip link set v1 up`)
    const before = host.sh('ip neigh show dev br0 nud permanent')
    await host.apply({ links })
    t.is(host.ip('link', 'show', 'br0')[0]?.['address'], lowest)
    t.is(host.sh('ip neigh show dev br0 nud permanent'), before)
  })
}
