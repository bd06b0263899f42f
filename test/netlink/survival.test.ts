import test from 'ava'
import { fixture, runProgram } from '../helpers/program.js'
import { skipped } from '../helpers/skipped.js'
import { kinds } from '../helpers/transports.js'

const program = fixture(import.meta.url, 'survive')

// What a careless program does, and how it should end: never by a signal, never with 134 or 139.
const scenarios: Readonly<Record<string, number>> = {
  overrun: 0,
  requestOverrun: 0,
  caughtThrow: 0,
  uncaughtThrow: 1,
  throwInNextTick: 0,
  throwInDecoder: 0,
  closeInside: 0,
  closeInIteration: 0,
  exitWhileOpen: 0,
  exitInIteration: 0,
  naturalExit: 0,
  unreferencedMonitor: 0,
  naturalExitAfterWork: 0,
  concurrent: 0,
  workerEnds: 0,
  workerTerminated: 0,
  workerExits: 0,
  workerThrows: 0,
}

for (const kind of kinds) {
  for (const [scenario, expected] of Object.entries(scenarios)) {
    test.serial(`${kind}: ${scenario} ends with ${expected}`, async (t) => {
      if (scenario.startsWith('worker') && program.endsWith('.ts')) {
        skipped(t, 'workers load the compiled program only')
        return
      }
      const { code, signal, stdout, stderr } = await runProgram([process.execPath, program, kind, scenario])
      t.deepEqual({ code, signal }, { code: expected, signal: null }, stdout + stderr)
      // A worker that ends with the package's socket open takes the process with it, so none is opened there.
      if (kind === 'npm' && scenario.startsWith('worker')) t.regex(stdout, /kills the process when a worker ends/)
    })
  }
}
