import { corpus } from './corpus/index.js'
import { describeFinding, faultCampaign, faults } from './faults.js'

/** A campaign by its name: what its arguments are, and what it does; resolves with how many findings it has. */
interface Campaign {
  readonly usage: string
  run(args: readonly string[]): Promise<number>
}

const campaigns: Readonly<Record<string, Campaign>> = {
  faults: {
    usage: `faults [TITLE-PART|all] [FAULT,...: ${Object.keys(faults).join(',')}]`,
    async run([title = 'all', names]) {
      const cases = corpus.filter((play) => title === 'all' || play.title.includes(title))
      const report = await faultCampaign({
        cases,
        ...(names === undefined ? {} : { faults: names.split(',') }),
        onCase: (line) => console.log(line),
      })
      const { runs, restored, reached, findings } = report
      for (const finding of findings) console.log(describeFinding(finding))
      console.log(
        `faults: ${report.cases} cases, ${runs} runs, ${restored} restored, ${reached} reached the target, ${findings.length} findings`,
      )
      return findings.length
    },
  },
}

const [name = '', ...args] = process.argv.slice(2)
const campaign = campaigns[name]
if (campaign) process.exitCode = (await campaign.run(args)) > 0 ? 1 : 0
else {
  console.error(['usage: npm run campaign --', ...Object.values(campaigns).map(({ usage }) => `  ${usage}`)].join('\n'))
  process.exitCode = 2
}
