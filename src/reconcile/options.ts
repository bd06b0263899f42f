import { NetworkError } from '../error.js'
import type { RequestOptions } from '../netlink/exchange.js'
import { defaultRouteProtocol } from '../rtnetlink/route.js'
import { nearest } from '../spec/nearest.js'
import type { NamespaceReference } from '../system/namespace.js'
import type { Kernel, KernelMaker } from './kernel.js'
import type { Step } from './step.js'

/** What every function of the declarative side takes. */
export interface PlaceOptions extends RequestOptions {
  /** The network namespace that the spec's top level is about. Default: the one that the program is in. */
  readonly namespace?: NamespaceReference
  /**
   * Another kernel than the machine's: a `FakeKernel` of `linkwright/testing`, for tests without root; or a function
   * that makes one for each namespace, given its descriptor, such as the machine's own with something in between.
   */
  readonly kernel?: Kernel | KernelMaker
}

/** What {@link plan} takes. */
export interface PlanOptions extends PlaceOptions {
  /** `forbid` makes a plan that interrupts traffic the error `DISRUPTIVE`. Default `allow`. */
  readonly disruption?: 'allow' | 'forbid'
  /** The protocol number that marks new routes and rules as made by this program, 1 to 255. Default 108. */
  readonly protocol?: number
}

/** What {@link apply} takes. */
export interface ApplyOptions extends PlanOptions {
  /** Called as steps are done. What it throws ends the work, which is undone, and is thrown to the caller. */
  readonly onProgress?: (done: number, total: number, step: Step) => void
  /** Milliseconds to wait for IPv6 duplicate address detection. Default 10,000. */
  readonly settleTimeout?: number
}

/** RTPROT_* numbers up to 4 are the kernel's and the administrator's; 108 belongs to no known program. */
export const defaultProtocol: number = defaultRouteProtocol

const placeOptions = ['namespace', 'kernel', 'signal', 'timeout']
const planOptions = [...placeOptions, 'disruption', 'protocol']
const applyOptions = [...planOptions, 'onProgress', 'settleTimeout']

/** Refuses options that mean nothing, so that none is taken for granted in vain. */
export function checkOptions(options: PlaceOptions, kind: 'place' | 'plan' | 'apply'): void {
  const known = { place: placeOptions, plan: planOptions, apply: applyOptions }[kind]
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    const hint = nearest(name, known)
    throw new NetworkError(
      'INVALID_ARGUMENT',
      `unknown option ${JSON.stringify(name)}${hint === undefined ? '' : `; did you mean ${hint}?`}`,
    )
  }
  const { protocol }: PlanOptions = options
  if (protocol !== undefined && !(Number.isInteger(protocol) && protocol > 0 && protocol < 256)) {
    throw new NetworkError('INVALID_ARGUMENT', `protocol: ${protocol} is not a number from 1 to 255`)
  }
}
