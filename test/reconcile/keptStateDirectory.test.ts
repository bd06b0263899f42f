import test from 'ava'
import { apply, plan } from '../../src/index.js'
import { stage, target } from '../helpers/transactionStage.js'

test('one object of options serves plan and apply, and a plan keeps its state directory', async (t) => {
  const { place, killed, files } = stage(t)
  await killed(target, { dieBefore: 7 })
  const { namespace } = place
  const preview = (await plan(target, place)).unwrap()
  t.is(files().length, 1, 'a plan leaves what was cut off alone')
  const report = (await apply(preview, { namespace, interrupted: 'continue' })).unwrap()
  t.is(report.recovered?.length, 1)
  t.deepEqual(files(), [])
  t.true((await plan(target, place)).unwrap().empty)
})

test('a wrong state directory is an error of the plan', async (t) => {
  const { namespace } = stage(t).place
  const result = await plan({}, { namespace, stateDirectory: '' })
  t.is(result.err && result.val.code, 'INVALID_ARGUMENT')
})
