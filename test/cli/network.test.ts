import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import { parse } from 'yaml'
import { commandLine, temporaryFile } from '../helpers/commandLine.js'
import { testNamespace } from '../helpers/namespace.js'

const good = `links:
  - name: br0
    kind: bridge
    addresses: [10.0.0.1/24]
routes:
  - { to: 10.20.0.0/16, via: 10.0.0.254 }
`

test('plan exits with 3 while there is something to change, and changes nothing', async (t) => {
  const namespace = testNamespace(t)
  const file = temporaryFile(t, 'net.yaml', good)
  for (let time = 0; time < 2; time++) {
    const { status, out, err } = await commandLine('plan', file, '-n', namespace.path)
    t.is(status, 3, err)
    t.regex(out, /br0/)
    t.is(err, '')
  }
  t.deepEqual(namespace.ip('link', 'show', 'type', 'bridge'), [])
})

test('apply makes it so, and after that there is nothing to plan or to apply', async (t) => {
  const namespace = testNamespace(t)
  const file = temporaryFile(t, 'net.yaml', good)
  const applied = await commandLine('apply', file, '-n', namespace.path)
  t.is(applied.status, 0, applied.err)
  t.regex(applied.err, /^applied \d+ steps in \d+ ms, verified\n$/)
  t.like(namespace.ip('route', 'show', '10.20.0.0/16')[0], { gateway: '10.0.0.254', dev: 'br0' })

  const planned = await commandLine('plan', file, '-n', namespace.path)
  t.is(planned.status, 0, planned.out)
  const again = await commandLine('apply', file, '-n', namespace.path)
  t.deepEqual([again.status, again.err], [0, ''])
})

test('a spec in JSON is read as well', async (t) => {
  const namespace = testNamespace(t)
  const file = temporaryFile(t, 'net.json', JSON.stringify(parse(good)))
  t.is((await commandLine('apply', file, '-n', namespace.path)).status, 0)
  t.is((await commandLine('plan', file, '-n', namespace.path)).status, 0)
})

test('the files that a spec names lie where it lies, and errors call them by the name that it has for them', async (t) => {
  const namespace = testNamespace(t)
  const file = temporaryFile(t, 'net.yaml', `${good}  - { file: tables/many.txt }\n  - { file: empty.txt }\n`)
  const missing = await commandLine('apply', file, '-n', namespace.path)
  t.is(missing.status, 2)
  t.regex(missing.err, /net\.yaml:7:13: error: \/routes\/1\/file: cannot read tables\/many\.txt: ENOENT/)
  mkdirSync(join(dirname(file), 'tables'))
  writeFileSync(join(dirname(file), 'tables/many.txt'), '10.30.0.0/16 via 10.0.0.254\n10.31.0.0/16 via 10.0.0.254\n')
  writeFileSync(join(dirname(file), 'empty.txt'), '')
  const applied = await commandLine('apply', file, '-n', namespace.path)
  t.is(applied.status, 0, applied.err)
  t.like(namespace.ip('route', 'show', '10.31.0.0/16')[0], { gateway: '10.0.0.254', dev: 'br0' })
  t.is((await commandLine('plan', file, '-n', namespace.path)).status, 0)
})

test('with --json, plan and apply print one document each, and nothing else', async (t) => {
  const namespace = testNamespace(t)
  const file = temporaryFile(t, 'net.yaml', good)
  const planned = await commandLine('plan', file, '--json', '-n', namespace.path)
  t.is(planned.status, 3)
  t.true(JSON.parse(planned.out).steps.length > 0)
  const applied = await commandLine('apply', file, '--json', '-n', namespace.path)
  t.is(applied.status, 0)
  t.true(JSON.parse(applied.out).changed)
  t.is(planned.err + applied.err, '')
})

test('show tells on standard error of a route that it leaves out', async (t) => {
  const namespace = testNamespace(t)
  namespace.sh('ip link add br0 type bridge; ip link set br0 up; ip address add 10.0.0.1/24 dev br0')
  namespace.sh('ip route add 10.20.0.0/16 via 10.0.0.2; ip route append 10.20.0.0/16 via 10.0.0.3')
  const { status, out, err } = await commandLine('show', '-n', namespace.path)
  t.is(status, 0)
  t.like(parse(out), { routes: [{ to: '10.20.0.0/16', via: '10.0.0.2' }] })
  t.regex(
    err,
    /^left out, as another one of the same name is in front of it: \{"route":.*10\.20\.0\.0\/16.*10\.0\.0\.3/,
  )
  t.is((await commandLine('plan', temporaryFile(t, 'shown.yaml', out), '-n', namespace.path)).status, 0)
})

test('show prints the live state as YAML or JSON, and apply takes it back', async (t) => {
  const namespace = testNamespace(t)
  await commandLine('apply', temporaryFile(t, 'net.yaml', good), '-n', namespace.path)
  const yaml = await commandLine('show', '-n', namespace.path)
  t.is(yaml.status, 0, yaml.err)
  const spec = parse(yaml.out)
  t.like(
    spec.links.find(({ name }: { name: string }) => name === 'br0'),
    { kind: 'bridge', addresses: ['10.0.0.1/24'] },
  )
  const json = await commandLine('show', '--json', '-n', namespace.path)
  t.is(json.status, 0)
  t.deepEqual(JSON.parse(json.out).routes, spec.routes)

  const shown = temporaryFile(t, 'shown.yaml', yaml.out)
  t.is((await commandLine('plan', shown, '-n', namespace.path)).status, 0)
  const elsewhere = testNamespace(t)
  const copied = await commandLine('apply', shown, '-n', elsewhere.path)
  t.is(copied.status, 0, copied.err)
  t.like(elsewhere.ip('route', 'show', '10.20.0.0/16')[0], { gateway: '10.0.0.254', dev: 'br0' })
})

// The kernel alone knows that a route's congestion control must be loaded (net/ipv4/fib_semantics.c).
const failing = `${good}  - { to: 10.30.0.0/16, via: 10.0.0.254, congestion: no-such-one }\n`

test('a step that the kernel refuses ends with 1, is shown, and all is undone', async (t) => {
  const namespace = testNamespace(t)
  const { status, err } = await commandLine('apply', temporaryFile(t, 'net.yaml', failing), '-n', namespace.path)
  t.is(status, 1)
  t.regex(err, /^error: /)
  t.regex(err, /\n {2}failed step: .*10\.30\.0\.0\/16/)
  t.regex(err, /\n {2}everything done before was undone; the network is as it was\n$/)
  t.deepEqual(namespace.ip('link', 'show', 'type', 'bridge'), [])
})

test('with --json, a failed apply is one document that tells of the step and of the rollback', async (t) => {
  const namespace = testNamespace(t)
  const file = temporaryFile(t, 'net.yaml', failing)
  const { status, out, err } = await commandLine('apply', file, '--json', '-n', namespace.path)
  t.is(status, 1)
  t.is(err, '')
  const { error } = JSON.parse(out)
  t.regex(error.step, /10\.30\.0\.0\/16/)
  t.true(error.rollback.restored)
})

test('--forbid-disruption refuses a plan that would interrupt traffic', async (t) => {
  const namespace = testNamespace(t)
  // The kind of a link cannot be changed: the link is made anew.
  const ofKind = (kind: string): string => temporaryFile(t, 'net.yaml', `links: [{ name: x0, kind: ${kind} }]\n`)
  const first = await commandLine('apply', ofKind('tap'), '-n', namespace.path)
  t.is(first.status, 0, first.err)
  for (const command of ['plan', 'apply']) {
    const { status, err } = await commandLine(command, ofKind('bridge'), '--forbid-disruption', '-n', namespace.path)
    t.is(status, 1)
    t.regex(err, /^error: .*x0/)
  }
  t.like(namespace.ip('link', 'show', 'x0')[0], { linkinfo: { info_kind: 'tun' } })
  t.is((await commandLine('apply', ofKind('bridge'), '-n', namespace.path)).status, 0)
  t.like(namespace.ip('link', 'show', 'x0')[0], { linkinfo: { info_kind: 'bridge' } })
})

test('a namespace that is not there is told', async (t) => {
  const { status, err } = await commandLine('show', '-n', 'no-such-namespace')
  t.not(status, 0)
  t.regex(err, /no-such-namespace/)
})
