import test from 'ava'
import fc from 'fast-check'
import { hasRepeatedKeys } from '../../src/cli/repeatedKeys.js'
import { commandLine, temporaryFile } from '../helpers/commandLine.js'

test('a key that comes twice in JSON is an error with its line, as in YAML', async (t) => {
  const file = temporaryFile(t, 'net.json', '{ "links": [\n  { "name": "d0", "mtu": 1400,\n    "mtu": 1500 } ] }\n')
  for (const command of ['plan', 'apply']) {
    const { status, out, err } = await commandLine(command, file)
    t.is(status, 2)
    t.is(out, '')
    t.regex(err, /net\.json:3:5: error: Map keys must be unique\n.*"mtu": 1500/s)
  }
})

test('a secret key that comes twice in JSON is not shown', async (t) => {
  const key = `${'Ab'.repeat(20)}c1c=`
  const wireguard = `{ "privateKey": "${key}", "listenPort": 51820, "privateKey": "${key}" }`
  const file = temporaryFile(t, 'net.json', `{ "links": [{ "name": "wg0", "wireguard": ${wireguard} }] }`)
  const { status, err } = await commandLine('plan', file)
  t.is(status, 2)
  t.regex(err, /must be unique/)
  t.notRegex(err, /AbAb/)
})

for (const [text, isRepeated] of [
  ['{"a":1,"a":1}', true],
  ['{"a":1,"\\u0061":1}', true],
  ['[{"b":{"a":1}},{"b":{"c":[{"a" \\n:1,"d":2,"a"\\t : 2}]}}]', true],
  ['{"__proto__":1,"__proto__":1}', true],
  ['{"__proto__":1,"toString":{"__proto__":1}}', false],
  ['{"a":"\\\\","b":"\\"a\\":","c":"\\\\\\": ","a:":":","":"::1/128"}', false],
  ['[{"a":1},{"a":1},{"b":{"a":1}}]', false],
  ['"a"', false],
  ['null', false],
  [`${'['.repeat(50_000)}${']'.repeat(50_000)}`, false],
] as const) {
  test(`${isRepeated ? 'a' : 'no'} key comes twice in ${text.slice(0, 60)}`, (t) => {
    const source = text.replaceAll('\\n', '\n').replaceAll('\\t', '\t')
    t.is(hasRepeatedKeys(source, JSON.parse(source)), isRepeated)
  })
}

test('no key comes twice in what JSON.stringify writes', (t) => {
  const property = fc.property(fc.jsonValue(), fc.constantFrom(0, 1, '\t'), (value, indent) => {
    const text = JSON.stringify(value, undefined, indent)
    return !hasRepeatedKeys(text, JSON.parse(text))
  })
  t.notThrows(() => fc.assert(property))
})
