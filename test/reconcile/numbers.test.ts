import test from 'ava'
import { plan } from '../../src/reconcile/apply.js'
import type { RouteSpec, RuleSpec, Spec } from '../../src/spec/types.js'
import { FakeKernel } from '../../src/testing/index.js'

const route = (properties: Partial<RouteSpec>): Spec => ({ routes: [{ to: '10.9.0.0/16', dev: 'lo', ...properties }] })
const route6 = (properties: Partial<RouteSpec>): Spec => ({ routes: [{ to: 'fd09::/16', dev: 'lo', ...properties }] })
const rule = (properties: RuleSpec): Spec => ({ rules: [{ priority: 9, table: 9, ...properties }] })

/** What the kernel has no room for, or takes for something else: the path of the problem, its text, and the spec. */
const wrong: readonly (readonly [string, RegExp, Spec])[] = [
  ['/routes/0/table', /^0 is no routing table: they go from 1 to 4294967295$/, route({ table: 0 })],
  ['/routes/0/table', /^"unspec" is no routing table/, route6({ table: 'unspec' })],
  ['/routes/0/protocol', /^256 is no routing protocol: they go from 0 to 255$/, route({ protocol: 256 })],
  ['/routes/0/protocol', /^"0x100" is no routing protocol/, route({ protocol: '0x100' })],
  ['/routes/0/protocol', /the kernel takes 3 \(boot\)/, route6({ protocol: 0 })],
  ['/routes/0/scope', /^256 is no scope/, route({ scope: 256 })],
  ['/routes/0/scope', /always global/, route6({ scope: 'link' })],
  ['/routes/0/realms', /^"65536" is no realm: they go from 0 to 65535$/, route({ realms: '65536/6' })],
  ['/routes/0/realms', /^"1\/2\/3" is neither a realm nor from\/to$/, route({ realms: '1/2/3' })],
  ['/routes/0/realms', /^the realm 0 is none; leave it out$/, route({ realms: '0/0' })],
  ['/routes/0/realms', /only an IPv4 route has realms/, route6({ realms: 5 })],
  ['/routes/0/rtt', /536870.9/, route({ rtt: 1e9 })],
  ['/routes/0/rttvar', /1073741.8/, route({ rttvar: 1e9 })],
  ['/routes/0/rtoMin', /4294967.2/, route({ rtoMin: 1e9 })],
  ['/rules/0/table', /^0 is no routing table/, rule({ table: 0 })],
  ['/rules/0/protocol', /^256 is no routing protocol/, rule({ protocol: 256 })],
  ['/rules/0/realms', /^"65536" is no realm/, rule({ realms: 65536 })],
  ['/rules/0/realms', /^only an IPv4 rule has realms$/, rule({ family: 'inet6', realms: 5 })],
  ['/rules/0/tos', /^tos 0 selects all packets; leave it out$/, rule({ tos: 0 })],
  ['/rules/0/ipproto', /^ipproto 0 selects all packets/, rule({ ipproto: '0' })],
  ['/rules/0/tunnelId', /^tunnelId 0 selects all packets/, rule({ tunnelId: 0 })],
  ['/rules/0/suppressInterfaceGroup', /suppresses nothing/, rule({ suppressInterfaceGroup: 0xffffffff })],
]

test('numbers that the kernel has no room for, or takes for something else, are errors of the plan', async (t) => {
  for (const [path, message, spec] of wrong) {
    const result = await plan(spec, { kernel: new FakeKernel() })
    const problems = result.err ? (result.val.problems ?? []) : []
    t.deepEqual(
      problems.map((problem) => problem.path),
      [path],
      JSON.stringify(spec),
    )
    t.regex(problems[0]?.message ?? '', message)
  }
})

test('the last number that there is room for is none of them, and a realm may have none before it', async (t) => {
  const right = [
    route({ table: 4294967295, protocol: 255, scope: 253, realms: '65535/65535' }),
    route({ realms: '0/5', rtt: 536870.9, rttvar: 1073741.8, rtoMin: 4294967.2 }),
    route6({ protocol: 1, scope: 0 }),
    rule({ table: '0xffffffff', protocol: 0, realms: 65535 }),
  ]
  for (const spec of right) {
    const result = await plan(spec, { kernel: new FakeKernel() })
    t.true(result.ok, JSON.stringify(spec))
  }
  const result = await plan(route({ realms: '0/5' }), { kernel: new FakeKernel() })
  t.regex(result.unwrap().toString(), / realm 5\b/)
})
