import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { manyRoutesStage } from '../helpers/manyRoutes.js'
import { testNamespace } from '../helpers/namespace.js'
import { fixture, runProgram } from '../helpers/program.js'

test('where there is no room for what undoing needs, nothing is changed, and nothing is left that takes it', async (t) => {
  const { path, sh } = testNamespace(t)
  sh(manyRoutesStage)
  const directory = mkdtempSync(join(tmpdir(), 'linkwright-test-'))
  t.teardown(() => rmdirSync(directory))
  const command = `mount -t tmpfs -o size=128k,mode=700 none ${directory} && exec "$@"`
  const program = [process.execPath, fixture(import.meta.url, 'applyWithoutRoom'), directory]
  const ended = await runProgram([
    'nsenter',
    `--net=${path}`,
    '--',
    'unshare',
    '-m',
    'sh',
    '-c',
    command,
    'sh',
    ...program,
  ])
  t.is(ended.code, 0, ended.stderr)
  const { many, files, one } = JSON.parse(ended.stdout)
  t.like(many, { code: 'ENOSPC' })
  t.is(many.rollback, undefined)
  t.deepEqual(files, [])
  t.true(one)
  t.regex(sh('ip route'), /^10\.9\.0\.0\/16 via 10\.0\.0\.2 /m)
  t.notRegex(sh('ip route'), /^20\./m)
})
