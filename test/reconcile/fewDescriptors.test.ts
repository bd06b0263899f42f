import test from 'ava'
import type { Spec } from '../../src/spec/types.js'
import { fixture, runProgram } from '../helpers/program.js'
import { stage } from '../helpers/transactionStage.js'
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
  const command = 'ulimit -n 256 && exec "$@"'
  const args = [process.execPath, program, place.path, place.stateDirectory, JSON.stringify(spec)]
  const { stdout, stderr, signal } = await runProgram(['sh', '-c', command, 'sh', ...args], { timeout: 60_000 })
  t.is(signal, null, stderr)
  t.not(stdout, '', stderr)
  const outcomes: Outcome[] = JSON.parse(stdout)
  for (const { call, left, code, message, thrown } of outcomes) {
    t.is(thrown, undefined, `${call} with ${left} descriptors left`)
    t.true(code === 'ok' || code === 'EMFILE', `${call} with ${left} descriptors left: ${message}`)
  }
  for (const call of ['apply', 'remove', 'confirmWithin', 'snapshot']) {
    t.true(
      outcomes.some((outcome) => outcome.call === call && outcome.code === 'EMFILE'),
      call,
    )
    t.is(outcomes.findLast((outcome) => outcome.call === call)?.code, 'ok', call)
  }
})
