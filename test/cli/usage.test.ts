import { readFileSync } from 'node:fs'
import test from 'ava'
import { commandLine, temporaryFile } from '../helpers/commandLine.js'
import { inRepository } from '../helpers/repository.js'

// Every one of these ends before the network is looked at.

test('--help names the commands, and each command has its own', async (t) => {
  const { status, out, err } = await commandLine('--help')
  t.is(status, 0)
  t.is(err, '')
  for (const command of ['plan', 'apply', 'show']) {
    t.regex(out, new RegExp(`\\n {2}${command} `))
    const own = await commandLine(command, '--help')
    t.is(own.status, 0)
    t.regex(own.out, /--namespace <name>/)
  }
})

test('--version prints the version of the package', async (t) => {
  const { version } = JSON.parse(readFileSync(inRepository('package.json'), 'utf8'))
  t.deepEqual(await commandLine('--version'), { status: 0, out: `${version}\n`, err: '' })
})

const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['an unknown option', ['plan', 'net.yaml', '--dry-run'], /unknown option '--dry-run'/],
  ['an unknown command', ['aply', 'net.yaml'], /unknown command 'aply'/],
  ['no file', ['apply'], /missing required argument 'file'/],
  ['an argument too many', ['apply', 'a.yaml', 'b.yaml'], /too many arguments/],
  ['no command', [], /Usage: linkwright/],
  ['a file that is not there', ['plan', '/no/such/net.yaml'], /cannot read \/no\/such\/net\.yaml: .*ENOENT/],
]

for (const [what, argv, message] of wrong) {
  test(`${what} ends with 2 and a message`, async (t) => {
    const { status, out, err } = await commandLine(...argv)
    t.is(status, 2)
    t.is(out, '')
    t.regex(err, message)
  })
}

test('a file with nothing in it is said to be so', async (t) => {
  const file = temporaryFile(t, 'net.yaml', ' \n')
  const { status, err } = await commandLine('plan', file)
  t.is(status, 2)
  t.is(err, `error: ${file}: there is nothing in it; a spec of nothing is {}\n`)
})

test('the problems of a spec are told with file, line and column, and the nearest key', async (t) => {
  const file = temporaryFile(
    t,
    'net.yaml',
    `links:
  - name: br0
    kind: bridge
    bridge: { fowardDelay: 4 }
  - name: abcdefghijklmnop
    kind: tap
routes:
  - to: 10.1.2.3/24
    via: 10.0.0.254
    metrics: 3
`,
  )
  for (const command of ['plan', 'apply']) {
    const { status, out, err } = await commandLine(command, file)
    t.is(status, 2)
    t.is(out, '')
    const lines = err.trimEnd().split('\n')
    const line = (path: string): string | undefined => lines.find((one) => one.includes(` ${path}: `))
    t.is(
      line('/links/0/bridge/fowardDelay'),
      `${file}:4:28: error: /links/0/bridge/fowardDelay: unknown property "fowardDelay" (did you mean forwardDelay?)`,
    )
    t.regex(line('/routes/0/metrics') ?? '', /:10:14: error: .*\(did you mean metric\?\)$/)
  }
})

test('a namespace of a name that objects of JavaScript use themselves is told with its path', async (t) => {
  for (const [name, content] of [
    ['net.json', '{ "namespaces": { "__proto__": { "links": [{ "name": "lo", "up": true }] } } }'],
    ['net.yaml', 'namespaces:\n  __proto__:\n    links: [{ name: lo, up: true }]\n'],
  ] as const) {
    const { status, err } = await commandLine('plan', temporaryFile(t, name, content))
    t.is(status, 2)
    t.regex(err, /\/namespaces\/__proto__: unknown property "__proto__"/)
  }
})

test('YAML that cannot be read is told with its line', async (t) => {
  const file = temporaryFile(t, 'net.yaml', 'links:\n  - name: [br0\n')
  const { status, err } = await commandLine('plan', file)
  t.is(status, 2)
  t.regex(err, /net\.yaml:[23]:\d+: error: \S.*\n\n/)
})

test('several documents in a file are refused in the words of this program', async (t) => {
  const { status, err } = await commandLine('plan', temporaryFile(t, 'net.yaml', 'links: []\n---\nlinks: []\n'))
  t.is(status, 2)
  t.regex(err, /net\.yaml:2:1: error: a file holds one spec, and a second document begins$/m)
})

test('a link takes over what stands at another one by a merge key', async (t) => {
  const source = 'links:\n  - &first { name: x0, kind: tap, mtu: 1 }\n  - { <<: *first, name: x1, mtu: 1400, foo: 1 }\n'
  const { status, err } = await commandLine('plan', temporaryFile(t, 'net.yaml', source))
  t.is(status, 2)
  t.regex(err, /:3:45: error: \/links\/1\/foo/)
  t.notRegex(err, /<</)
})

const macsecKey = 'abcdef01'.repeat(4)
const wireguardKey = `${'Ab'.repeat(20)}c1c=`
for (const mistake of [
  `transmitAssociations: [{ number: 0, key:${macsecKey} }]`,
  `transmitAssociations: [{ number: 0, kee: ${macsecKey} }, { ${macsecKey}: 1 }]`,
  `transmitAssociations: [{ number: 0, key: ${macsecKey}, key: 1 }]`,
  `transmitAssociations: [{ number: 0, key: *${macsecKey} }]`,
  `transmitAssociations: [{ number: 0, key: "${macsecKey} }]`,
  `transmitAssociations: [{ number: 0, key: ${macsecKey}, keyId: ab, active: tru, active: true }]`,
  `transmitAssociations: ${'81'.repeat(16)}`,
]) {
  test(`no mistake shows a key of MACsec: ${mistake}`, async (t) => {
    const file = temporaryFile(t, 'net.yaml', `links:\n  - name: m0\n    macsec:\n      ${mistake}\n`)
    for (const argv of [
      ['plan', file],
      ['apply', file, '--json'],
    ]) {
      const { status, out, err } = await commandLine(...argv)
      t.is(status, 2)
      t.notRegex(out + err, /abcdef01|8\.?18181/)
      t.regex(out + err, /\(hidden\)|…/)
    }
  })
}

for (const mistake of [
  `privateKey:${wireguardKey}`,
  `privateKey: ${wireguardKey}, listenPort: 51820, privateKey: ''`,
]) {
  test(`no mistake shows a key of WireGuard: ${mistake}`, async (t) => {
    const file = temporaryFile(t, 'net.yaml', `links: [{ name: wg0, wireguard: { ${mistake} } }]\n`)
    const { status, err } = await commandLine('plan', file)
    t.is(status, 2)
    t.notRegex(err, /AbAb/)
  })
}

test('with --json, an error is one document on standard output', async (t) => {
  const file = temporaryFile(t, 'net.yaml', 'links: [{ name: br0, adresses: [] }]\n')
  const invalid = await commandLine('plan', file, '--json')
  t.is(invalid.status, 2)
  t.is(invalid.err, '')
  t.like(JSON.parse(invalid.out).error, {
    code: 'INVALID_SPEC',
    problems: [{ path: '/links/0/adresses', hint: 'did you mean addresses?' }],
  })
  const unread = await commandLine('apply', '/no/such/net.yaml', '--json')
  t.is(unread.status, 2)
  t.is(unread.err, '')
  t.is(JSON.parse(unread.out).error.code, 'USAGE')
})

test('with --json, what is wrong with the command line is one JSON document, too', async (t) => {
  for (const argv of [['plan'], ['plan', 'x.yaml', '--frobnicate'], ['frobnicate']]) {
    const { status, out, err } = await commandLine(...argv, '--json')
    t.is(status, 2)
    t.is(err, '')
    t.is(JSON.parse(out).error.code, 'USAGE')
    t.regex(JSON.parse(out).error.message, /^(?!error: )\S/)
  }
})
