import { confirm, rollback, type TransactionOptions } from '../index.js'
import { defined } from '../rtnetlink/defined.js'
import { exitStatus } from './exitStatus.js'
import { interruptible } from './interruption.js'
import type { Output } from './output.js'
import { reportError } from './report.js'
import type { GlobalOptions } from './run.js'

/** Options of `confirm` and `rollback`. */
export interface TransactionCommandOptions extends GlobalOptions {
  readonly stateDirectory?: string
}

/** `linkwright confirm` */
export async function confirmCommand(options: TransactionCommandOptions, output: Output): Promise<number> {
  const result = await interruptible((signal) => confirm({ ...transactionOptions(options), signal }))
  if (result.err) return reportError(result.val, options.json === true, output)
  if (options.json) output.out(`${JSON.stringify({ confirmed: true })}\n`)
  else output.err('confirmed\n')
  return exitStatus.done
}

/** `linkwright rollback` */
export async function rollbackCommand(options: TransactionCommandOptions, output: Output): Promise<number> {
  const result = await interruptible((signal) => rollback({ ...transactionOptions(options), signal }))
  if (result.err) return reportError(result.val, options.json === true, output)
  if (options.json) output.out(`${JSON.stringify(result.val, undefined, 2)}\n`)
  else {
    for (const { since, pid, rollback: report } of result.val.undone) {
      for (const step of report?.steps ?? []) output.out(`${step}\n`)
      output.err(`undone: the apply of process ${pid}, ${since}\n`)
      for (const reason of report?.lost ?? []) output.err(`not put back: ${reason}\n`)
    }
  }
  return exitStatus.done
}

function transactionOptions({ namespace, stateDirectory }: TransactionCommandOptions): TransactionOptions {
  return defined({ namespace, stateDirectory })
}
