import { styleText } from 'node:util'
import { type Drift, type Spec, watch } from '../index.js'
import { printableLine } from '../printable.js'
import { withSpec } from './command.js'
import { exitStatus, statusOf } from './exitStatus.js'
import { interruptible } from './interruption.js'
import type { Output } from './output.js'
import { type ChangeOptions, changeOptions } from './plan.js'
import { reportError } from './report.js'

/** Options of `watch`. */
export interface WatchCommandOptions extends ChangeOptions {
  readonly heal?: boolean
}

/**
 * `linkwright watch FILE`: ends by SIGINT, SIGTERM or SIGHUP, with status 0; and where it does not heal, as soon as
 * nobody reads any longer what it tells.
 */
export function watchCommand(
  file: string,
  options: WatchCommandOptions,
  output: Output,
  signal?: AbortSignal,
): Promise<number> {
  const { heal = false, json = false } = options
  return withSpec(file, options, output, (spec) =>
    interruptible(async (interruption) => {
      const ends = [signal ?? interruption, ...(heal || !output.readerGone ? [] : [output.readerGone])]
      let status: number = exitStatus.done
      const watchOptions = { ...changeOptions(options, spec), heal, signal: AbortSignal.any(ends) }
      for await (const drift of watch(spec.content as Spec, watchOptions)) {
        const isLast = drift.error !== undefined && drift.retryIn === undefined
        if (isLast) status = statusOf(drift.error.code)
        if (json) output.out(`${JSON.stringify({ ...drift, plan: undefined })}\n`)
        else if (isLast) reportError(drift.error, json, output, spec)
        else output.out(`${describe(drift, output.color.out)}\n`)
      }
      return status
    }),
  )
}

/** One line. */
function describe({ steps, healed, error, duration, retryIn }: Drift, color: boolean): string {
  const paint = (style: 'green' | 'yellow' | 'red', text: string): string =>
    color ? styleText(style, text, { validateStream: false }) : text
  const what = steps.map(({ equivalent }) => equivalent.replaceAll('\n', '; ')).join('; ')
  const time = new Date().toISOString()
  if (error) {
    const next = `next try in ${Math.round(retryIn ?? 0)} ms`
    return `${time} ${paint('red', 'failed')} ${printableLine(error.message)}; ${next}${what === '' ? '' : `: ${what}`}`
  }
  return healed
    ? `${time} ${paint('green', 'healed')} in ${Math.round(duration)} ms: ${what}`
    : `${time} ${paint('yellow', 'drift')} ${what}`
}
