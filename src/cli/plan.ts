import { type PlanOptions, plan, type Spec } from '../index.js'
import { defined } from '../rtnetlink/defined.js'
import { withSpec } from './command.js'
import { exitStatus } from './exitStatus.js'
import type { Output } from './output.js'
import type { SpecFile } from './readSpec.js'
import { reportError } from './report.js'
import type { GlobalOptions } from './run.js'

/** Options of `plan`, `apply` and `watch`. */
export interface ChangeOptions extends GlobalOptions {
  readonly forbidDisruption?: boolean
  readonly prune?: boolean
  readonly owner?: string
  readonly protocol?: number
  readonly stateDirectory?: string
}

/** `linkwright plan FILE` */
export function planCommand(file: string, options: ChangeOptions, output: Output): Promise<number> {
  return withSpec(file, options, output, async (spec) => {
    const result = await plan(spec.content as Spec, changeOptions(options, spec))
    if (result.err) return reportError(result.val, options.json === true, output, spec)
    if (options.json) output.out(`${JSON.stringify(result.val, undefined, 2)}\n`)
    else output.out(`${result.val.toString({ color: output.color.out })}\n`)
    return result.val.empty ? exitStatus.done : exitStatus.pending
  })
}

/** The options of the library that a command's options and its spec stand for. */
export function changeOptions(
  options: ChangeOptions,
  { directory: specDirectory }: SpecFile,
): Pick<PlanOptions, 'namespace' | 'disruption' | 'prune' | 'owner' | 'protocol' | 'stateDirectory' | 'specDirectory'> {
  const { namespace, forbidDisruption, prune, owner, protocol, stateDirectory } = options
  const disruption = forbidDisruption ? 'forbid' : undefined
  return defined({ namespace, disruption, prune, owner, protocol, stateDirectory, specDirectory })
}
