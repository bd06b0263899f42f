// The main job, in a throw-away network namespace: plan, apply, look again, and prove it with packets.
// expect: /\+ link br0/
// expect: /second plan: nothing to do/
// expect: /10\.0\.0\.12 answered across the bridge/
// expect: /everything is as it should be/
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { apply, NetworkError, plan, type Result, type Spec, snapshot } from 'linkwright'
import { type ThrowAwayNamespace, withNamespace } from 'linkwright/testing'
import { openTap } from 'linkwright/tuntap'
import { parse, stringify } from 'yaml'
import { answerPings } from './echoHost.js'
import { ping } from './pinger.js'

const inside = 'LINKWRIGHT_DEMO_INSIDE'

async function demo(namespace: ThrowAwayNamespace): Promise<void> {
  const file = new URL('../../examples/demo.yaml', import.meta.url)
  const spec: Spec = parse(await readFile(file, 'utf8'))
  const options = { namespace: namespace.reference }

  heading('The plan')
  console.log(value(await plan(spec, options)).toString({ color: process.stdout.isTTY === true }))

  heading('Applied')
  const report = value(await apply(spec, options))
  console.log(`${report.steps.length} steps in ${Math.round(report.duration)} ms, read back and verified`)
  console.log(`second plan: ${value(await plan(spec, options))}`)

  heading('The live state, as a spec')
  console.log(stringify(value(await snapshot(options)), { lineWidth: 120 }).trimEnd())

  heading('Packets')
  await provePackets(namespace)
  console.log('\neverything is as it should be')
}

/** A host behind tap0 answers; another behind tap1 pings it, and the bridge carries the frames. */
async function provePackets({ reference: namespace }: ThrowAwayNamespace): Promise<void> {
  using tap0 = value(openTap({ name: 'tap0', namespace }))
  using tap1 = value(openTap({ name: 'tap1', namespace }))
  const answering = answerPings(tap0, { mac: '02:00:00:00:00:12', addresses: ['10.0.0.12'] })
  const pinger = { mac: '02:00:00:00:00:11', address: '10.0.0.11' }
  const milliseconds = await ping(tap1, pinger, '10.0.0.12')
  tap0.close()
  const answered = await answering
  console.log(`10.0.0.12 answered across the bridge after ${milliseconds.toFixed(2)} ms (${answered} echo request)`)
}

function heading(text: string): void {
  console.log(`\n== ${text}`)
}

/** The value of a success; a failure ends the demo. */
function value<T>(result: Result<T>): T {
  if (result.err) throw result.val
  return result.val
}

/** Runs the demo once more as root of a user namespace of its own, where the user may configure networks. */
function runInUserNamespace(): never {
  const unshare = ['--user', '--map-root-user', '--net', '--mount', process.execPath, fileURLToPath(import.meta.url)]
  const child = spawnSync('unshare', unshare, { stdio: 'inherit', env: { ...process.env, [inside]: '1' } })
  if (child.error) fail('this demo needs root, or the program unshare (util-linux) for a user namespace')
  process.exit(child.status ?? 1)
}

function fail(sentence: string): never {
  console.error(sentence)
  process.exit(1)
}

if (process.getuid?.() !== 0 && !process.env[inside]) runInUserNamespace()

try {
  await withNamespace(demo)
} catch (error) {
  if (!(error instanceof NetworkError)) throw error
  fail(`the demo needs root, or a user namespace that may use /dev/net/tun: ${error.message}`)
}
