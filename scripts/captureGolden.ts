/**
 * Records what `ip` and its kin send: `node dist/scripts/captureGolden.js test/golden/route.json …`, as root.
 *
 * Each fixture lists its commands; this fills in the bytes of the last message that each of them sends but questions about links, in a throw-away
 * namespace that the fixture's `setup` prepares. To add one, write `{ "tool": "ip", "command": "…" }` and run it.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, readFileSync, writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { RTM_GETLINK } from '../src/rtnetlink/constants.js'
import { createAnonymousNamespace } from '../src/system/namespace.js'

interface Golden {
  readonly setup: readonly string[]
  readonly messages: readonly { readonly tool: string; readonly command: string }[]
}

for (const path of process.argv.slice(2)) capture(path)

function capture(path: string): void {
  const golden: Golden = JSON.parse(readFileSync(path, 'utf8'))
  const fd = createAnonymousNamespace()
  const enter = [`--net=/proc/${process.pid}/fd/${fd}`]
  for (const line of golden.setup) execFileSync('nsenter', [...enter, 'sh', '-c', line])
  const links: { ifname: string; ifindex: number }[] = JSON.parse(
    execFileSync('nsenter', [...enter, 'ip', '-j', 'link'], { encoding: 'utf8' }),
  )
  const messages = golden.messages.map(({ tool, command }) => ({
    tool,
    command,
    bytes: lastMessage(enter, [tool, ...command.split(' ')]),
  }))
  closeSync(fd)
  const version = execFileSync('ip', ['-V'], { encoding: 'utf8' }).match(/iproute2-([^,\s]+)/)?.[1]
  const indices = Object.fromEntries(links.map(({ ifname, ifindex }) => [ifname, ifindex]))
  const recorded = { iproute2: version, kernel: release(), links: indices, setup: golden.setup, messages }
  writeFileSync(path, `${JSON.stringify(recorded, null, 2)}\n`)
}

/** The command may fail where this kernel lacks something: what counts is what was sent. */
function lastMessage(enter: readonly string[], command: readonly string[]): string {
  const { stderr } = spawnSync(
    'nsenter',
    [...enter, 'strace', '-qq', '-e', 'trace=sendmsg', '-e', 'write=all', ...command],
    { encoding: 'utf8' },
  )
  const sent = stderr
    .split(/^ \* \d+ bytes in buffer 0$/m)
    .slice(1)
    .map(bytesOfDump)
  // It asks for the names of links before and after.
  const bytes = sent.findLast((message) => message.length >= 16 && message.readUInt16LE(4) !== RTM_GETLINK)
  if (!bytes) throw new Error(`${command.join(' ')} sent nothing: ${stderr}`)
  // The sequence number is the time of day.
  bytes.writeUInt32LE(0, 8)
  return bytes.subarray(0, bytes.readUInt32LE(0)).toString('hex')
}

function bytesOfDump(dump: string): Buffer {
  const lines = dump.matchAll(/^ \| [0-9a-f]{5,} {2}((?:[0-9a-f]{2} {1,2})+)/gm)
  return Buffer.from([...lines].map(([, hex = '']) => hex.replaceAll(' ', '')).join(''), 'hex')
}
