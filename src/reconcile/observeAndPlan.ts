import { NetworkError } from '../error.js'
import { defined } from '../rtnetlink/defined.js'
import type { Spec } from '../spec/types.js'
import type { DesiredNetwork } from '../state/desired.js'
import { emptyState, type NetworkState } from '../state/model.js'
import { tableOf } from '../state/owner.js'
import { listNamespaces } from '../system/namespace.js'
import { rest } from '../system/turns.js'
import { refuseVlans } from './capability/capabilityOfVlans.js'
import { refuseUnsupported } from './capability/refuseUnsupported.js'
import { untilVanished, wentInTime } from './execute/untilVanished.js'
import { bystander, farNamespaces, peerNamespaces, remadeNowhere } from './losses/farEnds.js'
import { withForwardingOfLinks } from './losses/forwardingOfLinks.js'
import { losingEntries } from './losses/losingEntries.js'
import { withRemadeLinks } from './losses/remadeLinks.js'
import { curiosityOf } from './observe/curiosity.js'
import { isAboutLinks } from './observe/scope.js'
import { mastersIn } from './observe/scopeOfRoutes.js'
import { type ApplyOptions, ownerOf, type PlanOptions } from './options/options.js'
import { desiredNetworks } from './plan/desiredNetworks.js'
import { withLeadingLinks } from './plan/leadingLinks.js'
import { forbidDisruption, makeSteps } from './plan/makePlan.js'
import { type KeptOptions, Plan } from './plan/plan.js'
import { isAdditive } from './reach/additive.js'
import { changesRoutesOnly, type TablesByNamespace, tablesOf } from './reach/tables.js'
import type { PlannedStep } from './steps/step.js'
import { withHalfMade } from './transaction/halfMade.js'
import type { Transaction } from './transaction/transaction.js'
import type { World } from './world/world.js'

/** What is to be carried out, and what for. */
export interface Work {
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

/** A plan, and what it was made from. */
export interface Planned {
  readonly plan: Plan
  readonly states: Map<string, NetworkState>
  /** The tables whose routes were read, where these are all that the steps are about. */
  readonly tables?: TablesByNamespace
  readonly networks: Map<string, DesiredNetwork>
}

/** Reads what a spec is about, and makes the plan towards it; what the kernel lacks for it is an error. */
export async function observeAndPlan(
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
  const isEnough = few && furtherPeers(few.steps, few.states, world).size === 0
  const { states, steps, tables } = isEnough ? few : await allSteps(networks, world, options, transaction)
  await refuseUnsupported(steps, states, world, options)
  await rest()
  if (options.disruption === 'forbid') forbidDisruption(steps)
  const { owner, protocol, prune, specDirectory, stateDirectory } = options
  const kept = defined<KeptOptions>({ owner, protocol, prune, specDirectory, stateDirectory })
  const plan = new Plan(spec, steps, kept)
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
  for (const [name, desired] of networks) {
    // By which link a gateway is reached is told by the main table, too.
    const actual = states.get(name) ?? emptyState
    if ((await withLeadingLinks({ desired, actual })) !== desired) return undefined
  }
  const steps = await unlessInvalid(stepsTowards(networks, states, world, options))
  return steps && changesRoutesOnly(steps) ? { states, steps, tables } : undefined
}

/** Steps that were made of little; what is wrong with the spec is told by whoever sees all. */
async function unlessInvalid(steps: Promise<PlannedStep[]>): Promise<PlannedStep[] | undefined> {
  try {
    return await steps
  } catch (error) {
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
  if (!states || (await untilVanished(networks, states, world, options))) return undefined
  refuseVlans(networks, states)
  const steps = await unlessInvalid(stepsTowards(networks, states, world, options))
  return steps && (await isAdditive(steps, states)) ? { states, steps } : undefined
}

/**
 * What a wish that only adds to what is there is compared with: what it is about, or all links; `undefined` where that is not
 * enough.
 */
export async function additionsRead(
  networks: ReadonlyMap<string, DesiredNetwork>,
  world: World,
  options: PlanOptions,
): Promise<Map<string, NetworkState> | undefined> {
  const few = await world.observeFew(networks, ownerOf(options), options)
  if (few || ![...networks.values()].every(isAboutLinks)) return few
  const neighborsOf = new Set([...networks.values()].flatMap(({ links }) => mastersIn(links)))
  return await world.observe(networks.keys(), options, networks, { linksOnly: true, neighborsOf })
}

async function allSteps(
  networks: Map<string, DesiredNetwork>,
  world: World,
  options: PlanOptions,
  transaction: Transaction | undefined,
): Promise<Steps> {
  let states = await world.observe(networks.keys(), options, networks)
  if (await untilVanished(networks, states, world, options)) {
    states = await world.observe(networks.keys(), options, networks)
  }
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
    states = await withRemadeLinks(world, states, remade, options)
    steps = await stepsTowards(networks, states, world, options)
  }
  states = await withForwardingOfLinks(world, states, steps)
  await rest()
  if (await wentInTime(remadeNowhere(steps, states), world, options)) {
    return await allSteps(networks, world, options, transaction)
  }
  const further = new Set([...farNamespaces(steps, states), ...furtherPeers(steps, states, world)])
  if (further.size === 0) return { states, steps }
  for (const name of further) {
    world.opened(name)
    networks.set(name, bystander)
  }
  await transaction?.join(world)
  return await allSteps(networks, world, options, transaction)
}

/** The namespaces beside those of the spec that new pairs reach into; a kernel in memory has none. */
function furtherPeers(
  steps: readonly PlannedStep[],
  states: ReadonlyMap<string, NetworkState>,
  world: World,
): ReadonlySet<string> {
  return world.places.get('')?.inMemory ? new Set() : peerNamespaces(steps, states, listNamespaces)
}

/** The steps from what was read to what is wanted, with the marks of whoever owns it. */
export function stepsTowards(
  networks: ReadonlyMap<string, DesiredNetwork>,
  states: ReadonlyMap<string, NetworkState>,
  world: World,
  options: PlanOptions,
): Promise<PlannedStep[]> {
  const owner = ownerOf(options)
  return makeSteps(networks, states, new Set(world.places.keys()), owner, options.prune, world.busy)
}
