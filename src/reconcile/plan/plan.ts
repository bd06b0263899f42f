import { inspect, styleText } from 'node:util'
import { printableLine } from '../../printable.js'
import type { Spec } from '../../spec/types.js'
import { sameValue } from '../../state/equal.js'
import { sameBulk, singleSteps } from '../diff/bulkStep.js'
import type { PlanOptions } from '../options/options.js'
import { type Disruption, type PlannedStep, type Step, shownReason } from '../steps/step.js'
import { publicStep } from './publicStep.js'

/** Options that a plan keeps until it is carried out. */
export type KeptOptions = Pick<PlanOptions, 'owner' | 'protocol' | 'prune' | 'specDirectory' | 'stateDirectory'>

/** What would be done to bring the network to what a spec says. It is data: nothing was changed to make it. */
export class Plan {
  /** The spec that the plan was made for. */
  readonly spec: Spec
  readonly #planned: readonly PlannedStep[]
  readonly #options: KeptOptions
  #steps: readonly Step[] | undefined

  /** @internal */
  constructor(spec: Spec, planned: readonly PlannedStep[], options: KeptOptions = {}) {
    this.spec = spec
    this.#options = options
    this.#planned = planned
  }

  /** The steps in the order of execution. */
  get steps(): readonly Step[] {
    // The commands of many steps take time, and not everybody looks at them.
    this.#steps ??= this.#planned.map(publicStep)
    return this.#steps
  }

  /** Whether the network already is as the spec says. */
  get empty(): boolean {
    return this.#planned.length === 0
  }

  /** The worst that any step interrupts. */
  get disruption(): Disruption {
    const order: readonly Disruption[] = ['none', 'address-gap', 'link-bounce', 'recreate']
    const worst = this.#planned.reduce((most, { disruption }) => Math.max(most, order.indexOf(disruption)), 0)
    return order[worst] ?? 'none'
  }

  /** @internal Whose plan it is, and whether it prunes: carried out, it is so again. */
  get options(): KeptOptions {
    return this.#options
  }

  /** @internal The steps with what the executor needs. */
  get planned(): readonly PlannedStep[] {
    return this.#planned
  }

  /**
   * Every single step, where one of {@link steps} stands for many alike; each is made as it is asked for. That of a
   * plan that is carried out may take them in another order.
   */
  *walk(): Generator<Step> {
    for (const planned of this.#planned) {
      for (const single of singleSteps(planned)) yield publicStep(single)
    }
  }

  /** @internal Whether another plan does the same. */
  isSameAs(other: Plan): boolean {
    return sameValue(this.steps, other.steps) && sameBulk(this.#planned, other.planned)
  }

  /** The plan as text, a step a line with its `ip` command; in color where asked. */
  toString(options: { readonly color?: boolean } = {}): string {
    if (this.empty) return 'nothing to do'
    return this.steps.map((step) => describeStep(step, options.color ?? false)).join('\n')
  }

  /** @internal What `console.log` shows: not the spec, which may hold secret keys. */
  [inspect.custom](): object {
    return { steps: this.steps }
  }

  /** Plain data for `JSON.stringify`. */
  toJSON(): { steps: readonly Step[] } {
    return { steps: this.steps }
  }
}

const signs = { create: '+', update: '~', delete: '-', recreate: '!' } as const
const colors = { create: 'green', update: 'yellow', delete: 'red', recreate: 'magenta' } as const

function describeStep(step: Step, color: boolean): string {
  const where = step.namespace === undefined ? '' : ` in ${step.namespace}`
  const interrupts = step.disruption === 'none' ? '' : ` [${step.disruption}]`
  const head = `${signs[step.action]} ${step.object} ${step.id}${where}${shownReason(step)}${interrupts}`
  const shown = printableLine(head)
  const painted = color ? styleText(colors[step.action], shown, { validateStream: false }) : shown
  const commands = step.equivalent.split('\n').map((command) => `    ${command}`)
  return [
    painted,
    ...(color ? commands.map((one) => styleText('dim', one, { validateStream: false })) : commands),
  ].join('\n')
}
