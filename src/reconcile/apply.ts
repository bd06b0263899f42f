import { NetworkError, type Recovery, type RollbackReport } from '../error.js'
import { attempt, type Result } from '../result.js'
import { loadRoutes } from '../spec/loadRoutes.js'
import { heedFailures } from '../spec/streamFailure.js'
import type { Spec } from '../spec/types.js'
import { validateSpecInTurns } from '../spec/validate.js'
import { checkObject } from '../system/optionValues.js'
import { rest } from '../system/turns.js'
import { refuseOnceLoaded } from './capability/refuseUnsupported.js'
import { Echoes } from './execute/echoes.js'
import { execute } from './execute/execute.js'
import { located } from './execute/failedRoute.js'
import { isRefusedWhileUp } from './execute/linkBusy.js'
import { settle } from './execute/settle.js'
import { settleCarriers } from './execute/settleCarriers.js'
import { ToldProgress } from './execute/toldProgress.js'
import { runGuards } from './guards/index.js'
import { withRemadeLinks } from './losses/remadeLinks.js'
import { observeAndPlan, type Work } from './observeAndPlan.js'
import { type ApplyOptions, checkOptions, type PlanOptions } from './options/options.js'
import { Plan } from './plan/plan.js'
import { unverified } from './plan/verify.js'
import { changesRoutesOnly } from './reach/tables.js'
import { failedStep } from './rollback/failedStep.js'
import { formerOf } from './rollback/former.js'
import { rollback } from './rollback/rollback.js'
import type { PlannedStep, Step } from './steps/step.js'
import { stepsMissing, withAllTables } from './stepsMissing.js'
import { Transaction } from './transaction/transaction.js'
import { loadOptionsOf } from './world/loadOptions.js'
import { World } from './world/world.js'

/** What {@link apply} did. */
export interface ApplyReport {
  /** Whether anything was changed. */
  readonly changed: boolean
  /** The steps that were done, in order. */
  readonly steps: readonly Step[]
  /** Milliseconds that it took. */
  readonly duration: number
  /** What became of earlier applies that were cut off; left out where there were none. */
  readonly recovered?: readonly Recovery[]
  /** When everything will be undone unless it is confirmed, with `confirmWithin`. */
  readonly confirmBy?: Date
}

/**
 * Works out what {@link apply} would do. Nothing is changed.
 *
 * @returns the plan, or the error: `INVALID_SPEC` with all problems, `DISRUPTIVE`, or what kept the state from being read
 */
export function plan(spec: Spec, options: PlanOptions = {}): Promise<Result<Plan>> {
  return attempt(async () => {
    heedFailures(spec)
    checkOptions(options, 'plan')
    // Of a turn that nobody has asked about yet it is not known how long it is.
    await rest()
    const valid = await validateSpecInTurns(await loadRoutes(spec, loadOptionsOf(options)))
    await rest()
    using world = new World(options)
    return (await observeAndPlan(valid, world, options)).plan
  })
}

/**
 * Brings the network to what a spec says, in the right order, and proves that it holds. When a step fails, or the
 * kernel does not show what was asked for, everything done so far is undone.
 *
 * A {@link Plan} that was kept is carried out if the state that it was made from is still the same; otherwise the error
 * is `STALE_PLAN` and nothing is changed.
 *
 * @returns the report, or the error with the failed step, the object, the kernel's text and what the rollback did
 */
export function apply(specOrPlan: Spec | Plan, given: ApplyOptions = {}): Promise<Result<ApplyReport>> {
  return attempt(async () => {
    heedFailures(specOrPlan)
    const start = performance.now()
    checkObject(given)
    const kept = specOrPlan instanceof Plan ? specOrPlan : undefined
    const options = { ...kept?.options, ...given }
    checkOptions(options, 'apply')
    await rest()
    const spec = await validateSpecInTurns(await loadRoutes(kept ? kept.spec : specOrPlan, loadOptionsOf(options)))
    await rest()
    using world = new World(options)
    world.open(spec)
    const inMemory = typeof options.kernel === 'object'
    using transaction = inMemory ? undefined : await Transaction.open(world, options)
    const done = await carriedOut(spec, { world, options, transaction, kept }).catch((error: unknown) => {
      throw transaction?.telling(error) ?? error
    })
    const { current, confirmBy } = done
    const recovered = transaction?.recovered ?? []
    return {
      changed: !current.empty,
      get steps() {
        return current.steps
      },
      duration: performance.now() - start,
      ...(recovered.length > 0 ? { recovered } : {}),
      ...(confirmBy ? { confirmBy } : {}),
    }
  })
}

interface Given extends Pick<Work, 'world' | 'options' | 'transaction'> {
  readonly kept: Plan | undefined
}

/** Plans and carries out. */
async function carriedOut(
  spec: Spec,
  { kept, ...given }: Given,
): Promise<{ readonly current: Plan; readonly confirmBy: Date | undefined }> {
  const { world, options, transaction } = given
  const { plan: first, ...planned } = await observeAndPlan(spec, world, options, transaction)
  if (kept && !kept.isSameAs(first)) {
    throw new NetworkError('STALE_PLAN', 'the network has changed since the plan was made; make a new one')
  }
  await options.onPlan?.(first)
  await refuseOnceLoaded(first.planned, planned.states, world, options)
  const current = await carryOut(first, { spec, ...planned, ...given })
  return { current, confirmBy: await transaction?.succeed() }
}

/**
 * Executes and verifies; whatever fails is undone, and then thrown with what undoing did. Where the kernel would not
 * change a link while it is up, another plan takes it down.
 * @returns the plan that was carried out
 */
async function carryOut(current: Plan, given: Work, isRetry = false): Promise<Plan> {
  const { networks, world, options, transaction } = given
  const states = await withRemadeLinks(world, given.states, current.planned, options)
  let work: Work = { ...given, states }
  let done = current.planned
  if (isRetry) await transaction?.extend(await formerOf(done, states))
  else if (!current.empty) await transaction?.begin(await formerOf(done, states), world)
  try {
    if (current.empty) {
      await checkGuards(world, options)
      return current
    }
    const echoes = Echoes.suffice(current.planned, states) ? new Echoes() : undefined
    await executeOrThrow(current.planned, work, echoes)
    // What went with something else in a way that no plan foresees is put back once; then the kernel has the word.
    const isConfirmed = await echoes?.confirm(current.planned)
    let missing = isConfirmed ? [] : await stepsMissing(current.planned, work)
    if (work.tables && !changesRoutesOnly(missing)) {
      // Somebody else changed more meanwhile, and what goes along with that may be in any table.
      work = await withAllTables(work, work.tables)
      missing = await stepsMissing(current.planned, work)
    }
    if (missing.length > 0) {
      done = [...current.planned, ...missing]
      await transaction?.extend(await formerOf(done, work.states))
      await executeOrThrow(missing, work)
      const still = await stepsMissing(done, work)
      if (still.length > 0) throw unverified(still)
    }
    await rest()
    await settleCarriers(done, world, options)
    await settle(networks, world, options)
    const [nameless] = world.nameless
    if (nameless !== undefined) throw nameLost(nameless)
    await checkGuards(world, options)
    return current
  } catch (error) {
    if (current.empty) throw error
    // What a callback threw is the caller's own, and undoes all the same.
    const report = await rollback(done, work.states, world)
    if (world.refused && report.restored && !isRetry) return await whileDown(world.refused, report, work)
    await transaction?.fail(report)
    throw error instanceof NetworkError ? error.with({ rollback: report }) : error
  }
}

/** Tries once more with a plan that takes the link down for its change, unless nothing may be interrupted. */
async function whileDown(refused: PlannedStep, report: RollbackReport, work: Work): Promise<Plan> {
  const { spec, world, options, transaction } = work
  const { namespace = '', id } = refused
  world.busy.set(namespace, new Set([id]))
  let next: Awaited<ReturnType<typeof observeAndPlan>>
  try {
    next = await observeAndPlan(spec, world, options, transaction)
  } catch (error) {
    await transaction?.fail(report)
    throw error instanceof NetworkError ? error.with({ rollback: report }) : error
  } finally {
    // What is planned later finds it changed.
    world.busy.clear()
  }
  return await carryOut(next.plan, { ...work, states: next.states, tables: next.tables }, true)
}

function nameLost(name: string): NetworkError {
  const object = `namespace ${name}`
  return new NetworkError('NOT_APPLIED', `${object}: somebody else has deleted it, or made it anew, meanwhile`, {
    object,
  })
}

async function checkGuards(world: World, { guards = [], signal, kernel }: ApplyOptions): Promise<void> {
  if (guards.length === 0) return
  const namespaceFd = typeof kernel === 'object' ? undefined : world.places.get('')?.fd
  await runGuards(guards, { namespaceFd, signal: signal ?? new AbortController().signal })
}

async function executeOrThrow(steps: readonly PlannedStep[], { world, options }: Work, echoes?: Echoes): Promise<void> {
  const progress = options.onProgress && new ToldProgress(options.onProgress)
  const failure = await execute(steps, world, options, progress?.tell, echoes)
  progress?.finish()
  if (!failure) return
  if (isRefusedWhileUp(failure)) world.refused = failure.step
  throw failedStep(located(failure))
}
