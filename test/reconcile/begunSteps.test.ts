import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { apply } from '../../src/reconcile/apply.js'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import type { Change, Verdict } from '../campaigns/interposedKernel.js'
import { interruptedNamespace } from '../helpers/interruptedApply.js'
import { reconcileNamespace } from '../helpers/reconcile.js'

/** A namespace in which the first change that is meant goes wrong, perhaps after another program has done something. */
function stage(t: ExecutionContext) {
  const here = interruptedNamespace(t)
  const fails = async (spec: Spec, verdict: Verdict, isMeant: (change: Change) => boolean, command?: string) => {
    const { error, after } = await here.interrupted(spec, { verdict, isMeant, command, timeout: 300 })
    t.true(error.rollback?.restored, error.rollback?.error)
    return { error, after }
  }
  return { ...here, fails }
}

/** include/uapi/linux/rtnetlink.h and errno-base.h */
const [RTM_NEWLINK, RTM_DELLINK, RTM_NEWROUTE, RTM_NEWRULE, EPERM] = [16, 17, 24, 32, 1]
const mac = '02:00:00:00:0f:01'

test('links that were deleted together come back where the kernel does not tell that it did', async (t) => {
  const { fails, sh, picture } = stage(t)
  const names = ['d0', 'd1', 'd2', 'd3', 'd4']
  for (const name of names) sh(`ip link add ${name} address ${mac.slice(0, -1)}${name.slice(1)} type ifb`)
  const before = picture({ portable: true })
  const spec: Spec = { links: names.map((name) => ({ name, absent: true })) }
  const { after } = await fails(spec, 'lose', ({ what }) => what === RTM_DELLINK)
  t.deepEqual(after, before)
})

test('a device of /dev/net/tun goes again before it has its mark', async (t) => {
  const { fails, picture } = stage(t)
  const before = picture({ portable: true })
  const links: LinkSpec[] = [
    { name: 't0', kind: 'tap', features: { 'rx-gro': false } },
    { name: 't1', kind: 'tap' },
  ]
  let made = 0
  // What ethtool sets, for which the second device waits.
  const isMeant = ({ what }: Change): boolean => {
    if (what === 'createTunTap') made++
    return made === links.length && typeof what === 'number' && what !== RTM_NEWLINK
  }
  const { after } = await fails({ links }, { errno: EPERM }, isMeant)
  t.deepEqual(after, before)
})

test('no link of a name is touched behind one whose name another program takes first', async (t) => {
  const { fails, sh, picture } = stage(t)
  const spec: Spec = {
    links: [
      { name: 'x0', kind: 'bridge', up: true, addresses: ['10.1.0.1/24'] },
      { name: 'x1', kind: 'macvlan', macvlan: { link: 'x0' } },
      { name: 'x2', kind: 'bridge', up: true },
    ],
  }
  const others = [0, 1, 2].map((n) => `ip link add x${n} address ${mac.slice(0, -1)}${n} type ifb`).join(' && ')
  const { error, after } = await fails(spec, 'pass', ({ number }) => number === 0, others)
  t.is(error.code, 'EEXIST')
  sh(`ip link delete x0; ip link delete x1; ip link delete x2; ${others}`)
  t.deepEqual(after, picture({ portable: true }))
})

const pair = 'ip link add x0 type veth peer name x1'
const pairInUse = `${pair} && ip link set x1 up && ip address add 10.7.0.1/24 dev x1`
const isThere: readonly [what: string, start: string, link: LinkSpec, name: string][] = [
  ['a link that is made anew', pairInUse, { name: 'x0', kind: 'bridge' }, 'x0'],
  ['a link that goes', pairInUse, { name: 'x0', absent: true }, 'x0'],
  ['the other end of a pair that goes', pair, { name: 'x0', absent: true }, 'x1'],
  ['a link that was changed', 'ip link add x0 mtu 1400 type bridge', { name: 'x0', mtu: 1300 }, 'x0'],
]
for (const [what, start, link, name] of isThere) {
  test(`a link that another program puts in the place of ${what} stays`, async (t) => {
    const { fails, sh, picture } = stage(t)
    sh(start)
    const other = `ip link add ${name} address ${mac} type ifb`
    const spec: Spec = { links: [link], rules: [{ priority: 300, table: 88 }] }
    const isRule = ({ what: type }: Change): boolean => type === RTM_NEWRULE
    const command = `ip link delete ${name} 2>/dev/null; ${other}`
    const { error, after } = await fails(spec, { errno: EPERM }, isRule, command)
    const lost = `link ${name}: somebody else has put another link in its place`
    t.true(String(error.rollback?.lost).includes(lost), String(error.rollback?.lost))
    sh(`ip link delete ${name} && ${other}`)
    t.deepEqual(after, picture({ portable: true }))
  })
}

test('all comes back but a bridge that another program takes away, and what its ports were of it', async (t) => {
  const { fails, sh, picture } = stage(t)
  const rest = 'ip link add q0 mtu 1400 type ifb && ip link add p0 type veth peer name p1'
  sh(`ip link add br0 type bridge && ${rest} && ip link set p0 master br0`)
  const spec: Spec = {
    links: [
      { name: 'p0', master: null },
      { name: 'q0', mtu: 1300 },
    ],
    routes: [{ to: '10.9.0.0/16', via: '10.0.0.2', dev: 'lo' }],
  }
  const { error } = await fails(spec, 'pass', ({ what }) => what === RTM_NEWROUTE, 'ip link delete br0')
  t.regex(String(error.rollback?.lost), /link br0: somebody else has taken it away/)
  t.regex(sh('ip link show q0'), /mtu 1400/)
  t.notRegex(picture({ portable: true }).join('\n'), /"br0"/)
})

test('what is on its way to the kernel when the caller throws is undone', async (t) => {
  const { fd, picture } = reconcileNamespace(t)
  const stateDirectory = mkdtempSync(join(tmpdir(), 'linkwright-test-'))
  t.teardown(() => rmSync(stateDirectory, { recursive: true, force: true }))
  const before = picture({ portable: true })
  const spec: Spec = {
    links: Array.from({ length: 20 }, (_, n) => ({ name: `x${n}`, kind: 'ifb' as const })),
    rules: Array.from({ length: 400 }, (_, n) => ({ priority: 1000 + n, table: 88 })),
  }
  const onProgress = (done: number): void => {
    if (done === 300) throw new TypeError('of the caller')
  }
  const options = { namespace: { fd }, stateDirectory, onProgress }
  await t.throwsAsync(apply(spec, options), { instanceOf: TypeError })
  t.deepEqual(picture({ portable: true }), before)
})
