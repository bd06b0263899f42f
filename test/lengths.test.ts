import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { inRepository } from './helpers/repository.js'

const longest = 400

test('no file is so long that it must be about several things', (t) => {
  const long = ['src', 'test', 'bench', 'scripts', 'examples'].flatMap((folder) =>
    readdirSync(inRepository(folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name))
      .filter((name) => readFileSync(inRepository(name), 'utf8').split('\n').length - 1 > longest),
  )
  t.deepEqual(long, [])
})
