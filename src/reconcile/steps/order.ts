import { eachInTurns } from '../../system/inTurns.js'
import type { PlannedStep } from './step.js'

/** The tag under which steps of a namespace tell and ask for things. */
export function tag(namespace: string, what: string): string {
  return `${namespace}|${what}`
}

/**
 * Puts steps into an order in which each finds done what it needs: by phase, and where that is not enough by the
 * graph of what they provide and need. The same input gives the same order.
 */
export async function orderSteps(steps: readonly PlannedStep[]): Promise<PlannedStep[]> {
  const byPhase = steps
    .map((step, index) => ({ step, index }))
    .sort((a, b) => a.step.phase - b.step.phase || a.index - b.index)
  const providers = new Map<string, PlannedStep[]>()
  await eachInTurns(byPhase, ({ step }) => {
    for (const what of step.provides) {
      const others = providers.get(what)
      if (others) others.push(step)
      else providers.set(what, [step])
    }
  })
  const ordered: PlannedStep[] = []
  const state = new Map<PlannedStep, 'visiting' | 'done'>()
  await eachInTurns(byPhase, ({ step }) => visit(step, providers, state, ordered))
  return ordered
}

/** Depth first with a stack of its own, since links can be stacked deeper than calls. */
function visit(
  root: PlannedStep,
  providers: ReadonlyMap<string, readonly PlannedStep[]>,
  state: Map<PlannedStep, 'visiting' | 'done'>,
  ordered: PlannedStep[],
): void {
  if (state.has(root)) return
  const stack: { step: PlannedStep; waitsFor: PlannedStep[] }[] = []
  const enter = (step: PlannedStep): void => {
    state.set(step, 'visiting')
    stack.push({ step, waitsFor: step.needs.flatMap((what) => providers.get(what) ?? []).reverse() })
  }
  enter(root)
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const next = top.waitsFor.pop()
    if (next === undefined) {
      state.set(top.step, 'done')
      ordered.push(top.step)
      stack.pop()
    } else if (!state.has(next)) enter(next)
    // One that is being visited closes a cycle. The spec's own cycles were refused before; what is left is a wish
    // for an order, such as of two MTUs, and the kernel decides.
  }
}
