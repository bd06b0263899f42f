import { readFileSync } from 'node:fs'
import test from 'ava'
import type { Findings } from '../../scripts/kinds/findings.js'
import { findingsOf, mergedFindings, sections } from '../../scripts/kinds/findings.js'
import { kindsPage } from '../../scripts/kinds/page.js'
import { inRepository } from '../helpers/repository.js'

/** Without what a formatter adds. */
const words = (markdown: string): string => markdown.replace(/-{3,}/g, '---').replace(/\s+/g, ' ')

test('docs/kinds.md is what the registry and the kept results say; npm run kinds writes it anew', (t) => {
  const findings: Findings[] = JSON.parse(readFileSync(inRepository('test/kernels/kinds.json'), 'utf8'))
  t.is(words(readFileSync(inRepository('docs/kinds.md'), 'utf8')), words(kindsPage(findings)))
})

test('what is found anew takes the place of what was kept, and no more', (t) => {
  const finding = (...proven: string[]) => ({ proven, lacking: [], applied: proven.length > 0 })
  const kept = [
    { release: '6.1', absent: ['hsr'], sections: { veth: finding('peer'), vlan: finding('id') } },
    { release: '6.12', absent: ['ovpn'], sections: { veth: finding('peer') } },
  ]
  const fresh = [{ release: '6.1', absent: [], sections: { veth: finding(), vlan: finding('id', 'gvrp') } }]
  t.deepEqual(mergedFindings(kept, fresh), [
    { release: '6.1', absent: ['hsr'], sections: { veth: finding('peer'), vlan: finding('id', 'gvrp') } },
    kept[1],
  ])
})

test('what was recorded is told of each kernel: all of a kind, all but some of it, or nothing', (t) => {
  const names = sections().find(({ section }) => section === 'vxlan')?.names ?? []
  const results = (release: string, records: readonly object[]) => ({
    release,
    files: [{ file: 'rtnetlink/kinds', seconds: 1, tests: [], records }],
  })
  const made = names.filter((name) => name !== 'localbypass')
  const page = kindsPage([
    findingsOf(
      results('6.1.0-1-amd64', [
        { type: 'probe', kind: 'vxlan', known: true, lacking: ['localbypass'] },
        { type: 'kind', section: 'vxlan', created: made.slice(0, 5), lacking: ['localbypass'] },
        { type: 'kind', section: 'vxlan', changed: made.slice(5), applied: true },
      ]),
    ),
    findingsOf(results('6.12.1-amd64', [{ type: 'kind', section: 'vxlan', created: names.slice(1), applied: true }])),
    findingsOf(results('6.18.1', [{ type: 'probe', kind: 'vxlan', known: false, lacking: [] }])),
  ])
  t.true(page.includes('| options of | Linux 6.1 | Linux 6.12 | small Linux 6.18 |'))
  t.true(
    page.includes(`| \`vxlan\` | all but \`localbypass\` | all; not tried: \`${names[0]}\` | no such kind |`),
    page,
  )
})
