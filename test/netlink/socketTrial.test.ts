import test from 'ava'
import { SocketTrial } from '../../src/netlink/socketTrial.js'

/** Plays a trial in which an answer takes some milliseconds, by who sends; which of them sent at each answer. */
function play(trial: SocketTrial, ofOne: number, ofBoth: number, answers = 60): string {
  let now = 0
  let who = ''
  for (let answer = 0; answer < answers; answer++) {
    who += trial.both ? '2' : '1'
    now += trial.both ? ofBoth : ofOne
    trial.note(1000, now)
  }
  return who
}

test('one socket begins, then both are tried, then one again', (t) => {
  t.regex(play(new SocketTrial(), 1, 1), /^1{8}2{18}1{10}/)
})

test('who was faster sends the rest', (t) => {
  t.regex(play(new SocketTrial(), 2, 1), /2{24}$/)
  t.regex(play(new SocketTrial(), 1, 2), /1{34}$/)
})

test('of two that are equally fast, one alone leaves the other processor to others', (t) => {
  t.regex(play(new SocketTrial(), 1, 1), /1{34}$/)
})

test('the second socket waits for its turn, or for the end', async (t) => {
  const trial = new SocketTrial()
  let begun = false
  const waiting = trial.untilBoth().then(() => {
    begun = true
  })
  play(trial, 1, 1, 7)
  await Promise.resolve()
  t.false(begun)
  play(trial, 1, 1, 1)
  await waiting
  t.true(trial.both)
  play(trial, 1, 1, 18)
  t.false(trial.both)
  const last = trial.untilBoth()
  trial.end()
  await last
  await trial.untilBoth()
  t.false(trial.both)
})
