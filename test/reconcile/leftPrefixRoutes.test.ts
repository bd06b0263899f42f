import test from 'ava'
import type { AddressSpec, LinkSpec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

type Addresses = readonly (string | AddressSpec)[]

const [one, two] = ['fd00:1::1/64', 'fd00:1::2/64']
const other = 'fd00:2::1/64'

const cases: readonly (readonly [what: string, before: Addresses, after: Addresses])[] = [
  ['a metric of its own', [one, { address: two, metric: 5 }], [one]],
  ['the usual metric beside another one', [{ address: one, metric: 5 }, two], [{ address: one, metric: 5 }]],
  [
    'a route, beside one without',
    [{ address: one, noPrefixRoute: true }, two],
    [{ address: one, noPrefixRoute: true }],
  ],
  ['two metrics, all', [{ address: one, metric: 5 }, { address: two, metric: 7 }, other], [other]],
  ['a route beside one without, all', [{ address: one, noPrefixRoute: true }, two, other], [other]],
  ['a lifetime', [{ address: one, validLifetime: 5000, preferredLifetime: 4000 }, other], [other]],
  [
    'another metric once it changes places',
    [other, { address: one, metric: 5 }, two],
    [other, two, { address: one, metric: 300 }],
  ],
  ['the same metric', [one, two], [one]],
]

test("addresses leave no prefix routes behind that are nobody's", async (t) => {
  const namespace = reconcileNamespace(t)
  const { sh, apply, converges, fails } = namespace
  sh('ip link add d0 type veth peer name d1; ip link set d0 up; ip link set d1 up')
  const link = (addresses: Addresses): LinkSpec => ({ name: 'd0', addresses })
  const routes = (): string[] =>
    sh('ip -6 route show dev d0 proto kernel')
      .split('\n')
      .filter((line) => line.startsWith('fd00'))
      .map((line) => line.replace(/ pref.*| expires.*/, ''))
      .sort()
  for (const [what, before, after] of cases) {
    for (const [from, to] of [
      [before, after],
      [after, before],
    ] as const) {
      await apply({ links: [link([])] })
      t.deepEqual(routes(), [], what)
      await apply({ links: [link(to)] })
      const fresh = routes()
      await apply({ links: [link([])] })
      await apply({ links: [link(from)] })
      const was = routes()
      const error = await fails({ links: [link(to)] }, { guards: [() => false] })
      t.true(error.rollback?.restored, `${what}: ${error.rollback?.error}`)
      t.deepEqual(routes(), was, what)
      await converges({ links: [link(to)] })
      t.deepEqual(routes(), fresh, what)
    }
  }
})
