import type { NetworkError } from '../../error.js'
import type { ApplyOptions, PlanOptions } from '../options/options.js'
import type { Plan } from '../plan/plan.js'
import type { Step } from '../steps/step.js'

/** How {@link watch} goes about it. */
export interface WatchOptions
  extends PlanOptions,
    Pick<ApplyOptions, 'settleTimeout' | 'waitForCarrier' | 'guards' | 'lockTimeout' | 'interrupted'> {
  /** Whether each drift is repaired at once. Default false: it is only told. */
  readonly heal?: boolean
  /** Milliseconds to wait after a notification, since they come in bursts. Default 5. */
  readonly debounce?: number
}

/** The network is not as the spec says, or what became of the repair. */
export interface Drift {
  /** What would have to be done, or was done where `healed`; empty where `error` kept it from being worked out. */
  readonly steps: readonly Step[]
  /** The same as a plan, whose text is for people. */
  readonly plan?: Plan
  /** Whether it was repaired and verified. Never without the option `heal`. */
  readonly healed: boolean
  /** What kept it from being worked out or repaired. A repair that failed was undone; it will be tried again. */
  readonly error?: NetworkError
  /** Milliseconds from the first notification to this report. */
  readonly duration: number
  /** Milliseconds until the next try, where there was an error. */
  readonly retryIn?: number
}
