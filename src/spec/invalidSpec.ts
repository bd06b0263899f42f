import { lineOfProblem, linesOfProblems } from '../alikeProblems.js'
import { NetworkError, type Problem } from '../error.js'

/** The error that carries problems; its message shows each on a line, of many that are alike the first. */
export function invalidSpec(problems: readonly Problem[]): NetworkError {
  const lines = linesOfProblems(problems, lineOfProblem)
  const [first = 'the spec is invalid'] = lines
  const message = problems.length === 1 ? first : `${problems.length} problems:\n  ${lines.join('\n  ')}`
  const path = problems.length === 1 ? problems[0]?.path : undefined
  return new NetworkError('INVALID_SPEC', message, { problems, ...(path === undefined ? {} : { path }) })
}

/** Throws one error that carries all problems, if there are any. */
export function throwIfAny(problems: readonly Problem[]): void {
  if (problems.length > 0) throw invalidSpec(problems)
}
