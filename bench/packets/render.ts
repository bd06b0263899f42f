import { type Section, spread, tableOf } from '../results.js'
import { goals } from './goals.js'
import { keyOf, ratios } from './judged.js'

const columns = {
  clean: 'clean of 12',
  kpps: 'kpackets/s',
  gigabits: 'Gbit/s',
  cpu: 'CPU µs/packet',
  leastRtt: 'RTT least µs',
  meanRtt: 'RTT mean µs',
  delay: 'delay p50 ms',
  p99: 'delay p99 ms',
}

const introduction = `# Packets per second, against C and Go

Written by \`npm run bench:packets\`, from what it measured in namespaces of its own. C is one thread with epoll and
non-blocking reads, \`gcc -O2\`; Go is once the runtime's poller and once blocking calls, and the better one of the two
counts. All have the same buffers, queues and traffic, and take turns. Figures are medians, with the least and the
greatest; a ratio is that of packets or of bits per second within one round. Ratios say more than figures: the machine
is shared, and has two cores for all that runs in a test. CPU is that of the program alone, user and system.
`

/** The whole document. */
export function render(sections: readonly Section[]): string {
  const lines = goals(sections).map(({ goal, reached, met }) => `| ${goal} | ${reached} | ${met ? 'yes' : '**no**'} |`)
  const table = ['## Goals', '', '| Goal | Reached | Met |', '|---|---|---|', ...lines, ''].join('\n')
  return [introduction, table, ...sections.map(renderSection)].join('\n')
}

/** One table. */
export function renderSection(section: Section): string {
  const { title, how, rows, remark } = section
  const all = Object.values(rows).flat()
  const shown = Object.entries(columns).filter(([column]) => all.some((row) => column in row))
  const race = keyOf(all) in (all[0] ?? {})
  const head = ['', ...shown.map(([, name]) => name), ...(race ? ["linkwright's ratio to it"] : [])]
  const body = Object.entries(rows).map(([name, runs]) => {
    const cells = shown.map(([column]) => {
      const values = runs.flatMap((row) => row[column] ?? [])
      return values.length === 0 ? '' : values.length === 1 ? String(values[0]) : spread(values)
    })
    const ratio = race ? [name === 'linkwright' ? '' : spread(ratios(section, name))] : []
    return [name, ...cells, ...ratio]
  })
  return [`## ${title}`, '', `${how}.`, '', tableOf(head, body), '', ...(remark ? [remark, ''] : [])].join('\n')
}
