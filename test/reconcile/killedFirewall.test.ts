import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { apply, rollback } from '../../src/index.js'
import type { Spec } from '../../src/spec/types.js'
import { fixture, runProgram } from '../helpers/program.js'
import { reconcileNamespace } from '../helpers/reconcile.js'
import type { Orders } from './fixtures/applyAndDie.js'

const former: Spec = {
  links: [{ name: 'tap0', kind: 'tap', confine: { mac: '02:00:00:00:00:01', addresses: ['10.0.0.2'] } }],
  nat: { masquerade: [{ from: '10.0.0.0/24', out: 'eth0' }] },
}

const target: Spec = {
  links: [
    { name: 'tap0', mtu: 1400, confine: { mac: '02:00:00:00:00:01', addresses: ['10.0.0.3'] } },
    { name: 'tap1', kind: 'tap', confine: { mac: '02:00:00:00:00:02', addresses: ['10.0.0.4'] } },
  ],
  nat: {
    masquerade: [{ from: '10.0.0.0/24', out: 'eth0', absent: true }],
    portForward: [{ protocol: 'tcp', port: 8080, to: '10.0.0.4:80', in: 'eth0' }],
  },
}

interface Stage {
  readonly place: { readonly namespace: { readonly path: string }; readonly stateDirectory: string }
  /** Whether all is as the former spec says. */
  isFormer(): Promise<boolean>
  killed(options: Pick<Orders, 'dieAfterSteps' | 'confirmWithin'>): Promise<void>
  files(): string[]
}

async function stage(t: ExecutionContext): Promise<Stage> {
  const { path, plan, ip } = reconcileNamespace(t)
  const stateDirectory = mkdtempSync(join(tmpdir(), 'linkwright-test-'))
  t.teardown(() => rmSync(stateDirectory, { recursive: true, force: true }))
  const place = { namespace: { path }, stateDirectory }
  ;(await apply(former, place)).unwrap()
  return {
    place,
    isFormer: async () => {
      const names = ip('link').map(({ ifname }) => ifname)
      return (await plan(former, { prune: true })).empty && !names.includes('tap1')
    },
    killed: async (options) => {
      const orders: Orders = { namespacePath: path, stateDirectory, spec: target, ...options }
      const ended = await runProgram([
        process.execPath,
        fixture(import.meta.url, 'applyAndDie'),
        JSON.stringify(orders),
      ])
      t.is(ended.signal, 'SIGKILL', ended.stderr)
    },
    files: () => readdirSync(stateDirectory).filter((name) => !name.endsWith('.lock')),
  }
}

test.serial('translations and confinements of an apply that was killed are undone', async (t) => {
  const { place, isFormer, killed, files } = await stage(t)
  await killed({ dieAfterSteps: 4 })
  t.false(await isFormer(), 'it was killed too early to prove anything')
  t.is((await rollback(place)).unwrap().undone.length, 1)
  t.true(await isFormer())
  t.deepEqual(files(), [])
})

test.serial('translations and confinements that nobody confirms are undone in time', async (t) => {
  const { isFormer, killed, files } = await stage(t)
  await killed({ confirmWithin: 1000 })
  t.false(await isFormer(), 'it was undone too early to prove anything')
  for (let turn = 0; turn < 100 && files().length > 0; turn++) await delay(100)
  t.true(await isFormer())
  t.deepEqual(files(), [])
})
