import { readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import test from 'ava'
import { confirm, rollback } from '../../src/index.js'
import { type Kernel, machineKernel } from '../../src/reconcile/world/kernel.js'
import { stage, target } from '../helpers/transactionStage.js'
import { Muted } from '../helpers/transports.js'

test.serial('what nobody confirms is undone in time, though its process was killed', async (t) => {
  const place = stage(t)
  const before = place.picture()
  const start = Date.now()
  const report: { confirmBy: string } = JSON.parse(await place.killed(target, { confirmWithin: 6000 }))
  t.notDeepEqual(place.picture(), before)
  t.true(Date.parse(report.confirmBy) > start)
  const deadline = Date.parse(report.confirmBy)
  while (Date.now() < deadline + 5000 && place.files().length > 0) await delay(20)
  t.true(Date.now() >= deadline, 'undone before its time')
  t.deepEqual(place.picture(), before)
  t.deepEqual(place.files(), [])
  const late = await confirm(place.place)
  t.is(late.err && late.val.code, 'NOT_FOUND')
})

test.serial('what is confirmed stays', async (t) => {
  const place = stage(t)
  await place.killed(target, { confirmWithin: 8000 })
  const applied = place.picture()
  ;(await confirm(place.place)).unwrap()
  t.deepEqual(readdirSync(place.stateDirectory), [], 'the guardian has let go')
  await delay(8500)
  t.deepEqual(place.picture(), applied)
})

test.serial('what waits to be confirmed keeps others out, and can be undone before its time', async (t) => {
  const place = stage(t)
  const before = place.picture()
  const report = await place.apply(target, { stateDirectory: place.stateDirectory, confirmWithin: 60_000 })
  t.true(report.confirmBy !== undefined && report.confirmBy.getTime() > Date.now() + 50_000)
  const other = await place.fails({}, { stateDirectory: place.stateDirectory })
  t.is(other.code, 'LOCKED')
  t.is((await rollback(place.place)).unwrap().undone.length, 1)
  t.deepEqual(place.picture(), before)
  t.deepEqual(readdirSync(place.stateDirectory), [])
})

test.serial('a checkpoint that was reverted cannot be confirmed any more', async (t) => {
  const place = stage(t)
  await place.killed(target, { dieBefore: 9 })
  const [name = ''] = place.files()
  const path = join(place.stateDirectory, name)
  renameSync(path, path.replace('.journal', '.reverting'))
  const error = await confirm(place.place)
  t.is(error.err && error.val.code, 'LOCKED')
  t.is((await rollback(place.place)).unwrap().undone.length, 1)
})

test.serial('confirm and rollback take a signal, after which nothing is begun, and a timeout', async (t) => {
  const place = stage(t)
  const before = place.picture()
  await place.apply(target, { stateDirectory: place.stateDirectory, confirmWithin: 60_000 })
  const applied = place.picture()
  const waiting = readdirSync(place.stateDirectory)
  const aborted = { ...place.place, signal: AbortSignal.abort() }
  for (const { val } of [await confirm(aborted), await rollback(aborted)]) t.like(val, { code: 'ABORTED' })
  for (const operation of [confirm, rollback]) {
    t.like((await operation({ ...place.place, timeout: -1 })).val, { code: 'INVALID_ARGUMENT' })
  }
  t.deepEqual([place.picture(), readdirSync(place.stateDirectory)], [applied, waiting])
  const kernel = (fd: number): Kernel => {
    const machine = machineKernel(fd)
    return { ...machine, transport: () => new Muted(machine.transport()) }
  }
  const start = performance.now()
  const late = await rollback({ ...place.place, kernel, timeout: 50 })
  t.like(late.val, { code: 'NOT_APPLIED' })
  t.regex(late.err ? late.val.message : '', /no answer in time/)
  t.true(performance.now() - start < 10_000)
  t.deepEqual(place.picture(), applied)
  const { signal } = new AbortController()
  t.is((await rollback({ ...place.place, signal, timeout: 60_000 })).unwrap().undone.length, 1)
  t.deepEqual(place.picture(), before)
})
