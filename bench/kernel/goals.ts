import { type Figures, median, medianOf, ratiosOf, type Section } from '../results.js'
import { ofOwnTable, warmedUp } from './contenders.js'

/** A goal and what was reached. */
export interface Outcome {
  readonly goal: string
  readonly reached: string
  readonly met: boolean
}

/** A race: in which sections, against whom, and how many times the other's time is the most, or faster the least. */
interface Race {
  readonly sections: RegExp
  /** `linkwright` without. */
  readonly own?: string
  readonly other: string
  readonly most?: number
  readonly faster?: number
}

const races: readonly Race[] = [
  { sections: /^Add 1,000,000/, other: 'C', most: 1.15 },
  { sections: /^Reconcile, nothing to do, 1,000,000/, other: 'C', most: 3 },
  { sections: /^Delete 1,000,000/, own: ofOwnTable, other: 'C', most: 1.2 },
  { sections: /^Delete 1,000,000/, other: 'C', most: 1.2 },
  { sections: /^Add 1,000,000/, other: 'ip', faster: 5 },
  { sections: /^Add 100,000/, other: 'ip', faster: 3 },
  { sections: /^Add/, other: 'Go', faster: 3 },
  { sections: /^(Dump [0-9]|Reconcile, nothing to do)/, other: 'Go', faster: 8 },
  { sections: /TAPs up$/, other: 'C', most: 1.3 },
  { sections: /TAPs down$/, other: 'ip', faster: 15 },
  { sections: /^Start-up/, other: 'node -e 0', most: 2.5 },
]

/** Each goal that something was measured for. */
export function goals(sections: readonly Section[]): Outcome[] {
  const raced = races.flatMap((race) =>
    sections
      .filter(
        ({ title, rows }) => race.sections.test(title) && race.other in rows && (race.own ?? 'linkwright') in rows,
      )
      .map((section) => outcomeOf(section, race, sections)),
  )
  return [...raced, ...changes(sections), ...memory(sections), ...loops(sections)]
}

function outcomeOf(section: Section, { own, other, most, faster }: Race, sections: readonly Section[]): Outcome {
  const times = median(ratiosOf(section, 'ms', other, own))
  if (most !== undefined) {
    const goal = `${section.title}${own ? ` (${own})` : ''}: at most ${most} times ${other}'s time`
    const timesOn = (suffix: string): number => {
      const base = `${other}${suffix}` in section.rows ? `${other}${suffix}` : other
      return median(ratiosOf(section, 'ms', base, `linkwright${suffix}`))
    }
    const ways = own ? [] : [...onOtherWays(section, timesOn), ...besideReading(section, other, sections)]
    return { goal, reached: `${times.toFixed(2)}${inBrackets(ways)}`, met: times <= most }
  }
  const goal = `${section.title}: at least ${faster} times faster than ${other}`
  // What C does not reach is not there to be reached.
  const beside = [
    { name: 'C', said: 'C' },
    { name: warmedUp, said: 'warmed up' },
  ].flatMap(({ name, said }) => {
    if (!section.rows[name]) return []
    return [`${said}: ${(1 / median(ratiosOf(section, 'ms', other, name))).toFixed(1)}`]
  })
  return { goal, reached: `${(1 / times).toFixed(1)}${inBrackets(beside)}`, met: 1 / times >= (faster ?? 0) }
}

/** The same on other versions of Node and warmed up. */
function onOtherWays({ rows }: Section, timesOf: (suffix: string) => number): string[] {
  const suffixes = Object.keys(rows).flatMap((name) => /^linkwright(, (?:Node .*|warmed up))$/.exec(name)?.[1] ?? [])
  return suffixes.map((suffix) => `${suffix.slice(2)}: ${timesOf(suffix).toFixed(2)}`)
}

/** The ratio to what the other takes for the same and for reading the table once, which `apply` does to verify. */
function besideReading(section: Section, other: string, sections: readonly Section[]): string[] {
  const [, table] = /^(?:Add|Delete) (.*)$/.exec(section.title) ?? []
  const dumps = sections.find(({ title }) => title === `Dump ${table}`)?.rows[other]
  if (!dumps) return []
  const theirs = section.rows[other]?.map((row, round) => ({
    ms: (row['ms'] ?? 0) + (dumps[round]?.['ms'] ?? Number.NaN),
  }))
  return [`${other} with a dump: ${median(timesRoundByRound(section.rows['linkwright'], theirs)).toFixed(2)}`]
}

function inBrackets(remarks: readonly string[]): string {
  return remarks.length > 0 ? ` (${remarks.join(', ')})` : ''
}

/** What a change of a hundredth costs beside none, in the same round. */
function changes(sections: readonly Section[]): Outcome[] {
  return sections.flatMap((section) => {
    const noop = sections.find(({ title }) => title === section.title.replace('1 % to change', 'nothing to do'))
    if (!section.title.includes('1 % to change') || !section.rows['linkwright'] || !noop?.rows['linkwright']) return []
    const timesOf = (suffix: string): number =>
      median(timesRoundByRound(section.rows[`linkwright${suffix}`], noop.rows[`linkwright${suffix}`]))
    const times = timesOf('')
    const goal = `${section.title}: at most 1.2 times nothing to do`
    return [{ goal, reached: `${times.toFixed(2)}${inBrackets(onOtherWays(section, timesOf))}`, met: times <= 1.2 }]
  })
}

function timesRoundByRound(ours: readonly Figures[] = [], others: readonly Figures[] = []): number[] {
  return ours.map(({ ms = Number.NaN }, round) => ms / (others[round]?.['ms'] ?? Number.NaN))
}

function memory(sections: readonly Section[]): Outcome[] {
  return sections
    .filter(({ title, rows }) => title.startsWith('Reconcile, nothing to do, 1,000,000') && 'linkwright' in rows)
    .map(({ title, rows }) => {
      const bytes = medianOf(rows['linkwright'], 'memory')
      return { goal: `${title}: at most 1 GB`, reached: `${(bytes / 1e6).toFixed(0)} MB`, met: bytes <= 1e9 }
    })
}

function loops(sections: readonly Section[]): Outcome[] {
  return sections
    .filter(({ rows }) => rows['linkwright']?.some((row) => 'longest' in row))
    .map(({ title, rows }) => {
      const longest = medianOf(rows['linkwright'], 'longest')
      const goal = `${title}: the event loop waits 20 ms at most`
      return { goal, reached: `${longest.toFixed(0)} ms`, met: longest <= 20 }
    })
}
