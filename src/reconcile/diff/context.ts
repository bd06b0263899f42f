import type { Problem } from '../../error.js'
import type { DesiredNetwork } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import type { Owner } from '../../state/owner.js'
import type { End } from '../reach/pairs.js'
import { tag } from '../steps/order.js'
import type { PlannedStep } from '../steps/step.js'

/** What the differences of one namespace are worked out from, and where they go. */
export interface DiffContext {
  /** The name of the namespace; empty for the one that the plan is made for. */
  readonly namespace: string
  readonly desired: DesiredNetwork
  readonly actual: NetworkState
  /** What is there before anything is lost by the way. */
  readonly before: NetworkState
  readonly recreated: ReadonlySet<string>
  /** What takes each of those along; `undefined` for what is made anew by itself. */
  readonly recreatedWith: ReadonlyMap<string, string | undefined>
  readonly bounced: ReadonlySet<string>
  /** Nexthop objects that are made anew. */
  readonly recreatedNexthops: ReadonlySet<number>
  /** Links that go with what they lead to in another namespace, and come back. */
  readonly far: ReadonlyMap<string, unknown>
  /** Links of other namespaces that stay and stand on one of this namespace, by the name of that. */
  readonly farUppers: ReadonlyMap<string, readonly End[]>
  /** Links that are made anew, by the device that each stood on. */
  readonly formerUppers: ReadonlyMap<string, readonly string[]>
  /** Links of this namespace that come into being as the other end of a pair, with their kinds and the ends that lead. */
  readonly peers: ReadonlyMap<string, { readonly kind: string; readonly lead: End }>
  /** Who marks what is created; nobody, where things are put back as they were. */
  readonly owner: Owner | undefined
  readonly steps: PlannedStep[]
  readonly problems: Problem[]
}

/** Everything of a step that a diff says itself. */
export type StepDraft = Omit<PlannedStep, 'namespace' | 'provides' | 'needs' | 'path' | 'disruption'> &
  Partial<Pick<PlannedStep, 'provides' | 'needs' | 'disruption'>> & { readonly path?: string | undefined }

/** Adds a step; its tags belong to the namespace. */
export function addStep(context: Pick<DiffContext, 'namespace' | 'steps'>, draft: StepDraft): void {
  const { path, provides = [], needs = [], disruption = 'none', ...rest } = draft
  const { namespace } = context
  context.steps.push({
    ...rest,
    ...(namespace === '' ? {} : { namespace }),
    ...(path === undefined ? {} : { path }),
    disruption,
    provides: provides.map((what) => tag(namespace, what)),
    needs: ['namespace', ...needs].map((what) => tag(namespace, what)),
  })
}
