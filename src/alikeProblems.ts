import type { Problem } from './error.js'
import { grouped } from './grouped.js'

/** As many that say the same are shown one by one; more of them are counted. */
const shownEach = 3

/**
 * A line for each problem, but of those that say the same of more than three places only the first, with the number of
 * the others: what is wrong with a spec of thousands of links is mostly wrong with each of them.
 * @param lineOf the line of one
 */
export function linesOfProblems(problems: readonly Problem[], lineOf: (problem: Problem) => string): string[] {
  const alike = grouped(problems, whatIsSaid)
  return problems.flatMap((problem) => {
    const [first = problem, ...others] = alike.get(whatIsSaid(problem)) ?? []
    if (others.length < shownEach) return [lineOf(problem)]
    if (problem !== first) return []
    return [lineOf(problem), `  and ${others.length} more like it, ${others[0]?.path} to ${others.at(-1)?.path}`]
  })
}

function whatIsSaid({ message, hint }: Problem): string {
  return hint === undefined ? message : `${message} (${hint})`
}

/** A problem as one line, such as `/links/0/mtu: must be a number`. */
export function lineOfProblem(problem: Problem): string {
  return `${problem.path === '' ? '/' : problem.path}: ${whatIsSaid(problem)}`
}
