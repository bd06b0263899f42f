import test from 'ava'
import { RouteSet } from '../../src/spec/routeSet.js'
import { fill, ipv4, stage } from '../helpers/sameKey.js'

const route = { to: ipv4, via: '10.9.0.4' }
const cases: readonly (readonly [what: string, present: readonly string[], left: readonly string[]])[] = [
  ['behind another one', ['via 10.9.0.2', 'via 10.9.0.4'], ['10.9.0.4']],
  [
    'behind two others, before a third',
    ['via 10.9.0.2', 'via 10.9.0.3', 'via 10.9.0.4', 'via 10.9.0.5'],
    ['10.9.0.4', '10.9.0.5'],
  ],
  ['behind one that differs by a metric of TCP', ['via 10.9.0.2 advmss 1000', 'via 10.9.0.4'], ['10.9.0.4']],
  ['in front', ['via 10.9.0.4', 'via 10.9.0.2'], ['10.9.0.4', '10.9.0.2']],
  ['behind one of the kernel', ['via 10.9.0.2 proto kernel', 'via 10.9.0.4'], ['10.9.0.2', '10.9.0.4']],
]

for (const [what, present, left] of cases) {
  const commands = present.map((way) => `ip route append ${ipv4} ${way}`).join('; ')

  test(`packets go by the route that is wanted: ${what}`, async (t) => {
    const namespace = stage(t, commands)
    await namespace.apply({ routes: [route] })
    t.deepEqual(namespace.ways(ipv4), left)
  })

  test(`packets go by the route that is wanted, among many: ${what}`, async (t) => {
    const namespace = stage(t, commands, fill)
    await namespace.apply({ routes: (await RouteSet.from([route])).unwrap() })
    t.deepEqual(namespace.ways(ipv4), left)
  })
}

for (const [what, ...extra] of [['by itself'], ['among many', fill]] as const) {
  test(`what was in front comes back, ${what}`, async (t) => {
    const present = ['via 10.9.0.2', 'via 10.9.0.3', 'via 10.9.0.4', 'via 10.9.0.5']
    const namespace = stage(t, ...present.map((way) => `ip route append ${ipv4} ${way}`), ...extra)
    const before = namespace.ways(ipv4)
    const failing = { to: '199.0.0.0/8', via: '88.0.0.1', dev: 'd0', table: 555 }
    const routes = extra.length > 0 ? (await RouteSet.from([route, failing])).unwrap() : [route, failing]
    const error = await namespace.fails({ routes })
    t.true(error.rollback?.restored, error.rollback?.error)
    t.true(error.rollback?.steps.some((step) => step.includes('10.9.0.3')))
    t.deepEqual(namespace.ways(ipv4), before)
  })
}
