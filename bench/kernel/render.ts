import { medianOf, ratiosOf, type Section, spread, tableOf } from '../results.js'
import { chart } from './chart.js'
import { goals } from './goals.js'

const introduction = `# Benchmarks, against C and the peers

Written by \`npm run bench\`, which runs everything side by side in fresh namespaces, the contenders by turns. C packs
messages into sends of 64 KiB and asks for one acknowledgement each: the practical limit. \`ip\` is \`ip -batch\` and
\`ip route show\`; Go is vishvananda/netlink, Python is pyroute2, both as Debian has them; npm netlink is that package's
own rtnetlink socket. linkwright is its public API with all that \`apply\` does: reading the state, planning, the journal,
and verifying; \`Dump\` is \`snapshot\`. To reconcile nothing is for C a dump, for \`ip\` a batch of \`replace\`; C
adds in ascending order, as the peers do, and deletes in the order that the kernel takes best. linkwright adds in
[another order](routes-at-scale.md), after which reading takes longer for whoever reads: so it works on a table that C has
filled, as the others do, and where that is said on its own. Of adding and deleting, the ratio to C's time and that of its
dump together is told, too: \`apply\` reads the table back, and before it deletes, which C does not. Of TAPs it is no limit: \`ip\` and
linkwright ask for each link, by which the kernel notes that it has no carrier before it becomes a port; a C program that
asked, too, took a fifth less time. Their ratio depends on the machine: on one C took 501 ms and
linkwright 744, on another one 267 and 864, with the same code of both.

Times are of the work itself, without the start of the program, but for \`ip\`. Each program does one work, and what V8 has
to compile for it is in its time: where it says that it is warmed up, it has done the same ten times before, as whoever
goes on running has. How long \`ip\` and Go take for each route depends on the machine most: for 100,000 added ones, \`ip\`
took 1,240 ms on one machine and 3,339 on another, C 386 and 299. Figures are medians, with the least and
the greatest; a ratio is that of the times within one round. Ratios say more than figures: the machine is shared. Memory
is the peak of the whole process. The event loop's longest wait is that of a timer of a millisecond.
`

/** What there is a picture of: sections by the end of their title. */
const pictures = [
  ['100,000 IPv4 routes', 'routes-100000-ipv4'],
  ['100,000 IPv6 routes', 'routes-100000-ipv6'],
  ['1,000,000 IPv4 routes', 'routes-1000000-ipv4'],
  ['1,000,000 IPv6 routes', 'routes-1000000-ipv6'],
] as const

/** The page, and the pictures on it by the name of their file. */
export function render(sections: readonly Section[]): { page: string; images: Map<string, string> } {
  const images = new Map<string, string>()
  const shown: string[] = []
  for (const [what, name] of pictures) {
    const some = sections.filter(({ title }) => title.endsWith(` ${what}`))
    if (some.length === 0) continue
    images.set(`${name}.svg`, chart(what, some))
    shown.push(`![${what}: times by contender](images/${name}.svg)\n`)
  }
  const outcomes = goals(sections).map(({ goal, reached, met }) => [goal, reached, met ? 'yes' : '**no**'])
  const table = `## Goals\n\n${tableOf(['Goal', 'Reached', 'Met'], outcomes)}\n`
  const pictured = shown.length > 0 ? ['## Pictures\n', ...shown] : []
  return { page: [introduction, table, ...pictured, ...sections.map(renderSection)].join('\n'), images }
}

/** One table. */
export function renderSection(section: Section): string {
  const { title, how, rows, remark } = section
  const all = Object.values(rows).flat()
  const columns: readonly (readonly [key: string, name: string, unit: number])[] = [
    ['ms', 'ms', 1],
    ['memory', 'MB', 1e6],
    ['longest', 'longest wait of the event loop, ms', 1],
  ]
  const present = columns.filter(([key]) => all.some((row) => key in row))
  const body = Object.entries(rows).map(([name, runs]) => [
    name,
    `${runs.length}`,
    ...present.map(([key, , unit]) => {
      const values = runs.flatMap((row) => (row[key] === undefined ? [] : row[key] / unit))
      return values.length === 0 ? '' : spread(values)
    }),
    name === 'linkwright' || !rows['linkwright'] ? '' : medianRatio(section, name),
  ])
  const head = ['', 'runs', ...present.map(([, name]) => name), "linkwright's time is times its"]
  return [`## ${title}`, '', `${how}.`, '', tableOf(head, body), '', ...(remark ? [remark, ''] : [])].join('\n')
}

function medianRatio(section: Section, other: string): string {
  const times = ratiosOf(section, 'ms', other)
  return medianOf(section.rows[other], 'ms') > 0 ? spread(times) : ''
}
