import test from 'ava'
import { patience } from '../helpers/patience.js'
import { output } from '../helpers/program.js'
import { corpus } from './corpus/index.js'
import { interposedKernel } from './interposedKernel.js'
import { witnessCampaign } from './witness.js'

test.serial('where a plan says that it interrupts nothing, ip monitor sees nothing interrupted', async (t) => {
  t.timeout(patience(180_000))
  const cases = corpus.filter((_play, index) => index % 3 === 1)
  const report = await witnessCampaign(cases)
  t.log(
    `${report.applies} applies, ${report.notifications} notifications; ${report.disruptive} plans said that they interrupt`,
  )
  t.deepEqual(report.breaches, [])
  t.true(report.applies >= 5 && report.notifications >= 50)
})

test.serial(
  'the witness sees a link that is taken down for a moment, and a default route that is missing',
  async (t) => {
    const play = corpus.filter(({ title }) => title === 'the default routes change their gateways')
    t.deepEqual((await witnessCampaign(play)).breaches, [])
    // Beside the first change, somebody bounces a link and takes the default route away.
    const report = await witnessCampaign(play, (fd) => {
      const maker = interposedKernel({
        before: ({ number }) => {
          if (number === 0) bounce(fd)
          return 'pass'
        },
      })
      return maker(fd)
    })
    const seen = report.breaches.map(({ what }) => what).join('\n')
    t.regex(seen, /link v1 went down/)
    t.regex(seen, /no default route of IPv4/)
  },
)

function bounce(namespaceFd: number): void {
  const commands = [
    'ip link set v1 down',
    'ip link set v1 up',
    'ip route delete default',
    'ip route add default via 10.0.0.254',
  ].join(' && ')
  output(['nsenter', `--net=/proc/${process.pid}/fd/${namespaceFd}`, '--', 'sh', '-c', commands])
}
