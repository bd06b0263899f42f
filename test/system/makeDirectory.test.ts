import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { makeDirectory } from '../../src/system/makeDirectory.js'

test('a directory is made with those above it, also where one of these is there by then', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'linkwright-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  // Once `one` is there, so is what `one/..` names, as if somebody else had made it.
  const path = `${directory}/one/../two`
  makeDirectory(path, 0o700)
  t.is(statSync(`${directory}/two`).mode & 0o777, 0o700)
  t.notThrows(() => makeDirectory(path, 0o700))
})

test('what keeps it from being made is thrown', (t) => {
  t.throws(() => makeDirectory('/proc/version/x', 0o700), { code: 'ENOTDIR' })
  t.throws(() => makeDirectory('/proc/linkwright/x', 0o700))
})
