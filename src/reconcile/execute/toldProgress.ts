import { publicStep } from '../plan/publicStep.js'
import type { Step } from '../steps/step.js'
import type { Progress } from './execute.js'

/** Tells a caller how far the work is; a promise that the caller's function returns is not waited for. */
export class ToldProgress {
  readonly #tellCaller: (done: number, total: number, step: Step) => unknown
  #rejected: { readonly reason: unknown } | undefined
  #isOver = false

  constructor(tellCaller: (done: number, total: number, step: Step) => unknown) {
    this.#tellCaller = tellCaller
  }

  readonly tell: Progress = (done, total, step) => {
    this.#throwRejected()
    const said = this.#tellCaller(done, total, publicStep(step))
    if (said instanceof Promise) said.catch((reason: unknown) => this.#note(reason))
  }

  /** Says that the work is over, and throws what a promise has been rejected with meanwhile, as if it had been thrown. */
  finish(): void {
    this.#isOver = true
    this.#throwRejected()
  }

  #throwRejected(): void {
    if (this.#rejected) throw this.#rejected.reason
  }

  #note(reason: unknown): void {
    // Nobody would hear of it any more: it is the caller's own rejection, which nobody handles.
    if (this.#isOver) throw reason
    this.#rejected ??= { reason }
  }
}
