import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { apply, rollback } from '../../src/index.js'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { untilGone } from '../helpers/namespace.js'
import { fixture, runProgram } from '../helpers/program.js'
import { reconcileNamespace } from '../helpers/reconcile.js'
import type { Orders } from './fixtures/applyAndDie.js'

/** What hangs on the end of a pair, and what does not. */
const furniture = [
  'set -e',
  'ip address add 10.0.0.1/24 dev b',
  'ip address add 10.5.0.1/32 dev b',
  'ip link set dev b up',
  'ip link add name mb0 link b type macvlan',
  'ip link add name v0 type veth peer name v1',
  'ip address add 10.1.0.1/24 dev v0',
  'ip link set v0 up',
  'ip link set v1 up',
  'ip link add name br0 type bridge',
  'ip link set mb0 master br0',
  'ip link add name mv0 link v0 type macvlan',
  'ip route add 10.9.0.0/16 via 10.0.0.2',
  'ip route add 10.8.0.0/16 via 10.1.0.2 src 10.5.0.1',
  'ip route add 10.7.0.0/16 nexthop via 10.0.0.2 nexthop via 10.1.0.2',
  'ip nexthop add id 5 via 10.0.0.2 dev b',
  'ip nexthop add id 6 via 10.1.0.2 dev v0',
  'ip nexthop add id 7 group 5/6',
  'ip route add 10.6.0.0/16 nhid 5',
  'ip route add 10.4.0.0/16 nhid 7',
  'ip neighbor add 10.0.0.7 lladdr 02:00:00:00:00:07 dev b',
].join('\n')

/** What the kernel takes along with the link `b`, in a line of a picture. */
const hangsOnIt = /"(ifname|dev)":"m?b0?"|"nhid":[57],|"dst":"10\.[78]\.|^nexthop: \{"id":[57],/

function stage(t: ExecutionContext) {
  const here = reconcileNamespace(t)
  const stateDirectory = mkdtempSync(join(tmpdir(), 'linkwright-test-'))
  t.teardown(() => rmSync(stateDirectory, { recursive: true, force: true }))
  const settings = { namespace: { path: here.path }, stateDirectory }
  /** Applies in a process of its own; true where that was killed on the way. */
  const killed = async (spec: Spec, dieOnce: string, namespacePath = here.path): Promise<boolean> => {
    const orders: Orders = { namespacePath, stateDirectory, spec, dieOnce }
    const { stdout } = await runProgram([
      process.execPath,
      fixture(import.meta.url, 'applyAndDie'),
      JSON.stringify(orders),
    ])
    return stdout === ''
  }
  return {
    here,
    stateDirectory,
    settings,
    killed,
    journals: () => readdirSync(stateDirectory).filter((name) => !name.endsWith('.lock')),
    /** Is killed once a link is gone. */
    async killedWithout(link: string, spec: Spec): Promise<void> {
      t.true(await killed(spec, untilGone(here.path, link)), 'it was not killed')
      t.false(here.ip('link').some(({ ifname }) => ifname === link))
    },
  }
}

const deletion: Spec = {
  links: [
    { name: 'b', absent: true },
    { name: 'mb0', absent: true },
    { name: 'v0', mtu: 1400 },
  ],
}

/** Checks that everything else is as it was, and that nothing waits to be undone. */
function assertAllElseIsBack(t: ExecutionContext, place: ReturnType<typeof stage>, before: readonly string[]): void {
  const all = place.here.picture()
  t.deepEqual(
    all.filter((line) => !hangsOnIt.test(line)),
    before.filter((line) => !hangsOnIt.test(line)),
  )
  const hanging = all.filter((line) => hangsOnIt.test(line))
  t.is(hanging.length, 2, hanging.join('\n'))
  t.regex(hanging.join('\n'), /"dst":"10\.4\.0\.0\/16","nhid":7,"gateway":"10\.1\.0\.2","dev":"v0"/)
  t.regex(hanging.join('\n'), /^nexthop: {"id":7,"group":\[{"id":6}\]/m)
  t.deepEqual(place.journals(), [])
}

const lost = ['link b: it led into a namespace that has no name or could not be opened, where nobody can put it back']

async function stageUnnamed(t: ExecutionContext) {
  const place = stage(t)
  const other = reconcileNamespace(t)
  place.here.sh('ip link add name b type veth peer name c')
  place.here.sh(`ip link set dev c netns ${other.path}`)
  other.sh('ip link set dev c up')
  place.here.sh(furniture)
  return place
}

test.serial('a pair that led nobody knows where stays away, all else comes back, and nobody is barred', async (t) => {
  const place = await stageUnnamed(t)
  const before = place.here.picture()
  const { settings } = place
  const error = await place.here.fails(deletion, { stateDirectory: place.stateDirectory, guards: [() => false] })
  t.is(error.code, 'GUARD_FAILED')
  t.like(error.rollback, { restored: false, lost })
  t.is(error.rollback?.error, undefined)
  assertAllElseIsBack(t, place, before)
  t.is((await apply({}, settings)).unwrap().recovered, undefined)
})

test.serial('whoever comes after a killed apply is told what is lost, and goes on', async (t) => {
  const ways = [
    async (place: ReturnType<typeof stage>) => (await apply({}, place.settings)).unwrap().recovered,
    async (place: ReturnType<typeof stage>) => (await rollback(place.settings)).unwrap().undone,
  ]
  for (const recover of ways) {
    const place = await stageUnnamed(t)
    const before = place.here.picture()
    await place.killedWithout('b', deletion)
    t.like((await recover(place))?.[0], { action: 'restored', rollback: { restored: false, lost } })
    assertAllElseIsBack(t, place, before)
  }
})

/** A namespace with a name, and a pair into it. */
function stageNamed(t: ExecutionContext, name: string) {
  const place = stage(t)
  const { here } = place
  here.sh(`ip netns add ${name}`)
  t.teardown(() => here.sh(`ip netns delete ${name} 2>/dev/null || true`))
  here.sh(`ip link add name b type veth peer name c netns ${name}; ip -n ${name} link set dev c up`)
  return place
}

for (const isReplaced of [false, true]) {
  const what = isReplaced ? 'is another one by now' : 'is gone by now'
  test.serial(`a pair into a namespace that ${what} went with it, and bars nobody`, async (t) => {
    const blue = `lwt-lp-${process.pid}`
    const place = stageNamed(t, blue)
    const { here, settings } = place
    here.sh(furniture)
    const before = here.picture()
    await place.killedWithout('b', deletion)
    here.sh(`ip netns delete ${blue}`)
    if (isReplaced) here.sh(`ip netns add ${blue}`)
    const gone = [`link b: the namespace ${blue} that it led into is gone`]
    const { recovered } = (await apply({}, settings)).unwrap()
    t.like(recovered?.[0], { action: 'restored', rollback: { restored: true, lost: gone } })
    assertAllElseIsBack(t, place, before)
    if (isReplaced) t.notRegex(here.sh(`ip -n ${blue} -br link`), /\bc@/)
  })
}

test.serial('the far end does not become another pair where the near namespace is gone', async (t) => {
  const [hub, blue] = [`lwt-lp-${process.pid}-hub`, `lwt-lp-${process.pid}-far`]
  const place = stageNamed(t, blue)
  const { here, stateDirectory } = place
  here.sh(`ip netns add ${hub} && ip link set dev b netns ${hub}`)
  t.teardown(() => here.sh(`ip netns delete ${hub} 2>/dev/null || true`))
  const taps = ['tap0', 'tap1'].map((name): LinkSpec => ({ name, kind: 'tap' }))
  const at = `/run/netns/${hub}`
  const dieOnce = untilGone(`/run/netns/${blue}`, 'c')
  t.true(await place.killed({ links: [{ name: 'b', absent: true }, ...taps] }, dieOnce, at))
  t.notRegex(here.sh(`ip -n ${blue} -br link`), /^c@/m)
  here.sh(`ip netns delete ${hub}`)
  const { recovered } = (await apply({}, { namespace: blue, stateDirectory })).unwrap()
  t.like(recovered?.[0], { action: 'restored', rollback: { restored: true } })
  t.deepEqual(here.sh(`ip -n ${blue} -br link`).trim().split(/\s+/).slice(0, 1), ['lo'])
  t.notRegex(here.sh(`ip -n ${blue} -br link`), /\b[bc]@/)
  t.deepEqual(place.journals(), [])
})
