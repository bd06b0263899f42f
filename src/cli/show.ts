// Not by the index, which would load all that changes something, too.
import { snapshot } from '../reconcile/snapshot.js'
import { exitStatus } from './exitStatus.js'
import type { Output } from './output.js'
import { reportError } from './report.js'
import type { GlobalOptions } from './run.js'

/** `linkwright show` */
export async function showCommand(
  options: GlobalOptions & { readonly secrets?: boolean; readonly sysctls?: boolean },
  output: Output,
): Promise<number> {
  const { namespace, secrets = false, sysctls = false } = options
  const result = await snapshot({ ...(namespace === undefined ? {} : { namespace }), secrets, sysctls })
  if (result.err) return reportError(result.val, options.json === true, output)
  if (options.json) output.out(`${JSON.stringify(result.val, undefined, 2)}\n`)
  else {
    const { toYaml } = await import('./toYaml.js')
    output.out(toYaml(result.val))
  }
  return exitStatus.done
}
