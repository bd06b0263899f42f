import { apply, plan, type Spec } from '../index.js'
import { withSpec } from './command.js'
import { exitStatus } from './exitStatus.js'
import type { Output } from './output.js'
import { type ChangeOptions, changeOptions } from './plan.js'
import { progressLine } from './progress.js'
import { reportError } from './report.js'

/** `linkwright apply FILE` */
export function applyCommand(file: string, options: ChangeOptions, output: Output): Promise<number> {
  const json = options.json === true
  return withSpec(file, options, output, async (spec) => {
    const preview = await plan(spec.content as Spec, changeOptions(options))
    if (preview.err) return reportError(preview.val, json, output, spec)
    if (!json) output.out(`${preview.val.toString({ color: output.color.out })}\n`)
    const progress = progressLine(output)
    const result = await apply(preview.val, { ...changeOptions(options), onProgress: progress.update })
    progress.end()
    if (result.err) return reportError(result.val, json, output, spec)
    if (json) output.out(`${JSON.stringify(result.val, undefined, 2)}\n`)
    else if (result.val.changed) {
      output.err(`applied ${result.val.steps.length} steps in ${Math.round(result.val.duration)} ms, verified\n`)
    }
    return exitStatus.done
  })
}
