import test, { type ExecutionContext } from 'ava'
import { testNamespace } from '../helpers/namespace.js'
import { fixture, runProgram } from '../helpers/program.js'
import type { Ended } from '../helpers/spawned.js'

/** Runs the fixture until it ends; its device must have been there, and must be gone. */
async function endBy(t: ExecutionContext, way: string): Promise<Ended> {
  const namespace = testNamespace(t)
  const command = ['nsenter', `--net=${namespace.path}`, '--', process.execPath]
  const ended = await runProgram([...command, fixture(import.meta.url, 'exit'), way, 'tap0'], {
    timeout: way === 'idle' ? 10_000 : 20_000,
  })
  t.is(ended.stdout, 'open\n', ended.stderr)
  t.is(namespace.ip('link').length, 1)
  return ended
}

for (const way of ['exit', 'unref', 'close', 'return', 'cancel']) {
  test(`a program that ends by "${way}" with a waiting reader ends well and leaves no device`, async (t) => {
    const { code, signal, stderr } = await endBy(t, way)
    t.deepEqual({ code, signal, stderr }, { code: 0, signal: null, stderr: '' })
  })
}

test('a program that throws leaves no device', async (t) => {
  const { code, stderr } = await endBy(t, 'throw')
  t.is(code, 1)
  t.regex(stderr, /thrown on purpose/)
})

test('a program that is killed leaves no device', async (t) => {
  t.is((await endBy(t, 'kill')).signal, 'SIGKILL')
})

test('a waiting reader keeps the program alive', async (t) => {
  t.is((await endBy(t, 'idle')).signal, 'SIGKILL')
})
