import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { namespaces, plan } from '../../src/index.js'
import { runProgram } from '../helpers/program.js'
import { inRepository } from '../helpers/repository.js'

const name = `linkwright-test-${process.pid}`

test.serial('a namespace is created, listed, used and deleted', async (t) => {
  t.teardown(() => {
    namespaces.delete(name)
  })
  t.true(namespaces.create(name).ok)
  t.true(existsSync(`/run/netns/${name}`))
  t.true(namespaces.list().unwrap().includes(name))
  t.is((await plan({ links: [{ name: 'lo', up: true }] }, { namespace: name })).unwrap().steps.length, 1)
  const again = namespaces.create(name)
  t.is(again.err && again.val.code, 'EEXIST')
  t.true(namespaces.delete(name).ok)
  t.false(existsSync(`/run/netns/${name}`))
  const gone = namespaces.delete(name)
  t.is(gone.err && gone.val.code, 'NOT_FOUND')
})

test('a name that is no single path element is refused', (t) => {
  const result = namespaces.create('../evil')
  t.is(result.err && result.val.code, 'INVALID_ARGUMENT')
})

for (const [what, act, message] of [
  ['namespaces.create', "namespaces.create('blue')", 'make /run/netns: Read-only file system (EROFS)'],
  [
    'apply',
    'await apply({ namespaces: { blue: {} } }, { stateDirectory: process.argv[1] })',
    'namespace blue: make /run/netns: Read-only file system (EROFS)',
  ],
] as const) {
  test(`where no name can be kept, the error of ${what} tells it`, async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'linkwright-test-'))
    t.teardown(() => rmSync(directory, { recursive: true }))
    const setUp = 'mount -t tmpfs -o ro none /run && exec "$@"'
    const script = `import { apply, namespaces } from ${JSON.stringify(inRepository('dist/src/index.js'))}
console.log((${act}).val.message)`
    const node = [process.execPath, '--input-type=module', '--eval', script, directory]
    const { stdout, stderr } = await runProgram(['unshare', '--net', '--mount', 'sh', '-c', setUp, 'sh', ...node])
    t.is(stdout.trim(), message, stderr)
  })
}
