import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { apply, plan, rollback } from '../../src/index.js'
import type { Spec } from '../../src/spec/types.js'
import { createAnonymousNamespace } from '../../src/system/namespace.js'
import { stage, target } from '../helpers/transactionStage.js'

test.serial('what a killed apply had done is undone by the next one, which says so', async (t) => {
  const place = stage(t)
  const before = place.picture()
  await place.killed(target, { dieBefore: 7 })
  t.notDeepEqual(place.picture(), before, 'it was killed too early to prove anything')
  t.is(place.files().length, 1)
  const report = await place.apply({}, { stateDirectory: place.stateDirectory })
  t.deepEqual(place.picture(), before)
  t.is(report.recovered?.length, 1)
  t.like(report.recovered?.[0], { action: 'restored', rollback: { restored: true } })
  t.regex(report.recovered?.[0]?.command ?? '', /applyAndDie/)
  t.deepEqual(place.files(), [])
})

test.serial('an apply that fails tells what it has undone of a killed one', async (t) => {
  const place = stage(t)
  const before = place.picture()
  await place.killed(target, { dieBefore: 7 })
  const { stateDirectory } = place
  const early = await place.fails({ routes: [{ to: '10.77.0.0/16', dev: 'missing' }] }, { stateDirectory })
  t.is(early.code, 'INVALID_SPEC')
  t.like(early.recovered?.[0], { action: 'restored', rollback: { restored: true } })
  t.regex(JSON.stringify(early), /"recovered"/)
  t.deepEqual(place.picture(), before)
  await place.killed(target, { dieBefore: 7 })
  const nowhere: Spec = { routes: [{ to: '10.77.0.0/16', via: '10.66.0.1' }] }
  const late = await place.fails(nowhere, { stateDirectory, interrupted: 'continue' })
  t.deepEqual(
    late.recovered?.map(({ action }) => action),
    ['restored'],
  )
  t.deepEqual(place.picture(), before)
  t.is((await place.fails(nowhere, { stateDirectory })).recovered, undefined)
})

test.serial('rollback undoes it, too, and has nothing to do a second time', async (t) => {
  const place = stage(t)
  const before = place.picture()
  await place.killed(target, { dieBefore: 9 })
  const result = (await rollback(place.place)).unwrap()
  t.is(result.undone.length, 1)
  t.deepEqual(place.picture(), before)
  const again = await rollback(place.place)
  t.is(again.err && again.val.code, 'NOT_FOUND')
})

test.serial('the next apply goes on from there if so asked', async (t) => {
  const place = stage(t)
  await place.killed(target, { dieBefore: 9 })
  const report = await place.apply(target, { stateDirectory: place.stateDirectory, interrupted: 'continue' })
  t.is(report.recovered?.[0]?.action, 'continued')
  t.deepEqual(place.files(), [])
  t.false((await place.apply(target, { stateDirectory: place.stateDirectory })).changed)
})

test.serial('one that goes on brings up and marks what was half made, wherever the other was cut off', async (t) => {
  for (const dieBefore of [3, 4, 6, 7, 8, 9, 10]) {
    const place = stage(t)
    await place.killed(target, { dieBefore })
    await place.apply(target, { stateDirectory: place.stateDirectory, interrupted: 'continue' })
    const links: { ifname: string; flags: string[] }[] = JSON.parse(place.sh('ip -j link'))
    const up = links.filter(({ flags }) => flags.includes('UP')).map(({ ifname }) => ifname)
    t.true(
      ['br0', 'tap0', 'v0'].every((name) => up.includes(name)),
      `cut off before change ${dieBefore}: up are ${up}`,
    )
    for (const name of ['tap0', 'v0']) {
      const [link] = place.ip('link', 'show', name)
      t.deepEqual(link?.['altnames'], [`linkwright.default.${name}`], `cut off before change ${dieBefore}`)
    }
  }
})

test.serial('one that goes on and fails undoes what it found, too', async (t) => {
  const place = stage(t)
  const before = place.picture()
  await place.killed(target, { dieBefore: 9 })
  await place.fails(
    { ...target, routes: [{ to: '10.77.0.0/16', via: '10.66.0.1' }] },
    { stateDirectory: place.stateDirectory, interrupted: 'continue' },
  )
  t.deepEqual(place.picture(), before)
  t.deepEqual(place.files(), [])
})

test.serial('an apply that is killed half way is undone at once where a guardian watches', async (t) => {
  const place = stage(t)
  const before = place.picture()
  await place.killed(target, { dieBefore: 9, confirmWithin: 60_000 })
  for (let tries = 0; tries < 100 && place.files().length > 0; tries++) await delay(50)
  t.deepEqual(place.picture(), before)
  t.deepEqual(place.files(), [])
})

test.serial('two applies at a time: the second is told who is at it, or waits', async (t) => {
  const place = stage(t)
  const options = { stateDirectory: place.stateDirectory }
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  let first: ReturnType<typeof apply> | undefined
  await new Promise<void>((planned) => {
    const onPlan = (): Promise<void> => {
      planned()
      return held
    }
    first = apply(target, { ...place.place, onPlan })
  })
  const error = await place.fails({}, options)
  t.is(error.code, 'LOCKED')
  t.regex(error.message, new RegExp(`process ${process.pid} \\(this one\\)`))
  const waiting = place.apply({}, { ...options, lockTimeout: 60_000 })
  release()
  t.true((await first)?.ok)
  t.false((await waiting).changed)
})

test.serial('a guard that fails rolls back, and one that passes does not', async (t) => {
  const place = stage(t)
  const error = await place.refuses(target, 'GUARD_FAILED', {
    stateDirectory: place.stateDirectory,
    guards: [
      () => true,
      function nobodyIsThere() {
        return false
      },
    ],
  })
  t.regex(error.message, /nobodyIsThere/)
  t.true((await place.apply(target, { stateDirectory: place.stateDirectory, guards: [() => undefined] })).changed)
  t.deepEqual(place.files(), [])
})

test.serial(
  'a journal that was not written to its end, or by somebody else, is put aside and never carried out',
  async (t) => {
    const place = stage(t)
    await place.killed(target, { dieBefore: 9 })
    const [name = ''] = place.files()
    const path = join(place.stateDirectory, name)
    const text = readFileSync(path, 'utf8')
    const half = place.picture()
    const attempts: (() => void)[] = [
      () => writeFileSync(path, text.slice(0, 200), { mode: 0o600 }),
      () => writeFileSync(path, text.replace('"br0"', '"br9"'), { mode: 0o600 }),
      () => writeFileSync(path, '', { mode: 0o600 }),
      () => {
        writeFileSync(path, text, { mode: 0o600 })
        chmodSync(path, 0o666)
      },
      () => {
        writeFileSync(`${path}.elsewhere`, text, { mode: 0o600 })
        rmSync(path, { force: true })
        symlinkSync(`${path}.elsewhere`, path)
      },
    ]
    for (const attempt of attempts) {
      rmSync(path, { force: true })
      attempt()
      const error = await rollback(place.place)
      t.is(error.err && error.val.code, 'UNSAFE_STATE', JSON.stringify(error))
      t.deepEqual(place.picture(), half)
      attempt()
      const report = await place.apply({}, { stateDirectory: place.stateDirectory })
      t.is(report.recovered?.[0]?.action, 'refused')
      t.deepEqual(place.picture(), half)
    }
    writeFileSync(path, text.slice(0, 200), { mode: 0o600 })
    utimesSync(path, 1, 1)
    const nothing = await rollback(place.place)
    t.is(nothing.err && nothing.val.code, 'NOT_FOUND')
    t.false(existsSync(path), 'what was cut off by the end of the machine is of no meaning any more')
    // A last line that is cut off is of no consequence: what it told of had not begun.
    writeFileSync(path, `${text}0123`, { mode: 0o600 })
    t.is((await rollback(place.place)).unwrap().undone.length, 1)
  },
)

test.serial('an apply of many objects that is killed in the middle is undone', async (t) => {
  const place = stage(t)
  const before = place.picture()
  const rules = Array.from({ length: 100 }, (_, index) => ({
    priority: 1000 + index,
    from: `10.9.${index}.0/24`,
    table: 100,
  }))
  const addresses = Array.from({ length: 50 }, (_, index) => `10.3.${index}.1/24`)
  await place.killed({ links: [{ name: 'br0', addresses }], rules }, { dieBefore: 2 })
  t.notDeepEqual(place.picture(), before, 'it was killed too early to prove anything')
  t.is((await rollback(place.place)).unwrap().undone.length, 1)
  t.deepEqual(place.picture(), before)
  t.deepEqual(place.files(), [])
})

test.serial('a state directory that others can write to is refused before anything is changed', async (t) => {
  const place = stage(t)
  chmodSync(place.stateDirectory, 0o777)
  await place.refuses(target, 'UNSAFE_STATE', { stateDirectory: place.stateDirectory })
})

test.serial('a journal of a namespace that is gone, or of another one, bars nobody', async (t) => {
  const place = stage(t)
  await place.killed(target, { dieBefore: 9 })
  const other = createAnonymousNamespace()
  const result = await apply(
    { links: [{ name: 'br7', kind: 'bridge' }] },
    {
      namespace: { fd: other },
      stateDirectory: place.stateDirectory,
    },
  )
  t.is(result.unwrap().recovered, undefined)
  t.is(place.files().length, 1)
})

test.serial('a namespace of the spec that is gone, or another one by now, bars nobody and is left alone', async (t) => {
  const name = `lw-${process.pid}-gone`
  for (const isReplaced of [false, true]) {
    const place = stage(t)
    // What a program that died left of a name is not in the way.
    const stale = `/run/netns/${name}-stale`
    t.teardown(() => place.sh(`rm -f ${stale}; ip netns delete ${name} 2>/dev/null || true`))
    place.sh(`ip netns add ${name} && touch ${stale} && ip -n ${name} link add name br5 type bridge`)
    const before = place.picture()
    const taps = ['tap0', 'tap1', 'tap2'].map((tap) => ({ name: tap, kind: 'tap' as const }))
    const there = { links: [{ name: 'br5', mtu: 1300 }, ...taps] }
    const isChanged = `ip -n ${name} link show br5 | grep -q 'mtu 1300'`
    await place.killed({ ...target, namespaces: { [name]: there } }, { dieOnce: isChanged })
    t.regex(place.sh(`ip -n ${name} link show br5`), /mtu 1300/)
    place.sh(`ip netns delete ${name}`)
    if (isReplaced) place.sh(`ip netns add ${name} && ip -n ${name} link add name br5 mtu 1200 type bridge`)
    const { recovered } = (await apply({ namespaces: { [name]: {} } }, place.place)).unwrap()
    t.like(recovered?.[0], { action: 'restored', rollback: { restored: true } })
    t.deepEqual(place.picture(), before)
    if (isReplaced) t.regex(place.sh(`ip -n ${name} link show br5`), /mtu 1200/)
    t.deepEqual(place.files(), [])
    place.sh(`ip netns delete ${name}`)
  }
})

test.serial('a namespace that a killed apply had made is deleted, with all that was in it', async (t) => {
  const place = stage(t)
  const before = place.picture()
  const name = `lw-${process.pid}-made`
  const spec: Spec = {
    links: [{ name: 'v0', kind: 'veth', veth: { peer: { name: 'eth0', namespace: name } } }],
    namespaces: {
      [name]: {
        links: [
          { name: 'br5', kind: 'bridge' },
          { name: 'eth0', master: 'br5' },
        ],
      },
    },
  }
  for (const dieBefore of [0, 1, 2, 3]) {
    await place.killed(spec, { dieBefore })
    await rollback(place.place)
    t.deepEqual(place.picture(), before)
    t.false(readdirSync('/run/netns').includes(name))
  }
})

/** A named namespace with a pair into it, which is deleted when the test ends. */
function withNamed(place: ReturnType<typeof stage>, t: ExecutionContext, name: string): Spec {
  t.teardown(() => place.sh(`ip netns delete ${name}`))
  return {
    links: [{ name: 'v0', kind: 'veth', veth: { peer: { name: 'eth0', namespace: name } } }],
    namespaces: {
      [name]: {
        links: [
          { name: 'eth0', up: true },
          { name: 'br5', kind: 'bridge' },
        ],
      },
    },
  }
}

test.serial('an apply that undoes a killed one makes its namespace anew, under its name', async (t) => {
  const place = stage(t)
  const name = `lw-${process.pid}-anew`
  const spec = withNamed(place, t, name)
  await place.killed(spec, { dieBefore: 2 })
  const { recovered, steps } = (await apply(spec, place.place)).unwrap()
  t.deepEqual(
    recovered?.map(({ action }) => action),
    ['restored'],
  )
  t.is(steps[0]?.object, 'namespace')
  t.regex(place.sh(`ip -n ${name} -o link show br5`), /br5/)
  t.true((await plan(spec, { namespace: place.place.namespace })).unwrap().empty)
})

test.serial('an apply that waits works on what the names lead to when its turn comes', async (t) => {
  const place = stage(t)
  const name = `lw-${process.pid}-wait`
  const spec = withNamed(place, t, name)
  let second: ReturnType<typeof apply> | undefined
  const guard = async (): Promise<boolean> => {
    second = apply(spec, { ...place.place, lockTimeout: 20_000 })
    await delay(300)
    return false
  }
  const first = await apply(spec, { ...place.place, guards: [guard] })
  t.is(first.err && first.val.code, 'GUARD_FAILED')
  t.true((await second)?.ok)
  t.regex(place.sh(`ip -n ${name} -o link show br5`), /br5/)
  t.true((await plan(spec, { namespace: place.place.namespace })).unwrap().empty)
})

test.serial('a state directory that cannot be made or written is an error before anything is changed', async (t) => {
  const place = stage(t)
  await place.refuses(target, 'ENOTDIR', { stateDirectory: '/proc/version/x' })
  await place.refuses(target, /ENOENT|EACCES|EPERM/, { stateDirectory: '/proc/linkwright' })
})
