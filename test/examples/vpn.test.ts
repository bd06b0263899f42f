import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { answer, finish, hello } from '../../examples/vpn/handshake.js'
import { newKeyPair, privateText } from '../../examples/vpn/keys.js'
import { ReplayWindow } from '../../examples/vpn/replayWindow.js'
import { type TestNamespace, testNamespace } from '../helpers/namespace.js'
import { digestThroughTcp, randomBytesAndDigest } from '../helpers/tcp.js'

const run = promisify(execFile)
const program = fileURLToPath(new URL(`../../examples/vpn${extname(import.meta.url)}`, import.meta.url))

/** Two namespaces with a wire between them, 192.0.2.1 and 192.0.2.2, and what lies behind the second: 198.51.100.1. */
function twoSites(t: ExecutionContext): [TestNamespace, TestNamespace] {
  const [a, b] = [testNamespace(t), testNamespace(t)]
  a.sh(`ip link add wire0 type veth peer name wire0 netns ${b.path}; ip link set lo up`)
  a.sh('ip addr add 192.0.2.1/24 dev wire0; ip link set wire0 up')
  b.sh(
    'ip addr add 192.0.2.2/24 dev wire0; ip link set wire0 up; ip link set lo up; ip addr add 198.51.100.1/32 dev lo',
  )
  return [a, b]
}

interface Daemon {
  readonly child: ChildProcess
  output(): string
  kill(signal: NodeJS.Signals): Promise<number | null>
}

async function start(t: ExecutionContext, namespace: TestNamespace, configuration: object): Promise<Daemon> {
  const directory = mkdtempSync(join(tmpdir(), 'linkwright-vpn-'))
  const file = join(directory, 'vpn.json')
  writeFileSync(file, JSON.stringify(configuration))
  const child = spawn('nsenter', [`--net=${namespace.path}`, '--', process.execPath, program, file])
  let output = ''
  child.stdout.on('data', (text) => (output += text))
  child.stderr.on('data', (text) => (output += text))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
    rmSync(directory, { recursive: true })
  })
  const kill = (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal)
    return ended
  }
  const daemon = { child, output: () => output, kill }
  await until(() => output.includes('is up') || child.exitCode !== null)
  return daemon
}

async function until(condition: () => boolean, milliseconds = 15_000): Promise<void> {
  for (const end = Date.now() + milliseconds; !condition() && Date.now() < end; ) await sleep(20)
}

function configurations(remote: readonly string[] | 'all', times: object = {}): [object, object] {
  const [a, b] = [newKeyPair(), newKeyPair()]
  const text = (key: Uint8Array): string => Buffer.from(key).toString('base64')
  const common = { device: 'tun0', port: 5000, mark: 0xca6c, deadAfter: 1, ...times }
  return [
    {
      ...common,
      privateKey: privateText(a),
      peerPublicKey: text(b.publicKey),
      endpoint: { address: '192.0.2.2', port: 5000 },
      addresses: ['10.9.0.1/24'],
      remote,
    },
    {
      ...common,
      privateKey: privateText(b),
      peerPublicKey: text(a.publicKey),
      addresses: ['10.9.0.2/24'],
      remote: [],
    },
  ]
}

async function ping(namespace: TestNamespace, address: string, ...options: string[]): Promise<string> {
  try {
    return (await run('nsenter', [`--net=${namespace.path}`, '--', 'ping', '-q', ...options, address])).stdout
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout)
  }
}

const answers = async (namespace: TestNamespace, address: string): Promise<boolean> =>
  (await ping(namespace, address, '-c', '1', '-W', '1')).includes(' 1 received')

async function answersWithin(namespace: TestNamespace, address: string, seconds: number): Promise<boolean> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) if (await answers(namespace, address)) return true
  return false
}

const { data, digest } = randomBytesAndDigest(3_000_000)
const counter = (namespace: TestNamespace, device: string): number =>
  Number(new RegExp(`${device}: *(\\d+)`).exec(namespace.sh('cat /proc/net/dev'))?.[1])

test('a remote subnet is reached through the tunnel, encrypted, and one side can be killed', async (t) => {
  const [a, b] = twoSites(t)
  const [here, there] = configurations(['198.51.100.0/24'])
  t.false(await answers(a, '198.51.100.1'))
  const first = await start(t, a, here)
  const second = await start(t, b, there)
  t.true(await answersWithin(a, '198.51.100.1', 10), first.output() + second.output())
  t.regex(await ping(a, '10.9.0.2', '-c', '100', '-i', '0.01'), / 100 received/)
  t.is(await digestThroughTcp(a, b, '198.51.100.1', data), digest)
  t.true(counter(b, 'tun0') > data.length)
  await second.kill('SIGKILL')
  t.false(await answers(a, '198.51.100.1'))
  t.is(b.ip('link').filter(({ ifname }) => ifname === 'tun0').length, 0)
  const again = await start(t, b, there)
  const began = Date.now()
  t.true(await answersWithin(a, '198.51.100.1', 10), first.output() + again.output())
  t.log(`recovered ${Date.now() - began} ms after the start of the other side`)
  await first.kill('SIGKILL')
  const back = await start(t, a, here)
  t.true(await answersWithin(a, '198.51.100.1', 10), back.output() + again.output())
  t.is(await back.kill('SIGTERM'), 0, back.output())
})

test('all traffic goes through the tunnel but the daemon its own, and afterwards none does', async (t) => {
  const [a, b] = twoSites(t)
  const [here, there] = configurations('all')
  b.sh('ip addr add 203.0.113.7/32 dev lo')
  a.sh('ip route add default via 192.0.2.2')
  const daemons = [await start(t, a, here), await start(t, b, there)]
  t.true(await answersWithin(a, '10.9.0.2', 10), daemons.map((daemon) => daemon.output()).join('\n'))
  const before = counter(b, 'tun0')
  t.regex(await ping(a, '203.0.113.7', '-c', '20', '-i', '0.01'), / 20 received/)
  t.true(counter(b, 'tun0') - before >= 20 * 84, 'what has no route but the default one came out of the tunnel')
  t.regex(a.sh('ip route get 203.0.113.7'), /dev tun0/)
  t.regex(a.sh('ip route get 203.0.113.7 mark 0xca6c'), /dev wire0/)
  t.regex(a.sh('ip route get 192.0.2.2'), /dev wire0/)
  t.is(await digestThroughTcp(a, b, '203.0.113.7', data), digest)
  t.is(await daemons[0]?.kill('SIGTERM'), 0, daemons[0]?.output())
  t.regex(a.sh('ip route get 203.0.113.7'), /dev wire0/)
  t.notRegex(a.sh('ip rule'), /51820|suppress/)
})

test('keys change while packets flow, and none is lost', async (t) => {
  const [a, b] = twoSites(t)
  const [here, there] = configurations([], { rekeyAfter: 0.5 })
  const daemon = await start(t, a, here)
  await start(t, b, there)
  t.true(await answersWithin(a, '10.9.0.2', 10))
  t.regex(await ping(a, '10.9.0.2', '-c', '300', '-i', '0.01'), / 300 received/)
  const sessions = new Set(daemon.output().match(/session \w+/g))
  t.log(`${sessions.size} sessions`)
  t.true(sessions.size >= 4)
})

test('what was changed, came before, or is of somebody else is no packet', (t) => {
  const [a, b, stranger] = [newKeyPair(), newKeyPair(), newKeyPair()]
  const [here, there] = [
    { own: a, peer: b.publicKey },
    { own: b, peer: a.publicKey },
  ]
  const greeting = hello(here)
  t.is(answer(greeting.message, { own: stranger, peer: a.publicKey }, 0), undefined)
  t.is(answer(hello({ own: stranger, peer: b.publicKey }).message, there, 0), undefined)
  const reply = answer(greeting.message, there, 0)
  if (!reply) return t.fail()
  t.is(answer(greeting.message, there, reply.time), undefined, 'a hello that was recorded')
  const session = finish(reply.message, greeting, here)
  if (!session) return t.fail()
  t.is(finish(reply.message, hello(here), here), undefined)
  const sealed = session.seal(Buffer.from('packet'))
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Buffer.from(sealed)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    // The type and the number of the session are authenticated too, and are looked at by the one who calls.
    t.is(reply.session.unseal(changed), undefined, `bit ${bit}`)
  }
  t.is(reply.session.unseal(sealed)?.toString(), 'packet')
  t.is(reply.session.unseal(sealed), undefined, 'a packet that was recorded')
  t.is(session.unseal(reply.session.seal(Buffer.from('back')))?.toString(), 'back')
})

test('the replay window takes each counter once, in any order, and none that is too old', (t) => {
  const window = new ReplayWindow()
  const counters = Array.from({ length: 5000 }, (_, index) => index ^ 7)
  t.true(counters.every((counter) => window.accept(counter)))
  t.false(counters.some((counter) => window.accept(counter)))
  t.true(window.accept(100_000))
  t.true(window.accept(100_000 - 2047))
  t.false(window.accept(100_000 - 2048))
  t.false(window.accept(100_000))
})
