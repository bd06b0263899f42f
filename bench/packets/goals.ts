import { median, medianOf, type Section } from '../results.js'
import { ratios } from './judged.js'

/** A goal and what was reached. */
export interface Outcome {
  readonly goal: string
  readonly reached: string
  readonly met: boolean
}

const races = [
  { titles: 'Receive', other: 'C', least: 0.95 },
  { titles: 'Receive', other: 'Go', least: 1.2 },
  { titles: 'TCP through a forwarder', other: 'C', least: 1 },
  { titles: 'TCP through a VPN', other: 'Go twin', least: 0.8 },
  { titles: 'TCP through a VPN', other: 'wireguard-go', least: 0.8 },
]

/** Each goal that something was measured for. */
export function goals(sections: readonly Section[]): Outcome[] {
  const raced = races.flatMap(({ titles, other, least }) =>
    sections
      .filter(({ title, rows }) => title.startsWith(titles) && other in rows)
      .map((section): Outcome => {
        // Of several ways to write the other program the best one counts.
        const rivals = Object.keys(section.rows).filter((name) => name.split(',')[0] === other)
        const reached = Math.min(...rivals.map((name) => median(ratios(section, name))))
        const goal = `${section.title}: at least ${least} of ${other}`
        return { goal, reached: reached.toFixed(2), met: reached >= least }
      }),
  )
  return [...raced, ...delays(sections), ...ends(sections)]
}

function delays(sections: readonly Section[]): Outcome[] {
  return sections
    .filter(({ rows }) => (rows['linkwright'] ?? []).some((row) => 'p99' in row))
    .map(({ title, rows }) => {
      const [p50, p99] = [medianOf(rows['linkwright'], 'delay'), medianOf(rows['linkwright'], 'p99')]
      const goal = `${title}: event loop delay p50 below 2 ms, p99 below 5 ms`
      return { goal, reached: `${p50.toFixed(1)} ms, ${p99.toFixed(1)} ms`, met: p50 < 2 && p99 < 5 }
    })
}

function ends(sections: readonly Section[]): Outcome[] {
  return sections
    .filter(({ title }) => title === 'Clean ends')
    .map(({ rows }) => {
      const ways = Object.values(rows).map(([row]) => row?.['clean'] ?? 0)
      const reached = `${ways.filter((clean) => clean === 12).length} of ${ways.length} ways`
      return { goal: '12 of 12 clean ends in each way', reached, met: ways.every((clean) => clean === 12) }
    })
}
