import { existsSync } from 'node:fs'
import test from 'ava'
import { namespaces, plan } from '../../src/index.js'

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
