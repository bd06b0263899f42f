import test from 'ava'
import { apply, plan } from '../../src/index.js'
import { stage, target } from '../helpers/transactionStage.js'

const message = 'a getter of the caller'

/** An object whose property can be read a number of times. */
function readable<Value>(object: object, name: string, value: Value, times: number): object {
  let count = 0
  const get = (): Value => {
    if (count++ >= times) throw new Error(message)
    return value
  }
  return Object.defineProperty(object, name, { get, enumerable: true })
}

test('what a getter of a spec throws, at whatever time, goes to the caller before anything is changed', async (t) => {
  const { place, picture, files } = stage(t)
  const before = picture()
  let times = 0
  for (let isRead = false; !isRead && times < 50; times++) {
    const given = readable({ ...target }, 'links', target.links, times)
    const changed = await apply(given, place).catch((error: unknown) => {
      t.like(error, { message })
      return undefined
    })
    if (changed) isRead = changed.ok
    else t.deepEqual(picture(), before)
    t.deepEqual(files(), [])
  }
  t.true(times > 1 && times < 50)
  t.true((await plan(target, place)).unwrap().empty)
})
