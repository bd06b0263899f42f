import { spawnSync } from 'node:child_process'
import test from 'ava'
import { temporaryFile } from '../helpers/commandLine.js'
import { inRepository } from '../helpers/repository.js'

const main = inRepository('dist/src/cli/main.js')

/** Runs the command line in a network namespace of its own, by the shell. */
function shell(command: string, ...words: readonly string[]) {
  return spawnSync('unshare', ['-n', 'sh', '-c', command, process.execPath, main, ...words], { encoding: 'utf8' })
}

test('output that cannot be written is one line of error and a failure', (t) => {
  for (const command of ['show', 'show --json', '--version', '--help']) {
    const { status, stderr } = shell(`"$0" "$1" ${command} > /dev/full`)
    t.is(stderr, 'error: cannot write the output: ENOSPC: no space left on device, write\n', command)
    t.is(status, 1, command)
  }
})

test('messages that cannot be written are a failure, too', (t) => {
  t.is(shell('"$0" "$1" plan /no/such/file 2> /dev/full').status, 1)
})

test('watch ends when nobody reads any longer, but goes on healing', (t) => {
  const spec = '{ "links": [{ "name": "br0", "kind": "bridge", "mtu": 1400 }] }'
  const drifts = 'for mtu in 1301 1302 1303 1304 1305 1306; do sleep 0.5; ip link set br0 mtu $mtu; done'
  const watched = (option: string): string =>
    `ip link add br0 type bridge; echo '${spec}' > "$2"
     { timeout 60 "$0" "$1" watch ${option} "$2"; echo ended $? >&2; } | head -n 1 > /dev/null & sleep 2
     ${drifts}; sleep 2; ip link show br0 | grep -o 'mtu [0-9]*'; [ -n '${option}' ] || wait`
  const file = temporaryFile(t, 'net.json', '')
  const told = shell(watched(''), file)
  t.deepEqual([told.stderr, told.stdout], ['ended 0\n', 'mtu 1306\n'])
  t.is(shell(`${watched('--heal')}; kill $(pgrep -f "watch --heal $2")`, file).stdout, 'mtu 1400\n')
})

test('a reader that went away is no error', (t) => {
  const { status, stderr } = shell('"$0" "$1" show | true; "$0" "$1" --help | head -n 1 > /dev/null')
  t.deepEqual([status, stderr], [0, ''])
})
