import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { temporaryFile } from '../helpers/commandLine.js'
import { type TestNamespace, testNamespace } from '../helpers/namespace.js'
import { patience } from '../helpers/patience.js'
import { inRepository } from '../helpers/repository.js'

const main = inRepository('dist/src/cli/main.js')
const bridge = 'links: [{ name: br0, kind: bridge }]'

/** Starts the command line, whose standard input stays open. */
function started(t: ExecutionContext, ...args: string[]): { child: ChildProcess; err: () => string } {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'ignore', 'pipe'] })
  t.teardown(() => child.kill('SIGKILL'))
  let err = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  return { child, err: () => err }
}

/** Waits until the bridge is there. */
async function changed(namespace: TestNamespace): Promise<void> {
  for (let tries = 0; tries < 200 && links(namespace).length < 2; tries++) await delay(patience(50))
}

function links(namespace: TestNamespace): unknown[] {
  return namespace.ip('link').map(({ ifname }) => ifname)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test.serial(`apply undoes what it has done when ${signal} comes`, async (t) => {
    const namespace = testNamespace(t)
    const file = temporaryFile(t, 'net.yaml', bridge)
    // Nobody answers: the guard keeps it from its end.
    const { child, err } = started(t, 'apply', file, '-n', namespace.path, '--ping', '192.0.2.1')
    await changed(namespace)
    child.kill(signal)
    t.deepEqual(await once(child, 'close'), [1, null], err())
    t.regex(err(), /^interrupted: .*\nerror: .*aborted.*\n(?:.*\n)? {2}everything done before was undone/)
    t.deepEqual(links(namespace), ['lo'])
  })
}

test.serial('a second signal ends apply at once, and rollback undoes then', async (t) => {
  const namespace = testNamespace(t)
  const many = Array.from({ length: 1000 }, (_, index) => ({ name: `t${index}`, kind: 'tap' }))
  const file = temporaryFile(t, 'net.json', JSON.stringify({ links: many }))
  const place = ['-n', namespace.path, '--state-directory', temporaryFile(t, 'x', '').replace(/x$/, 'state')]
  const { child, err: told } = started(t, 'apply', file, ...place)
  const ended = once(child, 'close')
  for (let tries = 0; tries < 200 && links(namespace).length < 100; tries++) await delay(patience(20))
  child.kill('SIGINT')
  for (let tries = 0; tries < 500 && told() === ''; tries++) await delay(patience(5))
  child.kill('SIGTERM')
  t.deepEqual(await ended, [null, 'SIGTERM'], told())
  const { child: undoing, err } = started(t, 'rollback', ...place)
  t.deepEqual(await once(undoing, 'close'), [0, null], err())
  t.deepEqual(links(namespace), ['lo'])
})

for (const command of ['apply', 'watch']) {
  test(`${command} that waits for a spec ends by the first signal`, async (t) => {
    const { child, err } = started(t, command, '-', '-n', testNamespace(t).path)
    await delay(patience(1000))
    child.kill('SIGINT')
    t.deepEqual(await once(child, 'close'), [null, 'SIGINT'], err())
  })
}
