import type { NetworkError } from '../../src/error.js'
import { apply, plan } from '../../src/reconcile/apply.js'
import type { Result } from '../../src/result.js'
import type { CorpusCase } from './corpus/index.js'
import { difference } from './difference.js'
import { interposedKernel } from './interposedKernel.js'
import { Stage } from './stage.js'

/** How a case begins and ends when nothing is in the way. */
export interface Reference {
  readonly start: readonly string[]
  readonly target: readonly string[]
  /** How many changes reach the kernel. */
  readonly changes: number
}

/** Plays a case without a fault, and makes sure that it is a good one: it changes something, and converges. */
export async function referenceOf(play: CorpusCase): Promise<Reference> {
  using stage = await Stage.of(play)
  const start = stage.picture({ own: false })
  let changes = 0
  const count = interposedKernel({
    before: () => {
      changes++
      return 'pass'
    },
  })
  const spec = stage.named(play.target)
  const result = await apply(spec, { ...stage.place, kernel: count })
  if (result.err) throw new Error(`${play.title}: ${result.val.message}`, { cause: result.val })
  const left = await plan(spec, { namespace: stage.place.namespace })
  if (left.err) throw new Error(`${play.title}: ${left.val.message}`, { cause: left.val })
  if (!left.val.empty) throw new Error(`${play.title}: does not converge: ${left.val}`)
  const target = stage.picture({ own: false })
  if (difference(target, start).length === 0) throw new Error(`${play.title}: changes nothing`)
  return { start, target, changes }
}

/** Compares the end of a run with what was told of it: done is the target, an error is the start. */
export function endOf(
  stage: Stage,
  start: readonly string[],
  reference: Reference,
  result: Result<unknown, NetworkError>,
): { end: 'reached' | 'restored'; what: readonly string[] } {
  if (result.ok) return { end: 'reached', what: difference(stage.picture({ own: false }), reference.target) }
  const what = difference(stage.picture({ own: true }), start)
  const { rollback } = result.val
  const honest = rollback === undefined || rollback.restored === (what.length === 0)
  return { end: 'restored', what: honest ? what : [...what, `the report tells otherwise: ${JSON.stringify(rollback)}`] }
}
