import { NetworkError } from '../../error.js'
import { maximumDelay } from '../../netlink/exchange.js'
import { shown } from '../../spec/pointer.js'
import {
  type Allowed,
  abortSignal,
  callback,
  deadline,
  flag,
  ofType,
  oneOf,
  pathText,
  text,
  type Values,
} from '../../system/optionValues.js'
import type { WatchOptions } from '../watch/drift.js'
import { isKernel } from '../world/kernel.js'
import type { ApplyOptions, SnapshotOptions } from './options.js'

/** Every option of the declarative side. */
type AllOptions = ApplyOptions & SnapshotOptions & WatchOptions

function timeWithin(words: string, isWithin: (milliseconds: number) => boolean): Values {
  return { words, include: (value) => typeof value === 'number' && isWithin(value) }
}

const values: Allowed<AllOptions> = {
  // Whoever opens it says what is wrong with it.
  namespace: { words: 'a namespace', include: () => true },
  kernel: {
    words: 'a kernel or a function that makes one',
    include: (value) => typeof value === 'function' || isKernel(value),
  },
  signal: abortSignal,
  timeout: deadline,
  secrets: flag,
  sysctls: flag,
  routes: oneOf('list', 'set'),
  disruption: oneOf('allow', 'forbid'),
  owner: text,
  protocol: ofType('number', 'a number from 1 to 255'),
  prune: flag,
  specDirectory: text,
  onLeftOut: callback,
  onProgress: callback,
  settleTimeout: deadline,
  waitForCarrier: oneOf('hardware', 'all', 'none'),
  onPlan: callback,
  guards: {
    words: 'a list of guards',
    include: (value) => Array.isArray(value) && value.every((guard) => typeof guard === 'function'),
  },
  confirmWithin: timeWithin(
    `1 to ${maximumDelay} milliseconds`,
    (milliseconds) => milliseconds > 0 && milliseconds <= maximumDelay,
  ),
  lockTimeout: deadline,
  interrupted: oneOf('restore', 'continue'),
  stateDirectory: pathText,
  heal: flag,
  debounce: timeWithin(
    `0 to ${maximumDelay} milliseconds`,
    (milliseconds) => milliseconds >= 0 && milliseconds <= maximumDelay,
  ),
}

const valuesByName = new Map<string, Values>(Object.entries(values))

/** Refuses the value of an option that means nothing; `undefined` is as if it were not given. */
export function checkValues(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    const allowed = valuesByName.get(name)
    if (value === undefined || !allowed || allowed.include(value)) continue
    throw new NetworkError('INVALID_ARGUMENT', `${name}: ${shown(value)} is not ${allowed.words}`)
  }
}
