import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { commandOf } from '../../scripts/kernels/command.js'
import { testFiles } from '../../scripts/kernels/files.js'
import { merged, readResults } from '../../scripts/kernels/results.js'
import { summaryOf } from '../../scripts/kernels/summary.js'

const paths = ['one', 'two', 'three'].map((name) => `dist/test/network/${name}.test.js`)

function directoryWith(t: ExecutionContext, files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'linkwright-test-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), content)
  }
  return directory
}

test('a guest that ends too early loses the file that it was at, and those after it are left for the next one', (t) => {
  const found = readResults(
    directoryWith(t, {
      '0/tap': 'ok 1 - a\r\nnot ok 2 - b\r\n',
      '0/status': '1 12\n',
      '0/records': '{"kind":"dummy"}\n',
      '1/tap': 'ok 1 - c\n',
    }),
    paths,
  )
  t.deepEqual(
    found.map(({ file, seconds, trouble, records }) => ({ file, seconds, trouble, records })),
    [
      { file: 'network/one', seconds: 12, trouble: '1 failed', records: [{ kind: 'dummy' }] },
      { file: 'network/two', seconds: 0, trouble: 'it did not come to an end', records: [] },
    ],
  )
  t.deepEqual(summaryOf({ release: '6.1.0', files: found }), [
    'not ok: network/one › b',
    '  network: 2 passed, 1 failed, 0 skipped in 12 s',
    'Linux 6.1.0: 2 passed, 1 failed, 0 skipped in 12 s; network/one: 1 failed; network/two: it did not come to an end',
  ])
})

test('a file without tests, and one whose process fails after its tests, are in trouble', (t) => {
  const [one, two, three] = readResults(
    directoryWith(t, {
      '0/tap': '1..0\n',
      '0/status': '0 1\n',
      '1/tap': 'ok 1 - a\n',
      '1/status': '7 1\n',
      '2/tap': 'ok 1 - a\n',
      '2/status': '0 1\n',
    }),
    paths,
  )
  t.deepEqual([one?.trouble, two?.trouble, three?.trouble], ['no test ran', 'AVA ended with status 7', undefined])
})

test('results of a file take the place of older ones', (t) => {
  const result = (file: string, seconds: number) => ({ file, seconds, tests: [], records: [] })
  t.deepEqual(merged([result('a', 1), result('b', 1)], [result('c', 2), result('a', 2)]), [
    result('a', 2),
    result('b', 1),
    result('c', 2),
  ])
})

test('no file is begun once it is too late for another one', (t) => {
  const directory = directoryWith(t, {})
  const command = commandOf(paths, { ava: ['--version'], seconds: 3600, jobs: 2 }, directory)
  execFileSync('bash', ['-c', `SECONDS=3600\n${command}`])
  t.deepEqual(readResults(directory, paths), [])
  execFileSync('bash', ['-c', command])
  t.deepEqual(
    readResults(directory, paths).map(({ trouble }) => trouble),
    ['no test ran', 'no test ran', 'no test ran'],
  )
})

test('without patterns, the files are those whose tests ask the kernel', (t) => {
  const files = testFiles([])
  for (const name of ['reconcile/vlans', 'rtnetlink/kinds', 'spec/savedRoutes', 'reconcile/watch/watch'])
    t.true(files.includes(`dist/test/${name}.test.js`), name)
  for (const name of ['ip/address', 'layers', 'rtnetlink/goldenLink', 'rtnetlink/packed/rowIndex'])
    t.false(files.includes(`dist/test/${name}.test.js`), name)
  t.deepEqual(testFiles(['dist/test/rtnetlink/{kinds,neighbor}.test.js']), [
    'dist/test/rtnetlink/kinds.test.js',
    'dist/test/rtnetlink/neighbor.test.js',
  ])
})
