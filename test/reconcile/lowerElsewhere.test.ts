import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { apply, Network } from '../../src/index.js'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { untilGone } from '../helpers/namespace.js'
import { fixture, runProgram, succeeds } from '../helpers/program.js'
import { picture, reconcileNamespace } from '../helpers/reconcile.js'
import type { Orders } from './fixtures/applyAndDie.js'

const kinds: Readonly<Record<string, string>> = {
  macvlan: 'link v0 name x type macvlan mode private',
  macvtap: 'link v0 name x type macvtap mode bridge',
  ipvlan: 'link v0 name x type ipvlan mode l3',
  vxlan: 'name x type vxlan id 7 dev v0 dstport 4789 group 239.0.0.7',
  'vxlan on nothing': 'name x type vxlan id 7 dstport 4789 remote 10.3.0.2',
  vlan: 'link v0 name x type vlan id 7',
  gre: 'name x type gre local 10.3.0.1 remote 10.3.0.2 dev v0',
}

/** A link that was made on a device of another namespace, which no spec of the test names, and moved here. */
function stage(t: ExecutionContext, label: string, kind = 'macvlan') {
  const here = reconcileNamespace(t)
  const low = `lwt-le-${process.pid}-${label}`
  const stateDirectory = mkdtempSync(join(tmpdir(), 'linkwright-test-'))
  t.teardown(() => {
    here.sh(`ip netns delete ${low} 2>/dev/null || true`)
    rmSync(stateDirectory, { recursive: true, force: true })
  })
  const there = { ...here, sh: (script: string) => here.sh(`ip netns exec ${low} sh -c '${script}'`) }
  here.sh(`ip netns add ${low}`)
  // A device of the same index here, which has another name, and one of the same name there.
  there.sh('sysctl -qw net.ipv6.conf.default.addr_gen_mode=1 net.ipv6.conf.default.accept_dad=0')
  there.sh('ip link add name v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up')
  here.sh('ip link add name a0 type veth peer name a1 && sysctl -qw net.ipv6.conf.default.addr_gen_mode=1')
  there.sh(`ip link add ${kinds[kind]}`)
  here.sh(`ip netns exec ${low} ip link set dev x netns ${here.path}`)
  there.sh('ip link add name x type veth peer name y')
  here.sh(
    [
      'set -e',
      'ip link set x mtu 1400 alias far up',
      'ip address add 10.0.0.1/24 dev x',
      'ip route add 10.9.0.0/16 via 10.0.0.2',
    ].join('\n'),
  )
  const both = (): string[] => [
    ...here.picture({ portable: true }),
    ...picture(there, { portable: true }),
    here.sh(
      'ip -d link show x | grep -o "link-netns [^ ]*"; ip -d link show x | grep -o "dev [a-z0-9]* |^[0-9]*: x@if3" | sed "s/^[0-9]*//"',
    ),
  ]
  return { here, there, low, both, stateDirectory, settings: { namespace: { path: here.path }, stateDirectory } }
}

/** Whether the kernel has a kind, which the probe has it load. */
function isThere(what: string): boolean {
  const script = `ip link add name v0 type veth peer name v1 && ip link add ${kinds[what]}`
  return succeeds(['unshare', '--net', 'sh', '-c', script])
}

for (const what of Object.keys(kinds)) {
  const run = isThere(what) ? test.serial : test.serial.skip
  run(`a ${what} from another namespace comes back after a deletion that failed, and can be made anew`, async (t) => {
    const { here, low, both } = stage(t, what.replaceAll(' ', ''), what)
    const before = both()
    const { rollback: report } = await here.fails({ links: [{ name: 'x', absent: true }] }, { guards: [() => false] })
    t.true(report?.restored, report?.error)
    t.regex(report?.steps[0] ?? '', new RegExp(`^ip -n ${low} link add netns \\$\\$ .*type ${what.split(' ')[0]}`))
    t.deepEqual(both(), before)
    const again = await here.fails({ links: [{ name: 'x', txQueues: 3 }] }, { guards: [() => false] })
    t.true(again.rollback?.restored, again.rollback?.error)
    t.deepEqual(both(), before)
    const { steps } = await here.converges({ links: [{ name: 'x', txQueues: 3 }] })
    t.deepEqual(
      steps.filter(({ object }) => object === 'link').map(({ action, id }) => `${action} ${id}`),
      ['recreate x'],
    )
    // Several queues have several qdiscs.
    const withoutQdisc = (line: string): string => line.replace(/"qdisc":"[a-z_]+"/, '')
    t.deepEqual(both().map(withoutQdisc), before.map(withoutQdisc))
    await here.converges({ links: [{ name: 'x', absent: true }] })
  })
}

/** A line without what another index of the lower device and its several queues change. */
const withoutLower = (line: string): string =>
  line.replace(/"qdisc":"[a-z_]+"/, '').replace(/("group":"239.0.0.7"|"local":"10.3.0.1"),"link":"[a-z0-9]+"/, '')

for (const what of Object.keys(kinds).filter((kind) => kind !== 'vxlan on nothing')) {
  const run = isThere(what) ? test.serial : test.serial.skip
  run(`a ${what} shares the fate of the device of another namespace that it stands on`, async (t) => {
    const { here, there, low, both } = stage(t, `fate${what}`, what)
    const lower = (link: LinkSpec, ...links: LinkSpec[]): Spec => ({ namespaces: { [low]: { links: [link] } }, links })
    const before = both()
    const gone: LinkSpec = { name: 'v0', absent: true }
    const { message } = await here.refuses(lower(gone), 'INVALID_SPEC')
    t.regex(message, /the link v0 cannot be removed, since x in the namespace of the program stands on it/)
    t.deepEqual(both(), before)
    const anew: LinkSpec = { name: 'v0', txQueues: 3 }
    for (const spec of [lower(gone, { name: 'x', absent: true }), lower(anew), lower(anew, { name: 'x', mtu: 1300 })]) {
      const error = await here.fails(spec, { guards: [() => false] })
      t.true(error.rollback?.restored, `${error.message} ${error.rollback?.error}`)
      t.deepEqual(both().map(withoutLower), before.map(withoutLower))
    }
    const { steps } = await here.converges(lower(anew))
    t.deepEqual(
      steps
        .filter(({ action }) => action === 'recreate')
        .map(({ id, disruption }) => `${id} ${disruption}`)
        .sort(),
      ['v0 recreate', 'v1 recreate', 'x recreate'],
    )
    t.deepEqual(both().map(withoutLower), before.map(withoutLower))
    there.sh('ip link set v0 addr 02:00:00:00:00:aa alias lower')
    await here.converges(lower({ name: 'w0', match: { mac: '02:00:00:00:00:aa' }, rxQueues: 2 }))
    await here.converges(lower({ name: 'w0', absent: true }, { name: 'x', absent: true }))
    t.is(here.sh('ip -br link | grep -c "^x@" || true').trim(), '0')
  })
}

test.serial('a link that comes to stand on one of its own namespace goes back to where it stood', async (t) => {
  const { here, both } = stage(t, 'here')
  const before = both()
  const links: LinkSpec[] = [{ name: 'x', kind: 'macvlan', macvlan: { link: 'a0' } }]
  const { rollback: report } = await here.fails({ links }, { guards: [() => false] })
  t.true(report?.restored, report?.error)
  t.deepEqual(both(), before)
  await here.converges({ links })
  t.regex(here.sh('ip -br link'), /^x@a0 /m)
})

test.serial(
  'what a killed apply deleted is made there again by the next one, while that namespace is there',
  async (t) => {
    for (const isGone of [false, true]) {
      const { here, low, both, settings } = stage(t, `killed${isGone}`)
      const before = both()
      const { stateDirectory } = settings
      const taps = ['tap0', 'tap1'].map((name): LinkSpec => ({ name, kind: 'tap' }))
      const spec: Spec = { links: [{ name: 'x', absent: true }, ...taps] }
      const dieOnce = untilGone(here.path, 'x')
      const orders: Orders = { namespacePath: here.path, stateDirectory, spec, dieOnce }
      await runProgram([process.execPath, fixture(import.meta.url, 'applyAndDie'), JSON.stringify(orders)])
      t.false(here.ip('link').some(({ ifname }) => ifname === 'x'))
      if (isGone) here.sh(`ip netns delete ${low}`)
      const recovery = (await apply({}, settings)).unwrap().recovered?.[0]
      t.like(recovery, { action: 'restored', rollback: { restored: true } })
      if (isGone) t.deepEqual(recovery?.rollback?.lost, [`link x: the namespace ${low} that it led into is gone`])
      else t.deepEqual(both(), before)
      t.deepEqual(
        readdirSync(stateDirectory).filter((name) => !name.endsWith('.lock')),
        [],
      )
    }
  },
)

test.serial('what a killed apply made and gave no name yet is removed by the next one', async (t) => {
  // A second tunnel like the first one could not be made beside it.
  const { here, both, settings } = stage(t, 'unnamed', 'vxlan')
  const before = both()
  const { stateDirectory } = settings
  const dieOnce = `nsenter --net=${here.path} ip -br link | grep -q ^making`
  const spec: Spec = { links: [{ name: 'x', txQueues: 3 }] }
  const orders: Orders = { namespacePath: here.path, stateDirectory, spec, takenName: 'x', dieOnce }
  await runProgram([process.execPath, fixture(import.meta.url, 'applyAndDie'), JSON.stringify(orders)])
  t.regex(here.sh('ip -br link'), /^making/m)
  const recovery = (await apply({}, settings)).unwrap().recovered?.[0]
  t.like(recovery, { action: 'restored', rollback: { restored: true } })
  t.deepEqual(both(), before)
})

test.serial("a link of a named namespace comes back on a device of the program's own", async (t) => {
  const here = reconcileNamespace(t)
  const blue = `lwt-le-${process.pid}-blue`
  t.teardown(() => here.sh(`ip netns delete ${blue} 2>/dev/null || true`))
  here.sh(`ip netns add ${blue} && ip link add name v0 type veth peer name v1`)
  here.sh(`ip link add link v0 name x netns ${blue} type macvlan mode private`)
  const shown = (): string => here.sh(`ip -n ${blue} -d link show x | sed 's/^[0-9]*//'`)
  const before = shown()
  const spec: Spec = { namespaces: { [blue]: { links: [{ name: 'x', absent: true }] } } }
  const { rollback: report } = await here.fails(spec, { guards: [() => false] })
  t.true(report?.restored, report?.error)
  t.regex(report?.steps[0] ?? '', new RegExp(`^ip link add netns ${blue} link v0 name x `))
  t.is(shown(), before)
})

test.serial('one that stands nobody knows where is not made anew, and once deleted stays away', async (t) => {
  const here = reconcileNamespace(t)
  const other = reconcileNamespace(t)
  other.sh('ip link add name v0 type veth peer name v1 && ip link add link v0 name x type macvlan')
  other.sh(`ip link set dev x netns ${here.path}`)
  const { message } = await here.refuses({ links: [{ name: 'x', txQueues: 3 }] }, 'INVALID_SPEC')
  t.regex(message, /^\/links\/0: the link x cannot be made anew, since what it stands on is in a namespace/)
  const error = await here.fails({ links: [{ name: 'x', absent: true }] }, { guards: [() => false] })
  t.like(error.rollback, { restored: false })
  t.is(error.rollback?.error, undefined)
  t.regex(error.rollback?.lost?.[0] ?? '', /^link x: it led into a namespace that has no name/)
  await here.apply({})
})

test.serial('a listed link names no device below that is in another namespace', async (t) => {
  const { here } = stage(t, 'listed', 'vxlan')
  using network = Network.open({ namespace: { path: here.path } }).unwrap()
  const [x] = (await network.links.list()).unwrap().filter(({ name }) => name === 'x')
  t.is(x?.link, 3)
  t.deepEqual(x?.kind === 'vxlan' && x.vxlan && 'link' in x.vxlan, false)
  await here.converges((await here.snapshot()) as Spec)
})
