import { lineOfProblem, linesOfProblems } from '../../alikeProblems.js'
import { NetworkError, type Problem } from '../../error.js'

/** Throws one error that names all that the kernel lacks, if there is anything. */
export function throwIfUnsupported(problems: readonly Problem[]): void {
  const [first] = problems
  if (!first) return
  const message = linesOfProblems(problems, lineOfProblem).join('\n')
  throw new NetworkError('UNSUPPORTED', message, { path: first.path, problems })
}
