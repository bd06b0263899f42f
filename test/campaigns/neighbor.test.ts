import test from 'ava'
import { patience } from '../helpers/patience.js'
import { interposedKernel } from './interposedKernel.js'
import { neighborCampaign } from './neighbor.js'

test.serial('a foreign process adds and deletes all the time, and neither disturbs the other', async (t) => {
  t.timeout(patience(180_000))
  const report = await neighborCampaign(16, 20_261_124)
  t.log(`${report.applies} applies, ${report.foreignChanges} foreign changes, ${report.repeated} repeated`)
  t.deepEqual(report.findings, [])
  t.is(report.applies, 16)
  t.true(report.foreignChanges >= 20, `${report.foreignChanges}`)
})

test.serial('the campaign sees an SDK whose deletions of routes and rules do nothing', async (t) => {
  t.timeout(patience(180_000))
  const RTM_DELROUTE = 25
  const RTM_DELRULE = 33
  const dropped: number[] = []
  // A defect: what is to be deleted stays, so that ours do not converge.
  const report = await neighborCampaign(
    2,
    7,
    interposedKernel({
      before: ({ what }) => {
        if (what !== RTM_DELROUTE && what !== RTM_DELRULE) return 'pass'
        dropped.push(what)
        return 'ignore'
      },
    }),
  )
  t.true(dropped.length > 0)
  t.true(report.findings.length > 0, 'the defect was not seen')
  t.log(report.findings.join('\n').slice(0, 300))
})
