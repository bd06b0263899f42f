// Not by the index, which would load all that changes something, too.
import { snapshot } from '../reconcile/snapshot.js'
import type { LeftOut } from '../spec/types.js'
import { exitStatus } from './exitStatus.js'
import type { Output } from './output.js'
import { reportError } from './report.js'
import type { GlobalOptions } from './run.js'

const reasons: Readonly<Record<LeftOut['reason'], string>> = {
  behind: 'another one of the same name is in front of it',
  expires: 'it goes by itself after a while',
  name: 'a name in it is no UTF-8',
}

/** `linkwright show` */
export async function showCommand(
  options: GlobalOptions & { readonly secrets?: boolean; readonly sysctls?: boolean },
  output: Output,
): Promise<number> {
  const { namespace, secrets = false, sysctls = false } = options
  const onLeftOut = ({ reason, ...left }: LeftOut): void =>
    output.err(`left out, as ${reasons[reason]}: ${JSON.stringify(left)}\n`)
  const place = namespace === undefined ? {} : { namespace }
  const result = await snapshot({ ...place, secrets, sysctls, onLeftOut })
  if (result.err) return reportError(result.val, options.json === true, output)
  if (options.json) output.out(`${JSON.stringify(result.val, undefined, 2)}\n`)
  else {
    const { toYaml } = await import('./toYaml.js')
    for (const piece of toYaml(result.val)) output.out(piece)
  }
  return exitStatus.done
}
