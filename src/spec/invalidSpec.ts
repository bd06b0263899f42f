import { NetworkError, type Problem } from '../error.js'

/** The error that carries problems; its message shows each on a line. */
export function invalidSpec(problems: readonly Problem[]): NetworkError {
  const lines = problems.map(({ path, message, hint }) => {
    const where = path === '' ? '/' : path
    return `${where}: ${message}${hint === undefined ? '' : ` (${hint})`}`
  })
  const [first = 'the spec is invalid'] = lines
  const message = lines.length === 1 ? first : `${lines.length} problems:\n  ${lines.join('\n  ')}`
  const path = problems.length === 1 ? problems[0]?.path : undefined
  return new NetworkError('INVALID_SPEC', message, { problems, ...(path === undefined ? {} : { path }) })
}

/** Throws one error that carries all problems, if there are any. */
export function throwIfAny(problems: readonly Problem[]): void {
  if (problems.length > 0) throw invalidSpec(problems)
}
