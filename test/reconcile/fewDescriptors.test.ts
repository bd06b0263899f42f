import { closeSync, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import type { Spec } from '../../src/spec/types.js'
import { openNamespace } from '../../src/system/namespace.js'
import { namespaceIdentity } from '../../src/system/namespaceIdentity.js'
import { withDescriptors } from '../helpers/fewDescriptors.js'
import { fixture, runProgram } from '../helpers/program.js'
import { stage, target } from '../helpers/transactionStage.js'
import type { Outcome } from './fixtures/withFewDescriptors.js'

const spec: Spec = {
  links: [
    { name: 'br1', kind: 'bridge', addresses: ['10.2.0.1/24'], sysctl: { ipv4: { rpFilter: 2 } } },
    { name: 'tap1', kind: 'tap', master: 'br1' },
  ],
  forwarding: { ipv4: true },
}

test('without a descriptor to spare, every call ends with an error and none throws', async (t) => {
  const place = stage(t)
  const program = fixture(import.meta.url, 'withFewDescriptors')
  const command = [process.execPath, program, place.path, place.stateDirectory, JSON.stringify(spec)]
  const { stdout, stderr, signal } = await runProgram(withDescriptors(256, command), { timeout: 60_000 })
  t.is(signal, null, stderr)
  t.not(stdout, '', stderr)
  const outcomes: Outcome[] = JSON.parse(stdout)
  for (const { call, left, code, message, thrown } of outcomes) {
    t.is(thrown, undefined, `${call} with ${left} descriptors left`)
    t.true(code === 'ok' || code === 'EMFILE', `${call} with ${left} descriptors left: ${message}`)
  }
  for (const call of ['apply', 'remove', 'confirmWithin', 'snapshot', 'events']) {
    const own = outcomes.filter((outcome) => outcome.call === call)
    t.is(own[0]?.code, 'EMFILE', call)
    t.is(own.at(-1)?.code, 'ok', call)
  }
})

test('a journal that no descriptor is left for is not taken for one that cannot be believed', async (t) => {
  const place = stage(t)
  await place.killed(target, { dieBefore: 9 })
  const [name = ''] = place.files()
  copyFileSync(join(place.stateDirectory, name), join(place.stateDirectory, name.replace(/^0/, '1')))
  const command = [process.execPath, fixture(import.meta.url, 'readsJournals'), place.stateDirectory]
  const { stdout, stderr } = await runProgram(withDescriptors(256, command))
  t.is(stdout, 'EMFILE', stderr)
})

test('a namespace that no descriptor is left for is not taken for one that is gone', async (t) => {
  const { path } = stage(t)
  const fd = openNamespace({ path })
  t.teardown(() => closeSync(fd))
  const program = fixture(import.meta.url, 'findsNamespace')
  const command = [process.execPath, program, path, namespaceIdentity(fd)]
  const { stdout, stderr } = await runProgram(withDescriptors(64, command))
  t.is(stdout, 'EMFILE,EMFILE,EMFILE', stderr)
})
