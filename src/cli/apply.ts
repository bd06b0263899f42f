import { type ApplyOptions, type ApplyReport, apply, type Guard, NetworkError, ping, type Spec, tcp } from '../index.js'
import { defined } from '../rtnetlink/defined.js'
import { withSpec } from './command.js'
import { exitStatus } from './exitStatus.js'
import { interruptible } from './interruption.js'
import type { Output } from './output.js'
import { type ChangeOptions, changeOptions } from './plan.js'
import { type ProgressLine, progressLine } from './progress.js'
import { recoveryLine } from './recovery.js'
import { reportError } from './report.js'

/** Options of `apply`. */
export interface ApplyCommandOptions extends ChangeOptions {
  /** Seconds. */
  readonly confirmWithin?: number
  /** Seconds. */
  readonly lockTimeout?: number
  readonly continue?: boolean
  readonly ping?: readonly string[]
  readonly tcp?: readonly { readonly address: string; readonly port: number }[]
}

/** `linkwright apply FILE` */
export function applyCommand(file: string, options: ApplyCommandOptions, output: Output): Promise<number> {
  const json = options.json === true
  let guards: Guard[]
  try {
    guards = guardsOf(options)
  } catch (error) {
    if (error instanceof NetworkError) return Promise.resolve(reportError(error, json, output))
    throw error
  }
  return withSpec(file, options, output, (spec) =>
    interruptible(async (signal) => {
      const progress = progressLine(output)
      if (!json) signal.addEventListener('abort', () => tellInterrupted(progress, output))
      const result = await apply(spec.content as Spec, {
        ...changeOptions(options, spec),
        ...transactionOptions(options),
        guards,
        signal,
        onPlan: (plan) => {
          if (!json) output.out(`${plan.toString({ color: output.color.out })}\n`)
        },
        onProgress: progress.update,
      })
      progress.end()
      if (result.err) return reportError(result.val, json, output, spec)
      if (json) output.out(`${JSON.stringify(result.val, undefined, 2)}\n`)
      else describe(result.val, options, output)
      return exitStatus.done
    }),
  )
}

function tellInterrupted(progress: ProgressLine, output: Output): void {
  progress.end()
  output.err('interrupted: what was done is undone; a second signal leaves that to the next apply or rollback\n')
}

function transactionOptions({
  confirmWithin,
  lockTimeout,
  continue: goesOn,
}: ApplyCommandOptions): Partial<ApplyOptions> {
  const milliseconds = (seconds: number | undefined): number | undefined => seconds && seconds * 1000
  return defined<Partial<ApplyOptions>>({
    confirmWithin: milliseconds(confirmWithin),
    lockTimeout: milliseconds(lockTimeout),
    interrupted: goesOn ? 'continue' : undefined,
  })
}

function guardsOf({ ping: pinged = [], tcp: connected = [] }: ApplyCommandOptions): Guard[] {
  return [...pinged.map((address) => ping(address)), ...connected.map(({ address, port }) => tcp(address, port))]
}

function describe(report: ApplyReport, { namespace }: ApplyCommandOptions, output: Output): void {
  for (const recovery of report.recovered ?? []) output.err(`${recoveryLine(recovery)}\n`)
  if (report.changed) {
    output.err(
      `applied ${report.steps.length === 1 ? '1 step' : `${report.steps.length} steps`} in ${Math.round(report.duration)} ms, verified\n`,
    )
  }
  if (report.confirmBy) {
    const place = namespace === undefined ? '' : ` --namespace ${namespace}`
    output.err(`will be undone at ${report.confirmBy.toISOString()} unless confirmed: linkwright confirm${place}\n`)
  }
}
