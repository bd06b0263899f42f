import { styleText } from 'node:util'
import { lineOfProblem, linesOfProblems } from '../alikeProblems.js'
import { isSettled, whyNotRestored } from '../error.js'
import type { NetworkError } from '../index.js'
import { printable, printableLine } from '../printable.js'
import { statusOf } from './exitStatus.js'
import type { Output } from './output.js'
import type { SpecFile } from './readSpec.js'
import { recoveryLine } from './recovery.js'
import { Unreadable } from './unreadable.js'

/** Prints an error and returns the exit status that goes with it. */
export function reportError(error: NetworkError, json: boolean, output: Output, file?: SpecFile): number {
  if (json) output.out(`${JSON.stringify({ error }, undefined, 2)}\n`)
  else for (const line of linesOf(error, output, file)) output.err(`${line}\n`)
  return statusOf(error.code)
}

function linesOf(error: NetworkError, output: Output, file: SpecFile | undefined): string[] {
  const { problems, step, rollback, recovered = [] } = error
  const told = recovered.map((recovery) => printableLine(recoveryLine(recovery)))
  const paint = (text: string): string => (output.color.err ? styleText('red', text, { validateStream: false }) : text)
  if (problems && problems.length > 0) {
    const lines = linesOfProblems(problems, (problem) => {
      const place = file?.locate(problem.path)
      const where = place && file ? `${file.name}:${place.line}:${place.column}: ` : ''
      return `${where}${paint('error:')} ${printableLine(lineOfProblem(problem))}`
    })
    return [...lines, ...told]
  }
  if (error instanceof Unreadable && error.place) {
    const { line, column } = error.place
    const where = `${error.file}:${line}:${column}: ${paint('error:')} ${printableLine(error.reason)}`
    return error.excerpt === '' ? [where] : [where, '', printable(error.excerpt)]
  }
  return [
    `${paint('error:')} ${printable(error.message)}`,
    ...(step === undefined ? [] : [`  failed step: ${printable(step).replaceAll('\n', '\n               ')}`]),
    ...(rollback === undefined ? [] : [`  ${printable(describeRollback(rollback))}`]),
    ...told,
  ]
}

function describeRollback(rollback: NonNullable<NetworkError['rollback']>): string {
  if (rollback.restored) return 'everything done before was undone; the network is as it was'
  if (isSettled(rollback)) return `undone, but for what nobody can put back: ${whyNotRestored(rollback)}`
  return `undoing it failed, the network is NOT as it was: ${whyNotRestored(rollback)}`
}
