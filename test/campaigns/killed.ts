import { apply } from '../../src/reconcile/apply.js'
import type { Spec } from '../../src/spec/types.js'
import { interposedKernel } from './interposedKernel.js'

/** What the process is to do: to apply a spec and to kill itself before or after a change. */
export interface Orders {
  readonly place: { readonly namespace: { readonly path: string }; readonly stateDirectory: string }
  readonly spec: Spec
  readonly change: number
  readonly moment: 'before' | 'after'
}

const { place, spec, change, moment }: Orders = JSON.parse(process.argv[2] ?? '')
const dieAt = (now: string, number: number): void => {
  if (number === change && now === moment) process.kill(process.pid, 'SIGKILL')
}
const result = await apply(spec, {
  ...place,
  kernel: interposedKernel({
    before: ({ number }) => {
      dieAt('before', number)
      return 'pass'
    },
    after: ({ number }) => dieAt('after', number),
  }),
})
// Only one that was not killed comes here.
if (result.err) throw result.val
