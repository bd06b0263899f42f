import { NetworkError, type Problem } from '../../error.js'
import { peerOf } from '../../rtnetlink/pair.js'
import { throwIfAny } from '../../spec/invalidSpec.js'
import type { DesiredNetwork } from '../../state/desired.js'
import { withFeatureNames } from '../../state/features.js'
import type { NetworkState } from '../../state/model.js'
import { emptyState } from '../../state/model.js'
import type { Owner } from '../../state/owner.js'
import { parted } from '../../state/packedState.js'
import { withRealNames } from '../../state/realNames.js'
import { renamedState, withRenamedPeers } from '../../state/renamed.js'
import { mapInTurns } from '../../system/inTurns.js'
import { rest } from '../../system/turns.js'
import { wantedTwiceProblem } from '../diff/bulkTwice.js'
import type { DiffContext } from '../diff/context.js'
import { diffNetwork } from '../diff/network.js'
import { checkTakenPeers } from '../diff/takenPeers.js'
import { farEndsMadeAnew } from '../losses/farEnds.js'
import { farUppersOf } from '../losses/farUppers.js'
import { type Losses, withLosses } from '../losses/losses.js'
import { plannedPeers, type Wish, withLeads } from '../reach/pairs.js'
import { withPeerQueues } from '../reach/peerQueues.js'
import { planRenames, type Renaming } from '../renames/renames.js'
import { orderSteps, tag } from '../steps/order.js'
import { Phase, type PlannedStep, shownReason } from '../steps/step.js'
import { checkKindsOfAltNames } from './kindsOfAltNames.js'
import { withLeadingLinks } from './leadingLinks.js'
import { checkLostFarEnds, lostFarEnds } from './lostFarEnds.js'
import { withOtherEnds } from './otherEnds.js'
import { withPruned } from './prune.js'
import { withAddressesPruned } from './pruneAddresses.js'
import { checkRoutesAndRules } from './refusedRoutes.js'
import { checkTakenNames } from './takenNames.js'

/**
 * Works out the ordered steps from what is to what should be, over all namespaces.
 *
 * @param busy links, by namespace, that are to be changed while they are down
 */
export async function makeSteps(
  desired: ReadonlyMap<string, DesiredNetwork>,
  actual: ReadonlyMap<string, NetworkState>,
  existing: ReadonlySet<string>,
  owner: Owner | undefined,
  prune = false,
  busy: ReadonlyMap<string, ReadonlySet<string>> = new Map(),
): Promise<PlannedStep[]> {
  const pruner = prune ? owner : undefined
  const steps: PlannedStep[] = []
  const problems: Problem[] = []
  const wishes = new Map<string, Wish & { readonly bounced: ReadonlySet<string> }>()
  const losses = new Map<string, Losses>()
  const renamings = new Map<string, Renaming>()
  for (const [namespace, network] of desired) {
    renamings.set(namespace, planRenames(namespace, network, actual.get(namespace) ?? emptyState, problems))
  }
  for (const [namespace, renaming] of renamings) {
    await rest()
    const state = await stateAfterRenames(namespace, actual.get(namespace) ?? emptyState, renamings)
    if (owner) await checkKindsOfAltNames(renaming.desired, state, problems)
    const { desired: named, actual: there, twice } = await parted(await withRealNames(renaming.desired, state), state)
    for (const wanted of twice) problems.push(wantedTwiceProblem(wanted))
    await rest()
    const meant = withFeatureNames(named, there, problems)
    const wanted = pruner && !meant.bystander ? await withPruned(meant, there, pruner) : meant
    const bounced = new Set([...renaming.bounced, ...(busy.get(namespace) ?? [])])
    wishes.set(namespace, { desired: wanted, actual: there, bounced })
    steps.push(...renaming.steps)
  }
  await rest()
  const lostEnds = await lostFarEnds(wishes)
  const whole = withOtherEnds(wishes, lostEnds)
  await rest()
  const pruned = pruner ? await withDesired(whole, (wish) => withAddressesPruned(wish, pruner)) : whole
  const led = withLeads(await withDesired(pruned, withLeadingLinks), problems)
  await rest()
  const far = await farEndsMadeAnew(led, problems)
  for (const [namespace, { desired: wanted, actual: there, bounced }] of led) {
    await rest()
    losses.set(namespace, await withLosses(wanted, there, bounced, far.get(namespace)))
  }
  await rest()
  const peers = plannedPeers([...losses].map(([namespace, own]) => [namespace, own.desired.links]))
  if (owner) {
    for (const own of losses.values()) await checkTakenNames(own, problems)
    await checkTakenPeers(peers, losses, problems)
    checkLostFarEnds(lostEnds, losses, peers, problems)
  }
  await rest()
  const farUppers = farUppersOf(
    [...losses].map(([namespace, own]) => [namespace, staying(led.get(namespace)?.actual ?? emptyState, own)]),
  )
  for (const [namespace, own] of withPeerQueues(losses, peers)) {
    await rest()
    if (!existing.has(namespace)) steps.push(createNamespaceStep(namespace))
    const context: DiffContext = {
      ...own,
      namespace,
      before: led.get(namespace)?.actual ?? emptyState,
      far: far.get(namespace) ?? new Map(),
      farUppers: farUppers.get(namespace) ?? new Map(),
      peers: peers.get(namespace) ?? new Map(),
      owner,
      steps,
      problems,
    }
    await diffNetwork(context)
  }
  if (owner) await checkRoutesAndRules(steps, losses, problems)
  throwIfAny(problems)
  return await orderSteps(await mapInTurns(steps, withPeerTags))
}

async function withDesired<T extends Wish>(
  wishes: ReadonlyMap<string, T>,
  desiredOf: (wish: Wish) => DesiredNetwork | Promise<DesiredNetwork>,
): Promise<ReadonlyMap<string, T>> {
  const changed = new Map<string, T>()
  for (const [namespace, wish] of wishes) {
    await rest()
    changed.set(namespace, { ...wish, desired: await desiredOf(wish) })
  }
  return changed
}

async function stateAfterRenames(
  namespace: string,
  state: NetworkState,
  renamings: ReadonlyMap<string, Renaming>,
): Promise<NetworkState> {
  let renamed = state
  for (const [other, { names }] of renamings) {
    if (other !== namespace) renamed = withRenamedPeers(renamed, other, names)
  }
  return await renamedState(renamed, renamings.get(namespace)?.names ?? new Map())
}

/** What is there, without the links that are to go or to stand on another device. */
function staying(actual: NetworkState, { desired, recreated }: Losses): NetworkState {
  const leaving = desired.links.filter(({ name, absent, elsewhere }) => absent || (recreated.has(name) && !elsewhere))
  if (leaving.length === 0) return actual
  const names = new Set(leaving.map(({ name }) => name))
  return { ...actual, links: new Map([...actual.links].filter(([name]) => !names.has(name))) }
}

/**
 * A pair that reaches into another namespace waits for that one, and provides its link there; a link that stands on
 * one of another namespace waits for that.
 */
function withPeerTags(step: PlannedStep): PlannedStep {
  const { operation } = step
  if (operation.type !== 'createLink') return step
  const { link, elsewhere } = operation
  if (elsewhere?.namespace !== undefined && elsewhere.link !== undefined) {
    const { namespace, link: lower } = elsewhere
    return { ...step, needs: [...step.needs, tag(namespace, `link ${lower}`), tag(namespace, `changed ${lower}`)] }
  }
  const peer = peerOf(link)
  if (!peer?.namespace) return step
  return {
    ...step,
    provides: [...step.provides, tag(peer.namespace, `link ${peer.name}`)],
    needs: [...step.needs, tag(peer.namespace, 'namespace')],
  }
}

function createNamespaceStep(name: string): PlannedStep {
  return {
    action: 'create',
    object: 'namespace',
    id: name,
    changes: [],
    path: `/namespaces/${name}`,
    disruption: 'none',
    phase: Phase.namespace,
    provides: [tag(name, 'namespace')],
    needs: [],
    operation: { type: 'createNamespace', name },
  }
}

/** Refuses a plan that interrupts traffic, naming every step that does. */
export function forbidDisruption(steps: readonly PlannedStep[]): void {
  const disruptive = steps.filter(({ disruption }) => disruption !== 'none')
  const [first] = disruptive
  if (!first) return
  const what = disruptive.map((step) => {
    const { action, object, id, disruption } = step
    return `${action} ${object} ${id}${shownReason(step)} (${disruption})`
  })
  throw new NetworkError('DISRUPTIVE', `the plan would interrupt traffic: ${what.join(', ')}`, {
    ...(first.path === undefined ? {} : { path: first.path }),
    object: `${first.object} ${first.id}`,
  })
}
