import test from 'ava'
import { patience } from '../helpers/patience.js'
import { tableCampaign } from './tables.js'

test.serial('large tables become others as ip would have filled them, or stay as they were', async (t) => {
  t.timeout(patience(120_000))
  const report = await tableCampaign({ count: 1, seed: 20_261_130 })
  t.log(`${report.rounds} rounds of ${report.routes} routes`)
  t.deepEqual(report.findings, [])
  t.true(report.routes > 15_000, `${report.routes} routes`)
})
