import test from 'ava'
import { BackOff } from '../../../src/reconcile/watch/backOff.js'

test('a few repairs in a row are done at once, then the waits double up to ten seconds', (t) => {
  const backOff = new BackOff()
  const waits: number[] = []
  let now = 0
  for (let count = 0; count < 14; count++) {
    const wait = backOff.delay(now)
    waits.push(wait)
    now += wait
    backOff.note(now, false)
  }
  t.deepEqual(waits, [0, 0, 0, 50, 100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000])
  t.is(backOff.delay(now + 40_001), 0)
})

test('a repair that failed is waited for at once, and quiet forgives', (t) => {
  const backOff = new BackOff()
  backOff.note(0, true)
  t.is(backOff.delay(0), 50)
  t.is(backOff.delay(20), 30)
  t.is(backOff.delay(60), 0)
  t.is(backOff.delay(1001), 0)
  backOff.note(1001, false)
  t.is(backOff.delay(1001), 0)
})
