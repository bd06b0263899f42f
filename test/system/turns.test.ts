import { stat } from 'node:fs/promises'
import test from 'ava'
import { rest, turnIsLong } from '../../src/system/turns.js'

function work(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

test('a rest after long work lets timers come, also where the poll phase called', async (t) => {
  let ticks = 0
  const timer = setInterval(() => ticks++, 1)
  t.teardown(() => clearInterval(timer))
  for (let round = 1; round <= 3; round++) {
    await stat('/')
    turnIsLong()
    const before = ticks
    work(10)
    await rest()
    t.true(ticks > before, `round ${round}`)
  }
})
