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
  const watched = (option: string): string =>
    `ip link add br0 type bridge; echo '${spec}' > "$2"
     { timeout 60 "$0" "$1" watch ${option} "$2" & echo $! > "$2.pid"; wait $!; echo $? > "$2.ended"; } | head -n 1 > /dev/null &`
  const untilEnded =
    'for mtu in $(seq 1201 1399); do [ -e "$2.ended" ] && break; sleep 0.3; ip link set br0 mtu $mtu; done'
  const untilHealed = 'for try in $(seq 200); do ip link show br0 | grep -q "mtu 1400" && break; sleep 0.1; done'
  const ends = shell(`${watched('')} ${untilEnded}; cat "$2.ended"`, temporaryFile(t, 'net.json', ''))
  t.is(ends.stdout, '0\n', ends.stderr)
  const drift = `ip link set br0 mtu 1300; ${untilHealed}; ip link show br0 | grep -o "mtu [0-9]*"`
  const heals = `${watched('--heal')} ${untilHealed}; ${drift}; ${drift}; kill $(cat "$2.pid")`
  t.is(shell(heals, temporaryFile(t, 'net.json', '')).stdout, 'mtu 1400\nmtu 1400\n')
})

test('a reader that went away is no error', (t) => {
  const { status, stderr } = shell('"$0" "$1" show | true; "$0" "$1" --help | head -n 1 > /dev/null')
  t.deepEqual([status, stderr], [0, ''])
})
