import type { FindOrigin } from '../../spec/routeOrigin.js'
import type { PropertyChange } from '../../state/equal.js'
import type { Operation } from './operation.js'

/** What a step does to an object. */
export type StepAction = 'create' | 'update' | 'delete' | 'recreate'

/** What kind of object a step is about. */
export type StepObject =
  | 'namespace'
  | 'link'
  | 'address'
  | 'nexthop'
  | 'route'
  | 'rule'
  | 'neighbor'
  | 'forwarding'
  | 'masquerade'
  | 'portForward'
  | 'confinement'
  | 'firewall'
  | 'vlan'
  | 'vni'
  | 'qdisc'
  | 'fdb'
  | 'mdb'

/**
 * What a step interrupts: nothing; an address, or a neighbor entered by hand, that is away for a moment; a link that goes
 * down and up; a device that is made anew.
 */
export type Disruption = 'none' | 'address-gap' | 'link-bounce' | 'recreate'

/** One step of a plan. */
export interface Step {
  /** What is done to the object. */
  readonly action: StepAction
  /** What kind of object it is. */
  readonly object: StepObject
  /** What names the object within its namespace, such as `br0` or `10.0.0.1/24 dev br0`. */
  readonly id: string
  /** The named network namespace; left out for the one that the plan was made for. */
  readonly namespace?: string
  /** How many objects it is about, where it stands for many alike: `plan.walk()` has a step for each. */
  readonly count?: number
  /** What changes, property by property: of what is new everything, of a link that is made anew what is not as before. */
  readonly changes: readonly PropertyChange[]
  /**
   * Of a link that nothing else makes anew, or takes down or up: the link that takes it along, such as `v0`, or `v0 in
   * blue`.
   */
  readonly takenAlongBy?: string
  /** JSON pointer to what the spec says of it; left out where the step follows from another one. */
  readonly path?: string
  /** What is interrupted by it. */
  readonly disruption: Disruption
  /**
   * The commands of `ip`, `bridge`, `ethtool`, `sysctl` and the like that would do the same, a line each, in the words of
   * iproute2 6.4 and later; what there is no word for is told by a comment. Those of `nft` tell what is added or taken
   * away, without the tables, chains and sets around it.
   */
  readonly equivalent: string
}

/** The order of steps that do not depend on each other. */
export const Phase = {
  namespace: 0,
  firewall: 0.5,
  rename: 0.7,
  removedToken: 0.8,
  forwarding: 1,
  pinnedMtu: 1.5,
  passedName: 1.6,
  deleteLink: 2,
  link: 3,
  releasedVni: 3.15,
  vlan: 3.2,
  globalVlan: 3.4,
  qdisc: 3.45,
  sysctl: 3.5,
  raised: 3.6,
  address: 4,
  neighbor: 5,
  fdbNexthop: 5.1,
  fdbNexthopGroup: 5.15,
  deleteEntry: 5.2,
  entry: 5.4,
  deviceRoute: 6,
  nexthop: 6.3,
  nexthopGroup: 6.6,
  routesOfAKey: 6.9,
  gatewayRoute: 7,
  deleteRoute: 8,
  deleteNexthop: 8.5,
  rule: 9,
  deleteRule: 10,
  token: 10.5,
  deleteFirewall: 11,
  irrevocable: 12,
} as const

/** A step with what the planner and the executor need to know of it. */
export interface PlannedStep extends Omit<Step, 'equivalent'> {
  readonly operation: Operation
  /** Where the spec says it of one of many routes; `path` is that of all. */
  readonly origin?: FindOrigin
  readonly phase: number
  /** What is there once the step is done; other steps wait for it. */
  readonly provides: readonly string[]
  /** What must be done before, if any step of the plan does it. */
  readonly needs: readonly string[]
}

/** The named namespaces that steps make. */
export function namespacesMade(steps: readonly PlannedStep[]): string[] {
  return steps.flatMap(({ operation }) => (operation.type === 'createNamespace' ? [operation.name] : []))
}

/** What changes of an object that was there before, and what takes it along, as plans and errors show it. */
export function shownReason({
  action,
  changes,
  takenAlongBy,
}: Pick<Step, 'action' | 'changes' | 'takenAlongBy'>): string {
  const along = takenAlongBy === undefined ? '' : ` with ${takenAlongBy}`
  if (changes.length === 0 || (action !== 'update' && action !== 'recreate')) return along
  const shown = changes.map(
    ({ property, before, after }) => `${property} ${shownValue(before)} -> ${shownValue(after)}`,
  )
  return `${along}: ${shown.join(', ')}`
}

/** A property's value, as plans and errors show it. */
export function shownValue(value: unknown): string {
  if (value === undefined) return 'unset'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
