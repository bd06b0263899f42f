import test, { type ExecutionContext } from 'ava'
import type { ListedRule, Rule } from '../../src/rtnetlink/rule.js'
import { decodeRule, deleteRule, dumpRules, newRule } from '../../src/rtnetlink/ruleMessages.js'
import { checkOurs, checkTheirs, type ObjectKind, type TestNetwork, testNetwork } from '../helpers/objects.js'
import { skipped } from '../helpers/skipped.js'

async function rulesOf(network: TestNetwork): Promise<readonly ListedRule[]> {
  return [
    ...(await network.list(dumpRules('inet'), decodeRule)),
    ...(await network.list(dumpRules('inet6'), decodeRule)),
  ]
}

const kind: ObjectKind<Rule, ListedRule> = {
  create: newRule,
  remove: deleteRule,
  list: rulesOf,
  show: (network) => ['-4', '-6'].flatMap((family) => network.ip(family, '-N', 'rule')),
  lasting: (rule) => rule,
}

const priority = 1000
const table = 5

const ours: [Rule, Record<string, unknown>][] = [
  [
    { priority, family: 'inet', from: '10.9.0.0/30', table: 100 },
    { src: '10.9.0.0', srclen: 30, table: '100' },
  ],
  [
    { priority, from: '10.9.0.0/30', to: '10.8.0.1/32', table: 100000 },
    { dst: '10.8.0.1', table: '100000' },
  ],
  [
    { priority, from: 'fd00::/8', to: 'fd01::/64', table },
    { src: 'fd00::', dst: 'fd01::', dstlen: 64 },
  ],
  [
    { priority, family: 'inet6', table },
    { src: 'all', table: '5', protocol: '108' },
  ],
  [
    { priority, not: true, to: '10.9.0.0/30', table, protocol: 44 },
    { not: null, protocol: '44' },
  ],
  [{ priority, iif: 'v0', table }, { iif: 'v0' }],
  [
    { priority, iif: 'nowhere', table },
    { iif: 'nowhere', iif_detached: null },
  ],
  [{ priority, oif: 'v1', table }, { oif: 'v1' }],
  [{ priority, fwmark: '0x1', table }, { fwmark: '0x1' }],
  [{ priority, fwmark: '0x0', table }, { fwmark: '0' }],
  [
    { priority, fwmark: '0x1/0xff', table },
    { fwmark: '0x1', fwmask: '0xff' },
  ],
  [
    { priority, fwmark: '0x0/0xff', table },
    { fwmark: '0', fwmask: '0xff' },
  ],
  [{ priority, fwmark: '0xffffffff', table }, { fwmark: '0xffffffff' }],
  [{ priority, tos: 0x10, table }, { tos: '0x10' }],
  [
    { priority, ipproto: 'tcp', sport: '1000-2000', dport: '53', table },
    { sport_start: 1000, sport_end: 2000 },
  ],
  [{ priority, ipproto: 'udp', table }, { ipproto: 'ipproto-17' }],
  [{ priority, ipproto: 253, table }, { table: '5' }],
  [{ priority, family: 'inet6', ipproto: 'ipv6-icmp', table }, { ipproto: 'ipproto-58' }],
  [
    { priority, uidRange: '1000-1999', table },
    { uid_start: 1000, uid_end: 1999 },
  ],
  [
    { priority, uidRange: '7-7', table },
    { uid_start: 7, uid_end: 7 },
  ],
  [{ priority, tunnelId: 7, table }, { tun_id: 7 }],
  [{ priority, tunnelId: 0x123456789abcdef0n, table }, { table: '5' }],
  [{ priority, goto: 32766 }, { goto: 32766 }],
  [
    { priority, goto: 32000 },
    { goto: 32000, unresolved: null },
  ],
  [{ priority, action: 'unreachable' }, { action: '7' }],
  [{ priority, action: 'prohibit', from: '10.0.0.0/8' }, { action: '8' }],
  [{ priority, action: 'blackhole' }, { action: '6' }],
  [{ priority, action: 'nop' }, { nop: null }],
  [{ priority, table: 254, suppressPrefixLength: 0 }, { suppress_prefixlen: 0 }],
  [{ priority, table: 254, suppressInterfaceGroup: 7 }, { suppress_ifgroup: '7' }],
  [
    { priority, table, realms: '3/7' },
    { flow_from: '3', flow_to: '7' },
  ],
  [{ priority, table, realms: '7' }, { flow_to: '7' }],
  [{ priority: 0, table }, { priority: 0 }],
]

const bigints = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

for (const [given, expected] of ours) {
  test(`created, shown by ip, listed, removed, made anew: ${JSON.stringify(given, bigints)}`, async (t) => {
    await checkOurs(t, await testNetwork(t), kind, given, expected)
  })
}

const theirs: [string, Partial<ListedRule>][] = [
  ['rule add from 10.9.0.0/30 table 100', { family: 'inet', from: '10.9.0.0/30', table: 100, priority: 32765 }],
  ['rule add to 10.9.0.1 table 100 protocol 9', { to: '10.9.0.1/32', protocol: 9 }],
  ['rule add from 10.9.0.0/30', { table: 254 }],
  ['rule add from 10.9.0.0/30 priority 5 prohibit', { action: 'prohibit' }],
  ['-6 rule add priority 5 fwmark 5/7 lookup 200000', { family: 'inet6', fwmark: '0x5/0x7', table: 200000 }],
  ['rule add priority 5 iif nowhere oif v0 table 7', { detachedIif: true, detachedOif: false, unresolved: false }],
  ['rule add priority 5 oif nowhere table 7', { detachedIif: false, detachedOif: true }],
  ['rule add priority 5 goto 100', { goto: 100, unresolved: true }],
]

for (const [command, expected] of theirs) {
  test(`made by ip ${command}, listed, removed, made anew`, async (t) => {
    const listed = await checkTheirs(t, await testNetwork(t), kind, command)
    t.like(listed, expected)
    t.is(listed.unknown, undefined)
  })
}

/** Whether the kernel takes a rule, and all of it; if not, the test says so and ends. */
async function takes(t: ExecutionContext, network: TestNetwork, rule: Rule): Promise<boolean> {
  try {
    await network.send(newRule(rule))
    const told = (await rulesOf(network)).find((listed) => listed.priority === rule.priority)
    await network.send(deleteRule(rule))
    const late = (['dscp', 'flowLabel', 'sport', 'dport'] as const).find((name) => told?.[name] !== rule[name])
    if (late !== undefined) skipped(t, `this kernel ignores ${late}`)
    return late === undefined
  } catch (error) {
    skipped(t, `this kernel takes no such rule: ${String(error)}`)
    return false
  }
}

test('l3mdev, where the kernel has it', async (t) => {
  const network = await testNetwork(t)
  const rule: Rule = { priority, l3mdev: true }
  if (await takes(t, network, rule)) await checkOurs(t, network, kind, rule, { l3mdev: null })
})

test('dscp, where the kernel has it', async (t) => {
  const network = await testNetwork(t)
  const rule: Rule = { priority, dscp: 46, table }
  // iproute2 before 6.13 does not show it.
  if (await takes(t, network, rule)) await checkOurs(t, network, kind, rule, { table: '5' })
})

// iproute2 before 6.15 does not show the masks.
for (const rule of [
  { priority, dscp: '8/0x38', table },
  { priority, ipproto: 'tcp', sport: '80/0xff', dport: '1/0x1', table },
  { priority, family: 'inet6', flowLabel: '0x5', table },
  { priority, family: 'inet6', flowLabel: '0x5/0xff', table },
] as const satisfies readonly Rule[]) {
  test(`masks, where the kernel has them: ${JSON.stringify(rule)}`, async (t) => {
    const network = await testNetwork(t)
    if (await takes(t, network, rule)) await checkOurs(t, network, kind, rule, { table: '5' })
  })
}

test('a rule without anything to do looks the main table up, as by ip', async (t) => {
  const network = await testNetwork(t)
  await network.send(newRule({ priority, from: '10.0.0.0/8' }))
  t.like(
    (await rulesOf(network)).find((rule) => rule.priority === priority),
    { table: 254 },
  )
})

test('an exact duplicate of the same priority is refused', async (t) => {
  const network = await testNetwork(t)
  await network.send(newRule({ priority, table }))
  await t.throwsAsync(network.send(newRule({ priority, table })), { message: /EEXIST/ })
  await network.send(newRule({ priority, table, protocol: 9 }))
})

test('removal takes the rule of the given protocol, action and table', async (t) => {
  const network = await testNetwork(t)
  network.sh('ip rule add priority 1000 prohibit protocol 9; ip rule add priority 1000 table 6 protocol 9')
  await network.send(newRule({ priority, table: 6 }))
  await network.send(deleteRule({ priority, table: 6, protocol: 108 }))
  const rest = (await rulesOf(network)).filter((rule) => rule.priority === priority)
  t.deepEqual(
    rest.map(({ action, table: looked }) => action ?? looked),
    ['prohibit', 6],
  )
  await network.send(deleteRule({ priority, table: 6 }))
  t.deepEqual(
    (await rulesOf(network)).filter((rule) => rule.priority === priority).map(({ action }) => action),
    ['prohibit'],
  )
})

for (const [narrow, wide] of [
  [{ from: '10.0.0.0/8' }, {}],
  [{ tos: 0x10 }, {}],
  [{ from: '10.0.0.0/8', to: '10.0.0.0/8' }, { from: '10.0.0.0/8' }],
]) {
  test(`the kernel takes ${JSON.stringify(wide)} for a duplicate of ${JSON.stringify(narrow)}`, async (t) => {
    const network = await testNetwork(t)
    const rest = async () => (await rulesOf(network)).filter((rule) => rule.priority === priority)
    await network.send(newRule({ priority, table, ...narrow }))
    await t.throwsAsync(network.send(newRule({ priority, table, ...wide })), { message: /EEXIST/ })
    await network.send(deleteRule({ priority, table, ...narrow }))
    await network.send(newRule({ priority, table, ...wide }))
    await network.send(newRule({ priority, table, ...narrow }))
    const [first, second] = await rest()
    if (second) await network.send(deleteRule(second))
    t.deepEqual(await rest(), first ? [first] : [])
  })
}

test('the kernel does not look at not', async (t) => {
  const network = await testNetwork(t)
  const rule: Rule = { priority, table, from: '10.0.0.0/8' }
  await network.send(newRule({ ...rule, not: true }))
  await t.throwsAsync(network.send(newRule(rule)), { message: /EEXIST/ })
  await network.send(deleteRule(rule))
  t.false((await rulesOf(network)).some((one) => one.priority === priority))
})

test('the rules that every namespace begins with', async (t) => {
  const network = await testNetwork(t)
  const rules = await network.list(dumpRules('inet'), decodeRule)
  t.deepEqual(
    rules.map(({ priority: order, table: looked, protocol }) => [order, looked, protocol]),
    [
      [0, 255, 2],
      [32766, 254, 2],
      [32767, 253, 2],
    ],
  )
})

test('what is no rule is an error of the caller', (t) => {
  for (const rule of [
    { from: 'nowhere' },
    { fwmark: 'x' },
    { fwmark: '/0xff' },
    { fwmark: '1/2/3' },
    { ipproto: 'nothing' },
    { sport: '1-2-3' },
    { sport: '70000' },
    { realms: 'cosmos' },
  ]) {
    t.throws(() => newRule(rule), { instanceOf: RangeError }, JSON.stringify(rule))
  }
})
