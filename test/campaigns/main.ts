import { corpus } from './corpus/index.js'
import { describeFinding, faultCampaign, faults } from './faults.js'
import { describeKill, killCampaign } from './kills.js'
import { neighborCampaign } from './neighbor.js'
import { networkCampaign } from './networks.js'
import { tableCampaign } from './tables.js'
import { topologyCampaign } from './topologies.js'
import { witnessCampaign } from './witness.js'

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
  kills: {
    usage: 'kills [TITLE-PART|all]',
    async run([title = 'all']) {
      const cases = corpus.filter((play) => title === 'all' || play.title.includes(title))
      const report = await killCampaign({ cases, onCase: (line) => console.log(line) })
      for (const finding of report.findings) console.log(describeKill(finding))
      const { kills, byApply, byRollback, reached, findings } = report
      console.log(
        `kills: ${report.cases} cases, ${kills} kills, ${byApply} undone by apply, ${byRollback} by rollback, ${reached} reached the target, ${findings.length} findings`,
      )
      return findings.length
    },
  },
  topologies: {
    usage: 'topologies [COUNT] [SEED]',
    async run([count = '2000', seed = '1']) {
      const report = await topologyCampaign({ count: Number(count), seed: Number(seed) })
      if (report.failure !== undefined) console.log(report.failure)
      console.log(
        `topologies: ${report.topologies} of ${report.links} links, ${report.most} at the most, ${report.mutations} changes, seed ${seed}`,
      )
      return report.failure === undefined ? 0 : 1
    },
  },
  networks: {
    usage: 'networks [SECONDS] [SEED]',
    async run([seconds = '60', seed = '1']) {
      const report = await networkCampaign({ seconds: Number(seconds), seed: Number(seed), onFinding: console.log })
      console.log(
        `networks: ${report.plays} plays of ${report.objects} objects, ${report.findings.length} findings, from seed ${seed}`,
      )
      return report.findings.length
    },
  },
  tables: {
    usage: 'tables [SECONDS] [SEED]',
    async run([seconds = '60', seed = '1']) {
      const report = await tableCampaign({ seconds: Number(seconds), seed: Number(seed), onFinding: console.log })
      console.log(
        `tables: ${report.rounds} rounds of ${report.routes} routes, ${report.findings.length} findings, from seed ${seed}`,
      )
      return report.findings.length
    },
  },
  neighbor: {
    usage: 'neighbor [APPLIES] [SEED]',
    async run([applies = '500', seed = '1']) {
      const report = await neighborCampaign(Number(applies), Number(seed))
      for (const finding of report.findings) console.log(finding)
      console.log(
        `neighbor: ${report.applies} applies, ${report.foreignChanges} foreign changes, ${report.repeated} repeated, ${report.findings.length} findings, seed ${seed}`,
      )
      return report.findings.length
    },
  },
  witness: {
    usage: 'witness [ROUNDS]',
    async run([rounds = '1']) {
      let breaches = 0
      for (let round = 0; round < Number(rounds); round++) {
        const report = await witnessCampaign()
        for (const { title, what } of report.breaches) console.log(`${title}: ${what}`)
        console.log(
          `witness: ${report.applies} applies, ${report.notifications} notifications, ${report.breaches.length} breaches; ${report.disruptive} plans said that they interrupt`,
        )
        breaches += report.breaches.length
      }
      return breaches
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
