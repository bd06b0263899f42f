import { NetworkError, type RollbackReport } from '../error.js'
import { attempt, type Result } from '../result.js'
import { defined } from '../rtnetlink/defined.js'
import { loadRoutes } from '../spec/loadRoutes.js'
import type { Spec } from '../spec/types.js'
import { validateSpecInTurns } from '../spec/validate.js'
import type { DesiredNetwork } from '../state/desired.js'
import type { NetworkState } from '../state/model.js'
import { tableOf } from '../state/owner.js'
import { renamedState } from '../state/renamed.js'
import { checkObject } from '../system/optionValues.js'
import { rest } from '../system/turns.js'
import { refuseVlans } from './capability/capabilityOfVlans.js'
import { refuseOnceLoaded, refuseUnsupported } from './capability/refuseUnsupported.js'
import { Echoes } from './execute/echoes.js'
import { execute } from './execute/execute.js'
import { located } from './execute/failedRoute.js'
import { isRefusedWhileUp } from './execute/linkBusy.js'
import { settle } from './execute/settle.js'
import { settleCarriers } from './execute/settleCarriers.js'
import { runGuards } from './guards/index.js'
import { withCollateral } from './losses/collateral.js'
import { bystander, farNamespaces } from './losses/farEnds.js'
import { losingEntries } from './losses/losingEntries.js'
import { withRemadeFeatures } from './losses/remadeFeatures.js'
import { curiosityOf } from './observe/curiosity.js'
import { isAboutLinks, isAdditive, partOfSteps } from './observe/scope.js'
import { type ApplyOptions, checkOptions, ownerOf, type PlanOptions } from './options/options.js'
import { desiredNetworks } from './plan/desiredNetworks.js'
import { forbidDisruption, makeSteps } from './plan/makePlan.js'
import { type KeptOptions, Plan } from './plan/plan.js'
import { withoutPruned } from './plan/prune.js'
import { publicStep } from './plan/publicStep.js'
import { lastingWish, unverified } from './plan/verify.js'
import { changesRoutesOnly, type TablesByNamespace, tablesOf, withOtherTables } from './reach/tables.js'
import { formerNamesOf } from './renames/formerNames.js'
import { failedStep, formerOf, rollback } from './rollback/rollback.js'
import type { PlannedStep, Step } from './steps/step.js'
import { withHalfMade } from './transaction/halfMade.js'
import type { Recovery } from './transaction/interrupted.js'
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
    const { plan: first, ...planned } = await observeAndPlan(spec, world, options, transaction)
    if (kept && !kept.isSameAs(first)) {
      throw new NetworkError('STALE_PLAN', 'the network has changed since the plan was made; make a new one')
    }
    await options.onPlan?.(first)
    await refuseOnceLoaded(first.planned, planned.states, world, options)
    const current = await carryOut(first, { spec, ...planned, world, options, transaction })
    const confirmBy = await transaction?.succeed()
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

interface Work {
  readonly spec: Spec
  readonly networks: ReadonlyMap<string, DesiredNetwork>
  /** What was there before. */
  readonly states: ReadonlyMap<string, NetworkState>
  /** The tables whose routes were read, where not all were. */
  readonly tables?: TablesByNamespace | undefined
  readonly world: World
  readonly options: ApplyOptions
  /** A kernel in memory has none: it ends with the process. */
  readonly transaction: Transaction | undefined
}

interface Planned {
  readonly plan: Plan
  readonly states: Map<string, NetworkState>
  /** The tables whose routes were read, where these are all that the steps are about. */
  readonly tables?: TablesByNamespace
  readonly networks: Map<string, DesiredNetwork>
}

async function observeAndPlan(
  spec: Spec,
  world: World,
  options: PlanOptions,
  transaction?: Transaction,
): Promise<Planned> {
  const isHalfMade = transaction?.halfMade
  const stated = await desiredNetworks(spec, options.specDirectory)
  const networks = isHalfMade ? withHalfMade(stated, isHalfMade) : stated
  await rest()
  world.open(spec)
  for (const [name, network] of networks) {
    world.ask(name, curiosityOf(network))
    if (network.firewall || options.prune) world.ask(name, { table: tableOf(ownerOf(options)) })
  }
  const few = (await additionsTo(networks, world, options)) ?? (await stepsOfTables(networks, world, options))
  const { states, steps, tables } = few ?? (await allSteps(networks, world, options, transaction))
  await refuseUnsupported(steps, states, world, options)
  await rest()
  if (options.disruption === 'forbid') forbidDisruption(steps)
  const { owner, protocol, prune, specDirectory } = options
  const plan = new Plan(spec, steps, defined<KeptOptions>({ owner, protocol, prune, specDirectory }))
  return { plan, states, networks, ...(tables ? { tables } : {}) }
}

interface Steps {
  readonly states: Map<string, NetworkState>
  readonly steps: PlannedStep[]
  readonly tables?: TablesByNamespace
}

/** The steps towards a wish where nothing but routes of few tables is to be changed: no others are read. */
async function stepsOfTables(
  networks: ReadonlyMap<string, DesiredNetwork>,
  world: World,
  options: PlanOptions,
): Promise<Steps | undefined> {
  const tables = options.prune || world.busy.size > 0 ? undefined : await tablesOf(networks)
  if (!tables) return undefined
  const states = await world.observe(networks.keys(), options, networks, {}, tables)
  refuseVlans(networks, states)
  try {
    const steps = await stepsTowards(networks, states, world, options)
    return changesRoutesOnly(steps) ? { states, steps, tables } : undefined
  } catch (error) {
    // What is wrong is told by whoever sees all.
    if (error instanceof NetworkError && error.code === 'INVALID_SPEC') return undefined
    throw error
  }
}

/** The steps towards a wish about links that only adds to what is there, for which little has to be read. */
async function additionsTo(
  networks: ReadonlyMap<string, DesiredNetwork>,
  world: World,
  options: PlanOptions,
): Promise<Steps | undefined> {
  if (options.prune || world.busy.size > 0) return undefined
  const states = await additionsRead(networks, world, options)
  if (!states) return undefined
  refuseVlans(networks, states)
  try {
    const steps = await stepsTowards(networks, states, world, options)
    return isAdditive(steps) ? { states, steps } : undefined
  } catch (error) {
    // What is wrong is told by whoever sees all.
    if (error instanceof NetworkError && error.code === 'INVALID_SPEC') return undefined
    throw error
  }
}

/**
 * What a wish that only adds to what is there is compared with: what it is about, or all links; `undefined` where that is not
 * enough.
 */
async function additionsRead(
  networks: ReadonlyMap<string, DesiredNetwork>,
  world: World,
  options: PlanOptions,
): Promise<Map<string, NetworkState> | undefined> {
  const few = await world.observeFew(networks, ownerOf(options), options)
  if (few || ![...networks.values()].every(isAboutLinks)) return few
  return await world.observe(networks.keys(), options, networks, { linksOnly: true })
}

async function allSteps(
  networks: Map<string, DesiredNetwork>,
  world: World,
  options: PlanOptions,
  transaction: Transaction | undefined,
): Promise<Steps> {
  let states = await world.observe(networks.keys(), options, networks)
  refuseVlans(networks, states)
  let steps = await stepsTowards(networks, states, world, options)
  await rest()
  const more = losingEntries(steps, states)
  await rest()
  if (more.size > 0) {
    states = await world.withEntries(states, more, options)
    steps = await stepsTowards(networks, states, world, options)
  }
  const remade = steps.filter(({ disruption }) => disruption === 'recreate')
  if (remade.length > 0) {
    // What is made anew comes back with the features that it had.
    states = await withRemadeFeatures(world, states, remade, options)
    steps = await stepsTowards(networks, states, world, options)
  }
  await rest()
  const further = farNamespaces(steps, states)
  if (further.size === 0) return { states, steps }
  for (const name of further) {
    world.opened(name)
    networks.set(name, bystander)
  }
  await transaction?.join(world)
  return await allSteps(networks, world, options, transaction)
}

function stepsTowards(
  networks: ReadonlyMap<string, DesiredNetwork>,
  states: ReadonlyMap<string, NetworkState>,
  world: World,
  options: PlanOptions,
): Promise<PlannedStep[]> {
  const owner = ownerOf(options)
  return makeSteps(networks, states, new Set(world.places.keys()), owner, options.prune, world.busy)
}

/**
 * Executes and verifies; whatever fails is undone, and then thrown with what undoing did. Where the kernel would not
 * change a link while it is up, another plan takes it down.
 * @returns the plan that was carried out
 */
async function carryOut(current: Plan, given: Work, isRetry = false): Promise<Plan> {
  const { networks, world, options, transaction } = given
  const states = await withRemadeFeatures(world, given.states, current.planned, options)
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

async function checkGuards(world: World, { guards = [], signal, kernel }: ApplyOptions): Promise<void> {
  if (guards.length === 0) return
  const namespaceFd = typeof kernel === 'object' ? undefined : world.places.get('')?.fd
  await runGuards(guards, { namespaceFd, signal: signal ?? new AbortController().signal })
}

async function executeOrThrow(
  steps: readonly PlannedStep[],
  { networks, world, options }: Work,
  echoes?: Echoes,
): Promise<void> {
  const { onProgress } = options
  const progress =
    onProgress && ((done: number, total: number, step: PlannedStep) => onProgress(done, total, publicStep(step)))
  const failure = await execute(steps, world, options, progress, echoes)
  if (!failure) return
  if (isRefusedWhileUp(failure)) world.refused = failure.step
  throw failedStep(located(failure, networks))
}

/** What is left of steps that only add to what is there: nothing else need be looked at. */
async function additionsMissing(
  done: readonly PlannedStep[],
  { networks, world, options }: Work,
): Promise<PlannedStep[] | undefined> {
  const parts = new Map<string, DesiredNetwork>()
  for (const [name, network] of lastingWish(networks)) {
    const own = done.filter(({ namespace = '' }) => namespace === name)
    await rest()
    const part = partOfSteps(network, own)
    if (!part) return undefined
    if (own.length > 0) parts.set(name, part)
  }
  await rest()
  const states = await additionsRead(parts, world, options)
  return states && (await stepsTowards(parts, states, world, { ...options, prune: false }))
}

/** What was there before, with the tables that were not read as they are now: the steps so far touch none of them. */
async function withAllTables(work: Work, tables: TablesByNamespace): Promise<Work> {
  const { states, networks, world, options } = work
  const now = await world.observe(networks.keys(), options, networks)
  return { ...work, tables: undefined, states: await withOtherTables(states, tables, now) }
}

/** What is left to do, and to put back of what nobody named and the steps took along. */
async function stepsMissing(done: readonly PlannedStep[], work: Work): Promise<PlannedStep[]> {
  const { networks, world, options } = work
  await rest()
  const additions = isAdditive(done) ? await additionsMissing(done, work) : undefined
  if (additions) return additions
  const states = await world.observe(networks.keys(), options, networks, {}, work.tables)
  const wanted = new Map<string, DesiredNetwork>()
  const owner = ownerOf(options)
  await rest()
  for (const [name, network] of lastingWish(networks)) {
    await rest()
    const [former, after] = [work.states.get(name), states.get(name)]
    const own = done.filter(({ namespace = '' }) => namespace === name)
    await rest()
    const before = former && (await renamedState(former, formerNamesOf(own).newNames))
    await rest()
    const kept = before && options.prune ? await withoutPruned(network, before, owner) : before
    wanted.set(name, kept && after ? await withCollateral(network, kept, after, own, before) : network)
  }
  return stepsTowards(wanted, states, world, options)
}
