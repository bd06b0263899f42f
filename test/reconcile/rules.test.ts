import test from 'ava'
import { walkAttributes } from '../../src/netlink/attribute.js'
import { littleEndian } from '../../src/netlink/bytes.js'
import { messagesOf } from '../../src/netlink/message.js'
import { plan } from '../../src/reconcile/apply.js'
import { sampleOfMachine } from '../../src/reconcile/capability/sample.js'
import { type Kernel, machineKernel } from '../../src/reconcile/world/kernel.js'
import { RTM_NEWRULE } from '../../src/rtnetlink/constants.js'
import { ruleLayout } from '../../src/rtnetlink/ruleAttributes.js'
import type { RuleSpec, Spec } from '../../src/spec/types.js'
import { reconcileNamespace } from '../helpers/reconcile.js'
import { skipped } from '../helpers/skipped.js'
import { Wrapped } from '../helpers/transports.js'

const rules = (...list: RuleSpec[]): Spec => ({ rules: list })

test('rules: table and action are updated, others stay, without a priority any will do', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip rule add priority 100 from 10.0.0.0/24 table 5; ip rule add priority 100 from 10.0.1.0/24 table 5')
  const update = await namespace.converges(rules({ priority: 100, from: '10.0.0.0/24', table: 6 }))
  t.deepEqual(
    update.steps.map(({ action }) => action),
    ['update'],
  )
  t.regex(namespace.sh('ip rule'), /100:\tfrom 10.0.0.0\/24 lookup 6/)
  t.regex(namespace.sh('ip rule'), /100:\tfrom 10.0.1.0\/24 lookup 5/)
  await namespace.converges(rules({ priority: 100, from: '10.0.0.0/24', action: 'prohibit' }))
  await namespace.converges(rules({ priority: 100, from: '10.0.0.0/24', goto: 200 }))
  await namespace.converges(rules({ priority: 100, from: '10.0.0.0/24', table: 'main' }))
  t.is(namespace.sh('ip rule show priority 100').trim().split('\n').length, 2)
  const adopted = await namespace.plan(rules({ from: '10.0.1.0/24', table: 5 }))
  t.deepEqual(adopted.steps, [])
  const created = await namespace.converges(rules({ from: '10.0.1.0/24', table: 7 }))
  t.deepEqual(
    created.steps.map(({ action }) => action),
    ['create'],
  )
  t.is(namespace.sh('ip rule').match(/10.0.1.0\/24/g)?.length, 2)
})

test('rules: equal ones are counted', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges(rules({ from: '10.0.0.0/24', table: 5 }, { from: '10.0.0.0/24', table: 5 }))
  t.is(namespace.sh('ip rule').match(/10.0.0.0\/24/g)?.length, 2)
  await namespace.converges(rules({ from: '10.0.0.0/24', absent: true }))
  t.notRegex(namespace.sh('ip rule'), /10.0.0.0/)
})

test('rules: a wider selector after a narrower one, and the other way round', async (t) => {
  const namespace = reconcileNamespace(t)
  const list: RuleSpec[] = [
    { priority: 9, from: '10.0.0.0/24', iif: 'lo', table: 5 },
    { priority: 9, from: '10.0.0.0/24', table: 5 },
    { priority: 9, table: 5 },
    { priority: 9, table: 5, fwmark: '0x1' },
    { priority: 9, family: 'inet6', table: 5, iif: 'lo' },
    { priority: 9, family: 'inet6', table: 5 },
  ]
  await namespace.converges(rules(...list))
  t.is(namespace.sh('ip -4 rule show priority 9').trim().split('\n').length, 4)
  const other = reconcileNamespace(t)
  other.sh('ip rule add priority 9 iif lo from 10.0.0.0/24 table 5')
  await other.converges(rules(...list))
})

test('rules: absent takes what is left out as a wildcard, within the family, and never the others', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(
    [
      'ip rule add priority 100 from 10.0.0.0/24 table 5',
      'ip rule add priority 100 from 10.0.0.0/24 table 6',
      'ip rule add priority 101 from 10.0.0.0/24 table 5 proto static',
      'ip rule add priority 102 from 10.0.0.0/24 iif lo table 5',
      'ip rule add priority 103 not from 10.0.0.0/24 table 5',
      'ip -6 rule add priority 100 from fd00::/64 table 5',
      'ip -6 rule add priority 101 table 5',
    ].join(' && '),
  )
  const count = () => namespace.sh('ip rule; ip -6 rule').match(/^1\d\d:/gm)?.length ?? 0
  await namespace.converges(rules({ priority: 100, from: '10.0.0.0/24', table: 6, absent: true }))
  t.is(count(), 6)
  await namespace.converges(rules({ priority: 101, absent: true }))
  t.is(count(), 5)
  await namespace.converges(rules({ from: '10.0.0.0/24', not: true, absent: true }))
  t.is(count(), 4)
  await namespace.converges(rules({ from: '10.0.0.0/24', absent: true }))
  t.is(count(), 2)
  await namespace.converges(rules({ family: 'inet6', table: 5, absent: true }))
  t.is(count(), 0)
  t.is(namespace.ip('-4', 'rule').length, 3)
})

test('rules: every selector converges', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges(
    rules(
      { priority: 1, from: '10.0.0.0/24', to: '10.1.0.0/16', table: 1000 },
      { priority: 2, not: true, iif: 'eth7', table: 'main' },
      { priority: 3, oif: 'eth8', fwmark: '0x10/0xF0', action: 'unreachable' },
      { priority: 4, fwmark: 16, action: 'blackhole' },
      { priority: 5, fwmark: '16/0xffffffff', table: 9 },
      { priority: 6, tos: 8, table: 9 },
      { priority: 7, ipproto: 'tcp', sport: '1000-2000', dport: 443, table: 9 },
      { priority: 8, ipproto: 17, dport: '53-53', table: 9 },
      { priority: 9, uidRange: 1000, table: 9 },
      { priority: 10, uidRange: '1000-1999', table: 9 },
      { priority: 11, l3mdev: true },
      { priority: 12, tunnelId: 5, table: 9 },
      { priority: 13, goto: 4000 },
      { priority: 4000, action: 'nop' },
      { priority: 14, table: 'main', suppressPrefixLength: 0 },
      { priority: 15, table: 'main', suppressInterfaceGroup: 'default' },
      { priority: 16, from: '10.0.0.0/8', realms: '3/4', table: 9 },
      { priority: 17, from: 'fd00::/8', table: 9, protocol: 'static' },
      { priority: 18, from: 'all', table: 9 },
      { priority: 0, from: '10.77.0.0/16', table: 9 },
    ),
  )
})

test('neighbors: created, updated, removed, noarp and proxies', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(
    'ip link add br0 type bridge; ip link set br0 up; ip address add 10.0.0.1/24 dev br0; ip neighbor add 10.0.0.2 lladdr 02:00:00:00:00:02 dev br0 nud permanent',
  )
  const spec = (mac: string): Spec => ({
    neighbors: [
      { dev: 'br0', address: '10.0.0.7', mac },
      { dev: 'br0', address: 'FD00::7', mac, router: true },
      { dev: 'br0', address: '10.0.0.8', mac, state: 'noarp' },
      { dev: 'br0', address: '10.0.0.9', mac, state: 'reachable' },
      { dev: 'br0', address: '10.0.0.10', proxy: true },
    ],
  })
  await namespace.converges(spec('02:00:00:00:00:0A'))
  const update = await namespace.converges(spec('02:00:00:00:00:0b'))
  t.deepEqual(new Set(update.steps.map(({ action }) => action)), new Set(['update']))
  await namespace.converges({
    neighbors: [
      { dev: 'br0', address: '10.0.0.7', absent: true },
      { dev: 'br0', address: '10.0.0.9', absent: true },
      { dev: 'br0', address: '10.0.0.10', proxy: true, absent: true },
    ],
  })
  const text = namespace.sh('ip neighbor; ip neighbor show proxy')
  t.regex(text, /10.0.0.2 .*PERMANENT/)
  t.notRegex(text, /10.0.0.7 |10.0.0.10 /)
})

test('rules: a wide one is deleted while a narrower one of others stands before it', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip rule add priority 9 iif lo table 5')
  await namespace.apply(rules({ priority: 9, table: 5 }))
  t.is(namespace.sh('ip rule show priority 9').trim().split('\n').length, 2)
  await namespace.converges(rules({ priority: 9, table: 6 }))
  const before = namespace.sh('ip rule show priority 9')
  t.regex(before, /iif lo.*lookup 5/)
  t.regex(before, /from all lookup 6/)
  t.is(before.trim().split('\n').length, 2)
})

test('a neighbor that the kernel learned becomes permanent', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh(
    'ip link add br0 type bridge; ip link set br0 up; ip neighbor add 10.0.0.7 lladdr 02:00:00:00:00:01 dev br0 nud stale',
  )
  await namespace.converges({ neighbors: [{ dev: 'br0', address: '10.0.0.7', mac: '02:00:00:00:00:07' }] })
  t.regex(namespace.sh('ip neighbor'), /02:00:00:00:00:07 PERMANENT/)
})

const late: RuleSpec[] = [
  { priority: 10, dscp: 8, table: 5 },
  { priority: 11, dscp: '8/0x38', table: 5 },
  { priority: 12, ipproto: 'udp', sport: '80/0xff', dport: '0x1/0x1', table: 5 },
  { priority: 13, flowLabel: '5/0xff', table: 5 },
]

test('rules: with code points, flow labels and masks', async (t) => {
  const namespace = reconcileNamespace(t)
  const known = new Map(Object.entries(await sampleOfMachine('rule', {})))
  if (![...known.values()].every(Boolean)) return skipped(t, 'the rules of this kernel have not all of them')
  await namespace.converges(rules(...late))
  t.regex(namespace.sh('ip rule'), /12:.* ipproto udp sport 80 dport 1 lookup 5/)
  await namespace.converges(
    rules({ priority: 11, dscp: '8/0x38', table: 6 }, { priority: 12, dport: '1/1', absent: true }),
  )
  t.notRegex(namespace.sh('ip rule'), /^12:/m)
})

test('rules: what the kernel would not select by is refused in the plan', async (t) => {
  const namespace = reconcileNamespace(t)
  const sample = () => Promise.resolve({ dscp: true, flowLabel: false, dscpMask: false, portMask: false })
  const kernel = (fd: number): Kernel => ({ ...machineKernel(fd), sample })
  const planned = await plan(rules(...late), { namespace: { fd: namespace.fd }, kernel })
  t.is(planned.err && planned.val.code, 'UNSUPPORTED')
  t.deepEqual(planned.err && planned.val.problems, [
    { path: '/rules/1/dscp', message: 'the rules of this kernel have no dscp with a mask (Linux 6.15)' },
    { path: '/rules/2/sport', message: 'the rules of this kernel have no port with a mask (Linux 6.15)' },
    { path: '/rules/2/dport', message: 'the rules of this kernel have no port with a mask (Linux 6.15)' },
    { path: '/rules/3/flowLabel', message: 'the rules of this kernel have no flow label (Linux 6.14)' },
  ])
})

test('rules: what no rule can select by is refused at once', async (t) => {
  const namespace = reconcileNamespace(t)
  const error = await namespace.refuses(
    rules(
      { family: 'inet', flowLabel: 5, table: 5 },
      { dscp: 64, table: 5 },
      { sport: '70000/0xff', table: 5 },
      { sport: '1-2/0xff', table: 5 },
      { fwmark: '0x0/0', table: 5 },
      { flowLabel: '0/0x0', table: 5 },
    ),
    'INVALID_SPEC',
  )
  t.deepEqual(error.problems?.map(({ path }) => path).sort(), [
    '/rules/0/flowLabel',
    '/rules/1/dscp',
    '/rules/2/sport',
    '/rules/3/sport',
    '/rules/4/fwmark',
    '/rules/5/flowLabel',
  ])
})

test('rules: a port has one spelling', async (t) => {
  const namespace = reconcileNamespace(t)
  await namespace.converges(rules({ priority: 10, ipproto: 'tcp', sport: '080-80', dport: '1-0002', table: 5 }))
})

// include/uapi/linux/fib_rules.h
const FRA_DSCP = 25

/** Tells the kernel of the code points of rules by an attribute that it does not know, and so ignores. */
class Forgetful extends Wrapped {
  override send(datagram: Uint8Array): void {
    const bytes = Uint8Array.from(datagram)
    for (const { type, body } of messagesOf(bytes)) {
      if (type !== RTM_NEWRULE) continue
      const forget = (attribute: number, start: number): void => {
        if (attribute === FRA_DSCP) body.view.setUint16(start - 2, FRA_DSCP + 1000, littleEndian)
      }
      walkAttributes(body, forget, body.start + ruleLayout.header.size)
    }
    this.inner.send(bytes)
  }
}

test('rules: one that the kernel took without a selector does not stay', async (t) => {
  const namespace = reconcileNamespace(t)
  namespace.sh('ip rule add priority 10 from 10.0.0.0/8 table 5; ip rule add priority 10 dport 1-2 table 5')
  const kernel = (fd: number): Kernel => {
    const machine = machineKernel(fd)
    return { ...machine, sample: () => Promise.resolve({}), transport: () => new Forgetful(machine.transport()) }
  }
  const error = await namespace.refuses(rules({ priority: 10, dscp: 8, table: 5 }), 'NOT_APPLIED', { kernel })
  t.true(error.rollback?.restored)
})
