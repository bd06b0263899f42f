import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ExecutionContext } from 'ava'
import { newKeyPair, privateText } from '../../examples/vpn/keys.js'
import type { TestNamespace } from './namespace.js'

const run = promisify(execFile)
const program = fileURLToPath(new URL(`../../examples/vpn${extname(import.meta.url)}`, import.meta.url))

/** A daemon of examples/vpn. */
export interface Daemon {
  readonly child: ChildProcess
  /** All that it printed. */
  output(): string
  /** Ends it, and returns its exit code. */
  kill(signal: NodeJS.Signals): Promise<number | null>
}

/** Starts a daemon in a namespace and waits until it is up, or has ended. */
export async function startVpn(
  t: ExecutionContext,
  namespace: TestNamespace,
  configuration: object,
  mode = 0o600,
): Promise<Daemon> {
  const directory = mkdtempSync(join(tmpdir(), 'linkwright-vpn-'))
  const file = join(directory, 'vpn.json')
  writeFileSync(file, JSON.stringify(configuration))
  chmodSync(file, mode)
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
  await until(() => output.includes('is up') || child.exitCode !== null)
  return { child, output: () => output, kill }
}

/** Waits until something is so; what follows shows whether it was. */
export async function until(condition: () => boolean, milliseconds = 60_000): Promise<boolean> {
  for (const end = Date.now() + milliseconds; !condition() && Date.now() < end; ) await sleep(20)
  return condition()
}

/** Configurations of two sides; the first one knows where the second is. */
export function vpnPair(own: object, other: object, common: object = {}): [object, object] {
  const [a, b] = [newKeyPair(), newKeyPair()]
  const text = (key: Uint8Array): string => Buffer.from(key).toString('base64')
  const both = { device: 'tun0', port: 5000, mark: 0xca6c, deadAfter: 1, ...common }
  return [
    { ...both, privateKey: privateText(a), peerPublicKey: text(b.publicKey), ...own },
    { ...both, privateKey: privateText(b), peerPublicKey: text(a.publicKey), ...other },
  ]
}

/** What `ping -q` prints. */
export async function pingFrom(namespace: TestNamespace, address: string, ...options: string[]): Promise<string> {
  try {
    return (await run('nsenter', [`--net=${namespace.path}`, '--', 'ping', '-q', ...options, address])).stdout
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout)
  }
}

/**
 * How many of so many pings were answered, by the kernel's own count: `ping` takes for lost what comes later than two
 * round trips after the last one was sent, such as on a busy machine.
 */
export async function repliesTo(
  namespace: TestNamespace,
  address: string,
  count: number,
  pause = 0.01,
): Promise<number> {
  const name = address.includes(':') ? 'Icmp6InEchoReplies' : 'InEchoReps'
  const before = echoReplies(namespace, name)
  await pingFrom(namespace, address, '-c', `${count}`, '-i', `${pause}`)
  const replies = (): number => echoReplies(namespace, name) - before
  await until(() => replies() >= count, 5000)
  return replies()
}

function echoReplies(namespace: TestNamespace, name: string): number {
  if (name.startsWith('Icmp6'))
    return Number(/Icmp6InEchoReplies\s+(\d+)/.exec(namespace.sh('cat /proc/net/snmp6'))?.[1])
  const [names = [], values = []] = namespace
    .sh('grep ^Icmp: /proc/net/snmp')
    .split('\n')
    .map((line) => line.split(' '))
  return Number(values[names.indexOf(name)])
}

/** Whether an address answers one ping. */
export async function answers(namespace: TestNamespace, address: string): Promise<boolean> {
  return (await pingFrom(namespace, address, '-c', '1', '-W', '1')).includes(' 1 received')
}

/** Whether it comes to answer. */
export async function answersWithin(namespace: TestNamespace, address: string, seconds: number): Promise<boolean> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) if (await answers(namespace, address)) return true
  return false
}
