import { spawnSync } from 'node:child_process'
import test from 'ava'
import { inRepository } from '../helpers/repository.js'

const main = inRepository('dist/src/cli/main.js')

/** Runs the command line in a network namespace of its own, by the shell. */
function shell(command: string) {
  return spawnSync('unshare', ['-n', 'sh', '-c', command, process.execPath, main], { encoding: 'utf8' })
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

test('a reader that went away is no error', (t) => {
  const { status, stderr } = shell('"$0" "$1" show | true; "$0" "$1" --help | head -n 1 > /dev/null')
  t.deepEqual([status, stderr], [0, ''])
})
