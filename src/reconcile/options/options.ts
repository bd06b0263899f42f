import { NetworkError } from '../../error.js'
import { nearest } from '../../nearest.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import type { LeftOut } from '../../spec/types.js'
import { defaultOwner, type Owner } from '../../state/owner.js'
import type { NamespaceReference } from '../../system/namespace.js'
import { checkObject } from '../../system/optionValues.js'
import type { Guard } from '../guards/index.js'
import type { Plan } from '../plan/plan.js'
import type { Step } from '../steps/step.js'
import type { Kernel, KernelMaker } from '../world/kernel.js'
import { checkValues } from './optionValues.js'

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

/** What {@link snapshot} takes. */
export interface SnapshotOptions extends PlaceOptions {
  /** Whether private and preshared keys are told. Whoever has them is whom they belong to. Default false. */
  readonly secrets?: boolean
  /**
   * Whether the settings of links are told that differ from those of a new link (`net.ipv4.conf`, `net.ipv6.conf`):
   * two hundred files a link are read for it. Default false.
   */
  readonly sysctls?: boolean
  /** How routes are given: a `list` of objects, or a `set` that keeps a million of them in little memory. Default `list`. */
  readonly routes?: 'list' | 'set'
  /**
   * Called with what somebody made and the spec does not tell. No spec can tell of a route `behind` another one of the
   * same family, table, destination, tos and metric (`ip route append`), nor of a rule behind another one of the same
   * family, priority and selectors. What `expires` is no part of what is meant to be there: a route, and an address
   * without an owner's mark, as from a DHCP client. Not those that the kernel makes of router advertisements. A
   * link whose `name` is no UTF-8 is left out with its routes, neighbors and whatever else is of it.
   */
  readonly onLeftOut?: (left: LeftOut) => void
}

/** What {@link plan} takes. */
export interface PlanOptions extends PlaceOptions {
  /** `forbid` makes a plan that interrupts traffic the error `DISRUPTIVE`. Default `allow`. */
  readonly disruption?: 'allow' | 'forbid'
  /**
   * Who owns what is created: letters, digits, `-` and `_`, at most 32. It is in the alternative name that marks links,
   * `linkwright.<owner>.<link>`. Another owner than `default` needs a `protocol` of its own.
   */
  readonly owner?: string
  /**
   * The protocol number that marks new routes, rules, neighbors and (since Linux 5.18) addresses as this owner's,
   * 1 to 255. Default 108.
   */
  readonly protocol?: number
  /** Whether everything that bears the owner's mark and is not in the spec is removed. Default false. */
  readonly prune?: boolean
  /**
   * The directory that the spec lies in, where the relative paths of files in it begin: of routes and of keys. Default:
   * the working directory. The command line gives that of the file.
   */
  readonly specDirectory?: string
  /**
   * Where locks and journals lie; of the user alone. Default `/run/linkwright`, or where the user may write. A plan needs
   * none to be made, and keeps it until it is carried out.
   */
  readonly stateDirectory?: string
}

/** What {@link apply} takes. */
export interface ApplyOptions extends PlanOptions {
  /**
   * Called as steps are done. What it throws ends the work, which is undone, and is thrown to the caller; so does what a
   * promise that it returns is rejected with. The promise is not waited for.
   */
  readonly onProgress?: (done: number, total: number, step: Step) => unknown
  /** Milliseconds to wait for carriers, and then for IPv6 duplicate address detection. Default 10,000. */
  readonly settleTimeout?: number
  /**
   * The links that are waited for, up to `settleTimeout`, to have a carrier once they were brought up: those of
   * `hardware`, which take seconds to agree on a speed; `all`; or `none`. One that gets no carrier in time is no error:
   * a bridge without ports has none. Default `hardware`.
   */
  readonly waitForCarrier?: 'hardware' | 'all' | 'none'
  /** Called with the plan before anything is changed. What it throws ends the work. */
  readonly onPlan?: (plan: Plan) => unknown
  /** Checks that decide, after everything was done and verified, whether it stays: `ping(…)`, `tcp(…)`, a function. */
  readonly guards?: readonly Guard[]
  /**
   * Milliseconds within which `confirm` must be called: otherwise everything is undone, also when this process was
   * killed meanwhile. A process of its own keeps watch, and the namespace is locked until then.
   */
  readonly confirmWithin?: number
  /** Milliseconds to wait while another apply changes the same namespace. Default 0: the error `LOCKED` at once. */
  readonly lockTimeout?: number
  /**
   * What to do with an earlier apply that was cut off: `restore` undoes it first, `continue` goes on from what is
   * there, and undoes both if this one fails. Default `restore`.
   */
  readonly interrupted?: 'restore' | 'continue'
}

/**
 * What {@link confirm} and {@link rollback} take. The `signal` keeps either from beginning; what has begun is done,
 * as {@link apply} undoes whatever its signal says.
 */
export interface TransactionOptions extends PlaceOptions {
  /** The directory that `apply` was given. */
  readonly stateDirectory?: string
}

const placeOptions = ['namespace', 'kernel', 'signal', 'timeout']
const transactionOptions = [...placeOptions, 'stateDirectory']
const snapshotOptions = [...placeOptions, 'secrets', 'sysctls', 'routes', 'onLeftOut']
const planOptions = [...placeOptions, 'disruption', 'owner', 'protocol', 'prune', 'specDirectory', 'stateDirectory']
const applyOptions = [
  ...planOptions,
  'onProgress',
  'settleTimeout',
  'waitForCarrier',
  'onPlan',
  'guards',
  'confirmWithin',
  'lockTimeout',
  'interrupted',
]
const watchOptions = [
  ...planOptions,
  'settleTimeout',
  'waitForCarrier',
  'guards',
  'lockTimeout',
  'interrupted',
  'heal',
  'debounce',
]

const optionsOf = {
  place: placeOptions,
  snapshot: snapshotOptions,
  plan: planOptions,
  apply: applyOptions,
  transaction: transactionOptions,
  watch: watchOptions,
}

/** Refuses options that mean nothing, so that none is taken for granted in vain. */
export function checkOptions(options: ApplyOptions & SnapshotOptions, kind: keyof typeof optionsOf): void {
  const known = optionsOf[kind]
  checkObject(options)
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    // Whoever keeps one set of options for several calls is told by no type that one of them does not take it.
    const takers = (['snapshot', 'plan', 'apply', 'watch'] as const).filter((one) => optionsOf[one].includes(name))
    const near = nearest(name, known)
    const hint = takers.length > 0 ? `it is one of ${takers.join(' and ')}` : near && `did you mean ${near}?`
    throw new NetworkError(
      'INVALID_ARGUMENT',
      `unknown option ${JSON.stringify(name)}${hint === undefined ? '' : `; ${hint}`}`,
    )
  }
  checkValues(options)
  ownerOf(options)
  const { confirmWithin, kernel } = options
  if (confirmWithin !== undefined && typeof kernel === 'object') {
    throw new NetworkError('UNSUPPORTED', 'confirmWithin: a kernel in memory ends with its process')
  }
}

/** The owner that options name. */
export function ownerOf({ owner, protocol }: PlanOptions): Owner {
  if (owner !== undefined && !/^[A-Za-z0-9_-]{1,32}$/.test(owner)) {
    throw new NetworkError(
      'INVALID_ARGUMENT',
      `owner: ${JSON.stringify(owner)} is not 1 to 32 letters, digits, - and _`,
    )
  }
  if (protocol !== undefined && !(Number.isInteger(protocol) && protocol > 0 && protocol < 256)) {
    throw new NetworkError('INVALID_ARGUMENT', `protocol: ${protocol} is not a number from 1 to 255`)
  }
  if (
    owner !== undefined &&
    owner !== defaultOwner.name &&
    (protocol ?? defaultOwner.protocol) === defaultOwner.protocol
  ) {
    const reason = `its routes and rules could not be told from those of ${defaultOwner.name}`
    throw new NetworkError('INVALID_ARGUMENT', `owner ${owner}: needs a protocol of its own; ${reason}`)
  }
  return { name: owner ?? defaultOwner.name, protocol: protocol ?? defaultOwner.protocol }
}
