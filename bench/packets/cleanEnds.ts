import { closeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAnonymousNamespace } from '../../src/system/namespace.js'
import { finish, start } from '../program.js'
import type { Figures } from '../results.js'

const rounds = 12
// What a process ends with: its status, or the signal that it died of.
const ways: Record<string, number | NodeJS.Signals> = {
  exit: 0,
  close: 0,
  throw: 1,
  terminated: 'SIGTERM',
  kill: 'SIGKILL',
}
const workerWays = ['worker.terminate', 'worker.exit', 'worker.close', 'worker.throw']
const patience = 20_000

/** Lets programs and workers end under traffic, twelve times in each way, and counts after how many nothing is left. */
export async function cleanEnds(flood: string): Promise<Record<string, Figures[]>> {
  const rows: Record<string, Figures[]> = {}
  const fd = createAnonymousNamespace()
  const path = `/proc/${process.pid}/fd/${fd}`
  try {
    for (const [way, expected] of Object.entries(ways)) {
      let clean = 0
      for (let round = 0; round < rounds; round++) {
        const ended = await endOf(path, [process.execPath, flood, way])
        if (ended === expected && !(await finish(path, 'ip', 'link')).includes('tun0')) clean++
      }
      rows[way] = [{ clean }]
    }
    for (const way of workerWays) {
      const output = await finish(path, process.execPath, flood, way)
      rows[way] = [{ clean: Number(/(\d+) of 12 clean/.exec(output)?.[1] ?? 0) }]
    }
  } finally {
    closeSync(fd)
  }
  for (const way of ['device deleted', 'namespace gone']) {
    let clean = 0
    for (let round = 0; round < rounds; round++) if (await lostDevice(way === 'namespace gone')) clean++
    rows[way] = [{ clean }]
  }
  return rows
}

async function endOf(path: string, command: readonly string[]): Promise<number | NodeJS.Signals | null> {
  // What it throws on purpose is not to be seen.
  const { child, ended } = await start(path, ['sh', '-c', 'exec "$@" 2>/dev/null', 'sh', ...command])
  const timer = setTimeout(() => child.kill('SIGABRT'), patience)
  // A status other than 0 is looked at by the caller.
  await ended.catch(() => undefined)
  clearTimeout(timer)
  return child.exitCode ?? child.signalCode
}

/** Whether a reader under traffic gets an error and goes on. */
async function lostDevice(withNamespace: boolean): Promise<boolean> {
  const [fd, other] = [createAnonymousNamespace(), createAnonymousNamespace()]
  const path = `/proc/${process.pid}/fd/${fd}`
  try {
    const reader = await start(path, [process.execPath, new URL('lostReader.js', import.meta.url).pathname], 'flooded')
    const away = `ip link set tun0 netns /proc/${process.pid}/fd/${other}`
    await finish(path, 'sh', '-c', withNamespace ? away : 'ip link del tun0')
    if (withNamespace) closeSync(other)
    const ended = await Promise.race([reader.ended, sleep(patience, '', { ref: false })])
    return ended.includes('EBADFD closed')
  } finally {
    closeSync(fd)
    if (!withNamespace) closeSync(other)
  }
}
