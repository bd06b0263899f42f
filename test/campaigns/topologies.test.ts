import test from 'ava'
import { patience } from '../helpers/patience.js'
import { interposedKernel } from './interposedKernel.js'
import { topologyCampaign } from './topologies.js'

test.serial('any topology becomes any other, and a snapshot undoes what is done to it', async (t) => {
  t.timeout(patience(300_000))
  const report = await topologyCampaign({ count: 25, seed: 20_261_124, shrinks: false })
  t.log(
    `${report.topologies} topologies of ${report.links} links, ${report.most} at the most; ${report.mutations} changes`,
  )
  t.is(report.failure, undefined)
  t.is(report.topologies, 25)
})

test.serial('the campaign sees a property that is told to be set and is not', async (t) => {
  t.timeout(patience(180_000))
  const RTM_NEWNEIGH = 28
  const defect = interposedKernel({ before: ({ what }) => (what === RTM_NEWNEIGH ? 'ignore' : 'pass') })
  const report = await topologyCampaign({ count: 20, seed: 1, kernel: defect, shrinks: false })
  t.regex(report.failure ?? '', /neighbor/)
})
