import { sameBytes } from '../../rtnetlink/packed/columns.js'
import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import { prefixOfRow } from '../../rtnetlink/packed/packedRows.js'
import { sameValue } from '../../state/equal.js'
import { mainTable } from '../../state/route.js'
import { inThousands } from '../../system/inThousands.js'
import { eachInTurns } from '../../system/inTurns.js'
import { type BulkOperation, singleOperation } from '../steps/bulkOperation.js'
import type { BulkChange } from '../steps/operation.js'
import type { PlannedStep } from '../steps/step.js'
import { addStep, type DiffContext, type StepDraft } from './context.js'
import { needsOf, phaseOf, routeStep } from './routeStep.js'

/** A step that does something to many routes. */
export interface BulkStep extends PlannedStep {
  readonly operation: BulkOperation
}

export function isBulkStep(step: PlannedStep): step is BulkStep {
  return step.operation.type === 'bulkRoutes'
}

const actions = { addRoute: 'create', replaceRoute: 'update', deleteRoute: 'delete' } as const

/** For so few sorts it is faster to look for the rows of each. */
const fewSorts = 4

/** One step for all changes of a sort: by what is done, whether to a gateway, by family and table. */
export async function bulkDrafts(changes: PackedRoutes<BulkChange>): Promise<StepDraft[]> {
  const sorts = new Map<string, Set<BulkChange>>()
  await eachInTurns(await changes.used(), (change) => {
    const sort = sortOf(change)
    const own = sorts.get(sort)
    if (own) own.add(change)
    else sorts.set(sort, new Set([change]))
  })
  const parts = sorts.size > fewSorts ? await changes.parted(sortOf) : undefined
  const drafts: StepDraft[] = []
  for (const [sort, own] of sorts) {
    const part = parts ? parts.get(sort) : await changes.filter((change) => own.has(change))
    drafts.push(await draftOf(part ?? PackedRoutes.empty(), own))
  }
  return drafts
}

function sortOf({ operation }: BulkChange): string {
  const { type, route } = operation
  return [type, phaseOf(operation), route.family, route.table].join()
}

async function draftOf(changes: PackedRoutes<BulkChange>, sort: ReadonlySet<BulkChange>): Promise<StepDraft> {
  const [first] = sort
  if (!first) throw new TypeError('a sort of changes has at least one')
  const { operation, path } = first
  const { family, table } = operation.route
  const needs = new Set<string>()
  await eachInTurns(sort, (change) => {
    for (const need of needsOf(change.operation)) needs.add(need)
  })
  return {
    action: actions[operation.type],
    object: 'route',
    id: `${inThousands(changes.size)} routes (${family}, table ${table === mainTable ? 'main' : table})`,
    count: changes.size,
    changes: [],
    path,
    phase: phaseOf(operation),
    needs: [...needs],
    operation: { type: 'bulkRoutes', changes },
  }
}

/** The steps that a step stands for: itself, or one for each of its many routes. */
export function* singleSteps(step: PlannedStep): Generator<PlannedStep> {
  if (!isBulkStep(step)) {
    yield step
    return
  }
  for (const { to, way } of step.operation.changes) yield singleStep(step, way, to)
}

/** The step of one row. */
export function stepOfRow(step: BulkStep, family: 'inet' | 'inet6', row: number): PlannedStep {
  const { changes } = step.operation
  const rows = changes[family]
  const change = changes.ways[rows.ways[row] ?? 0]
  return change ? singleStep(step, change, prefixOfRow(rows, row)) : step
}

function singleStep(step: BulkStep, change: BulkChange, to: string): PlannedStep {
  const { namespace } = step
  const steps: PlannedStep[] = []
  const context: Pick<DiffContext, 'namespace' | 'steps'> = { namespace: namespace ?? '', steps }
  addStep(context, routeStep(singleOperation(change.operation, to), change))
  const [single = step] = steps
  return single
}

/** Whether the steps for many routes do the same to the same ones, in the same order. */
export function sameBulk(one: readonly PlannedStep[], other: readonly PlannedStep[]): boolean {
  const [left, right] = [one, other].map((steps) => steps.filter(isBulkStep))
  if (left?.length !== right?.length) return false
  return (left ?? []).every(({ operation }, index) => {
    const against = right?.[index]?.operation.changes
    return against !== undefined && sameChanges(operation.changes, against)
  })
}

function sameChanges(one: PackedRoutes<BulkChange>, other: PackedRoutes<BulkChange>): boolean {
  return (
    sameValue(one.ways.map(changed), other.ways.map(changed)) &&
    (['inet', 'inet6'] as const).every((family) => {
      const [rows, others] = [one[family], other[family]]
      const columns = [rows.addresses, rows.lengths, rows.ways]
      const against = [others.addresses, others.lengths, others.ways]
      return columns.every((column, index) => sameBytes(column, against[index] ?? new Uint8Array()))
    })
  )
}

/** What a change does and of what, without the way to find out where a spec says it. */
function changed({ operation, path }: BulkChange): Omit<BulkChange, 'origin'> {
  return { operation, ...(path === undefined ? {} : { path }) }
}
