import test from 'ava'
import { countOutcomes, readTap } from '../../scripts/kernels/tap.js'

test('passed, failed and skipped tests are told apart', (t) => {
  const results = readTap(
    [
      'TAP version 13',
      'ok 1 - rtnetlink › kinds › bridge',
      '#   skipped, this kernel has no bridge',
      'not ok 2 - a - b',
      '  ---',
      '    message: ok 3 - not a test',
      '  ...',
      'ok 3 - c',
      '#   not tested, this kernel lacks mst',
      'ok 4 - d # SKIP',
      '1..4',
    ].join('\r\n'),
  )
  t.deepEqual(
    results.map(({ title, outcome }) => [title, outcome]),
    [
      ['rtnetlink › kinds › bridge', 'skipped'],
      ['a - b', 'failed'],
      ['c', 'passed'],
      ['d # SKIP', 'skipped'],
    ],
  )
  t.deepEqual(results[2]?.logs, ['not tested, this kernel lacks mst'])
  t.deepEqual(countOutcomes(results), { passed: 1, failed: 1, skipped: 2 })
})
