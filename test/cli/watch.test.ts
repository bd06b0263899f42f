import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import test from 'ava'
import { watchCommand } from '../../src/cli/watch.js'
import { commandLine, temporaryFile } from '../helpers/commandLine.js'
import { testNamespace } from '../helpers/namespace.js'
import { patience } from '../helpers/patience.js'

const good = `links:
  - name: br0
    kind: bridge
    addresses: [10.0.0.1/24]
routes:
  - { to: 10.20.0.0/16, via: 10.0.0.254 }
`

for (const json of [false, true]) {
  test.serial(`watch tells a line a drift${json ? ', in JSON' : ''}, heals it, and ends with 0`, async (t) => {
    const namespace = testNamespace(t)
    const file = temporaryFile(t, 'net.yaml', good)
    t.is((await commandLine('apply', file, '-n', namespace.path)).status, 0)
    const controller = new AbortController()
    t.teardown(() => controller.abort())
    let out = ''
    const output = {
      out: (text: string) => (out += text),
      err: t.fail,
      color: { out: false, err: false },
      terminal: false,
    }
    const stateDirectory = join(dirname(file), 'state')
    const options = { namespace: namespace.path, heal: true, json, stateDirectory }
    const ended = watchCommand(file, options, { ...output, out: (text) => void output.out(text) }, controller.signal)
    await delay(patience(300))
    namespace.sh('ip route del 10.20.0.0/16')
    for (let tries = 0; tries < 100 && out === ''; tries++) await delay(patience(20))
    t.regex(namespace.sh('ip route'), /10\.20\.0\.0\/16 via 10\.0\.0\.254/)
    t.true(existsSync(stateDirectory), 'what it heals is locked and noted there')
    controller.abort()
    t.is(await ended, 0)
    const lines = out.trimEnd().split('\n')
    t.is(lines.length, 1, out)
    if (json) t.like(JSON.parse(lines[0] ?? ''), { healed: true, steps: [{ object: 'route', action: 'create' }] })
    else t.regex(out, /^\S+ healed in \d+ ms: ip route add 10\.20\.0\.0\/16 via 10\.0\.0\.254/)
  })
}

test.serial('watch refuses a spec that is not valid with 2', async (t) => {
  const namespace = testNamespace(t)
  const file = temporaryFile(t, 'net.yaml', 'link: []')
  const { status, err } = await commandLine('watch', file, '-n', namespace.path)
  t.is(status, 2)
  t.regex(err, /links/)
})
