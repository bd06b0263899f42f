import { medianOf, type Section, spread, tableOf } from '../results.js'
import { curves } from './curves.js'

const introduction = `# Many objects, by number

Written by \`npm run bench:scale\`: each row is the public \`apply\` with \`prune\` in a fresh namespace, with everything that it
does: reading the state, planning, the journal, and verifying. \`up\` makes all of them out of nothing, \`again\` finds
nothing to do, \`1 %\` changes a hundredth of them, and \`down\` takes all away with an empty spec. Ports are spread over
bridges of a thousand, since a bridge takes 1,023.

Figures are medians of the runs, with the least and the greatest. Where the microseconds for one object stay the same
from row to row, the time grows with the number alone: a line of the pictures is straight and rises by a power of ten with
each power of ten. The longest wait of the event loop is that of a timer of a millisecond.
`

const works = [
  ['up', 'up'],
  ['again', 'again'],
  ['change', '1 %'],
  ['down', 'down'],
] as const

/** The page, and the pictures on it by the name of their file. */
export function render(sections: readonly Section[]): { page: string; images: Map<string, string> } {
  const images = new Map<string, string>()
  const shown: string[] = []
  for (const [key, name] of works) {
    images.set(`scale-${key}.svg`, curves(`apply, ${name}: time by number`, sections, key))
    shown.push(`![${name}: time by number](images/scale-${key}.svg)\n`)
  }
  return { page: [introduction, ...shown, ...sections.map(sectionOf)].join('\n'), images }
}

function sectionOf({ title, how, rows, remark }: Section): string {
  const body = Object.entries(rows).map(([number, runs]) => {
    const count = Number(number)
    const longest = runs.map((run) => Math.max(...works.map(([key]) => run[`${key}Longest`] ?? 0)))
    return [
      count.toLocaleString('en-US'),
      `${runs.length}`,
      ...works.flatMap(([key]) => [
        spread(runs.map((run) => run[key] ?? Number.NaN)),
        ((medianOf(runs, key) * 1000) / count).toFixed(0),
      ]),
      spread(longest),
    ]
  })
  const head = ['', 'runs', ...works.flatMap(([, name]) => [`${name}, ms`, 'µs each']), 'longest wait of the loop, ms']
  return [
    `## ${title[0]?.toUpperCase()}${title.slice(1)}`,
    '',
    `${how}.`,
    '',
    tableOf(head, body),
    '',
    ...(remark ? [remark, ''] : []),
  ].join('\n')
}
