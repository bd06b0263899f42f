import test from 'ava'
import { patience } from '../helpers/patience.js'
import { interposedKernel } from './interposedKernel.js'
import { networkCampaign } from './networks.js'

test.serial(
  'any network becomes any other, is undone, saved, and comes back, and nothing else is touched',
  async (t) => {
    t.timeout(patience(180_000))
    const report = await networkCampaign({ count: 4, seed: 20_261_129, shrinks: false })
    t.log(`${report.plays} plays of ${report.objects} objects`)
    t.deepEqual(report.findings, [])
    t.is(report.plays, 4)
    t.true(report.objects > 200, `${report.objects} objects`)
  },
)

test.serial('the campaign sees an undoing that deletes no rule', async (t) => {
  t.timeout(patience(180_000))
  const RTM_DELRULE = 33
  const defect = interposedKernel({ before: ({ what }) => (what === RTM_DELRULE ? 'ignore' : 'pass') })
  // What is drawn depends on what the kernel has: some plays of several are about rules.
  const report = await networkCampaign({ count: 4, seed: 20_261_136, shrinks: false, kernel: defect })
  t.regex(report.findings.join('\n'), /ip (-6 )?rule delete/)
})
