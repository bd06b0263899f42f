import { spawnSync } from 'node:child_process'
import test from 'ava'
import { plan } from '../src/index.js'
import { printable, printableLine } from '../src/printable.js'
import { quotedText } from '../src/reconcile/equivalent/words.js'
import { FakeKernel } from '../src/testing/index.js'
import { commandLine, temporaryFile } from './helpers/commandLine.js'

const hostile = "\u001b]0;own\u0007\u009b2J it's\n\\ \u202e宽"

test('what does something to a terminal is shown by its number', (t) => {
  t.is(printableLine(hostile), "\\u001b]0;own\\u0007\\u009b2J it's\\u000a\\ \\u202e宽")
  t.is(printable('a\nb\r'), 'a\nb\\u000d')
})

test('a shell gets from a command what was quoted', (t) => {
  const texts = [hostile, "it's", '$HOME `id` "x"', "\\'\t", 'plain', '\n', "$'"]
  const { stdout } = spawnSync('bash', ['-c', `printf '%s\\0' ${texts.map(quotedText).join(' ')}`], {
    encoding: 'utf8',
    env: { LC_ALL: 'C.UTF-8' },
  })
  t.deepEqual(stdout.split('\0').slice(0, -1), texts)
})

test('neither a plan nor an error passes on what somebody named a link', async (t) => {
  const kernel = new FakeKernel()
  const spec = {
    links: [
      { name: 'br0', kind: 'bridge', alias: hostile },
      { name: 'x\u001b[2J', kind: 'bridge' },
    ],
  }
  const planned = (await plan(spec, { kernel })).unwrap()
  t.is(printable(planned.toString()), planned.toString())
  t.true(planned.toString().includes("ip link set dev br0 alias $'\\u001b]0;own\\u0007"))
  const { err } = await commandLine('plan', temporaryFile(t, 'net.json', '{"links":[{"name":"a","\\u001b[2J":1}]}'))
  t.is(printable(err), err)
  t.regex(err, /\/links\/0\/\\u001b\[2J: unknown property/)
})
