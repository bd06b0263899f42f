import test, { type ExecutionContext } from 'ava'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import type { Change } from '../campaigns/interposedKernel.js'
import { interruptedNamespace } from '../helpers/interruptedApply.js'

/** A namespace, and another program that does something before one of the changes of an apply. */
function stage(t: ExecutionContext) {
  const here = interruptedNamespace(t)
  const fails = (spec: Spec, command: string, isMeant: (change: Change) => boolean) =>
    here.interrupted(spec, { command, isMeant })
  return { ...here, fails }
}

/** include/uapi/linux/rtnetlink.h */
const [RTM_NEWROUTE, RTM_NEWRULE] = [24, 32]
const isRoute = ({ what }: Change): boolean => what === RTM_NEWROUTE

const mac = '02:00:00:00:0f:01'
const made: readonly LinkSpec[] = [
  { name: 'x0', kind: 'veth', veth: { peer: { name: 'x1' } }, master: 'br0' },
  { name: 'x0', kind: 'tap', master: 'br0' },
  { name: 'x0', kind: 'macvlan', macvlan: { link: 'br0' }, up: true },
]

for (const link of made) {
  test(`a ${link.kind} whose name another program takes first is an error, and that link is not touched`, async (t) => {
    const { fails, sh, picture } = stage(t)
    sh('ip link add br0 type bridge')
    const other = `ip link add x0 address ${mac} type ifb`
    const spec: Spec = { links: [{ name: 'a0', kind: 'ifb' }, link] }
    for (const change of [0, 1]) {
      const { error, after } = await fails(spec, other, ({ number }) => number === change)
      t.is(error.code, 'EEXIST', error.message)
      t.true(error.rollback?.restored)
      sh(`ip link delete x0 && ${other}`)
      t.deepEqual(after, picture({ portable: true }))
      t.notRegex(sh('ip link show x0'), /altname|UP|master/)
      sh('ip link delete x0')
    }
  })
}

test('a link that another program puts in the place of a new one stays', async (t) => {
  const { fails, sh, ip } = stage(t)
  const spec: Spec = {
    links: [{ name: 'x0', kind: 'tap' }],
    routes: [{ to: '10.9.0.0/16', via: '10.0.0.2', dev: 'lo' }],
  }
  const { error } = await fails(spec, `ip link delete x0 && ip link add x0 address ${mac} type ifb`, isRoute)
  t.true(error.rollback?.restored)
  const there = ip('link', 'show', 'x0')[0]
  t.is(there?.['address'], mac)
  sh('ip link delete x0')
})

test('a link that another program takes away before all is verified is no fault of the spec', async (t) => {
  const { fails, sh } = stage(t)
  sh('ip link add p0 type ifb')
  const spec: Spec = { links: [{ name: 'p0', mtu: 1400 }], rules: [{ priority: 300, table: 88 }] }
  const { error } = await fails(spec, 'ip link delete p0', ({ what }) => what === RTM_NEWRULE)
  t.is(error.code, 'NOT_APPLIED')
  t.regex(error.message, /^what was asked for cannot be any longer.*: \/links\/0: the link p0 does not exist/)
})

/** A pair one end of which is a port, and what hangs on the other one. */
const pair = [
  'ip link add br0 type bridge',
  'ip link add p0 type veth peer name p1',
  'ip link set p0 master br0 up',
  'ip link set p1 up',
  'ip address add 10.5.0.1/24 dev p1',
  'ip route add 10.55.0.0/16 via 10.5.0.9',
].join(' && ')
const released: Spec = {
  links: [{ name: 'p0', master: null }],
  routes: [
    { to: '10.55.0.0/16', absent: true },
    { to: '10.9.0.0/16', via: '10.5.0.9', dev: 'br0' },
  ],
}

test('a pair that another program deletes meanwhile does not come back by half', async (t) => {
  const { fails, sh, picture } = stage(t)
  sh(pair)
  const { error, after } = await fails(released, 'ip link delete p0', isRoute)
  t.regex(String(error.rollback?.lost), /link p0: somebody else has taken it away/)
  sh('ip link show br0')
  t.deepEqual(after, picture({ portable: true }))
  t.false(after.some((line) => /"p[01]"/.test(line)))
})

test('a link that another program renames meanwhile gets its name back, with what hangs on it', async (t) => {
  const { fails, sh, picture } = stage(t)
  sh(pair)
  const before = picture({ portable: true })
  const { error, after } = await fails(
    released,
    'ip link set p1 down && ip link set p1 name px && ip link set px up',
    isRoute,
  )
  t.true(error.rollback?.restored, error.rollback?.error)
  t.deepEqual(after, before)
})

test('what hangs on the other end of a pair comes back where another program takes one end away', async (t) => {
  const { fails, sh } = stage(t)
  const other = stage(t)
  sh(pair)
  const { error } = await fails(released, `ip link set p0 netns ${other.path}`, isRoute)
  t.regex(String(error.rollback?.lost), /link p0: somebody else has taken it away/)
  t.regex(sh('ip route show'), /10.55.0.0\/16 via 10.5.0.9 dev p1/)
  t.is(other.ip('link', 'show', 'p0').length, 1)
})

for (const [what, remake] of [
  ['deletes', ''],
  ['makes anew', ' && ip netns add NAME && ip -n NAME link add own type ifb'],
] as const) {
  for (const isOurs of [true, false]) {
    test(`a namespace ${isOurs ? 'of the spec' : 'that was there'} that another program ${what} is an error`, async (t) => {
      const { fails, sh, picture } = stage(t)
      const name = `lwt-st-${process.pid}-${what.length}-${isOurs}`
      t.teardown(() => sh(`ip netns delete ${name} 2>/dev/null || true`))
      if (!isOurs) sh(`ip netns add ${name}`)
      const before = picture({ portable: true })
      const spec: Spec = {
        links: [{ name: 'v0', kind: 'veth', veth: { peer: { name: 'v1', namespace: name } } }],
        rules: [{ priority: 300, table: 88 }],
        namespaces: { [name]: { links: [{ name: 'v1', addresses: ['10.0.0.1/24'] }] } },
      }
      const command = `ip netns delete ${name}${remake.replaceAll('NAME', name)}`
      const { error, after } = await fails(spec, command, ({ what: type }) => type === RTM_NEWRULE)
      t.is(error.code, 'NOT_APPLIED')
      t.regex(error.message, new RegExp(`^namespace ${name}: somebody else has deleted it, or made it anew`))
      t.deepEqual(after, before)
      t.is(sh(`ip -n ${name} -br link show own 2>/dev/null || true`) !== '', remake !== '')
    })
  }
}
