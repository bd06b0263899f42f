import { grouped } from '../../grouped.js'
import type { DesiredNeighbor, DesiredNetwork, DesiredNexthop, DesiredRoute, DesiredRule } from '../../state/desired.js'
import { entryOf } from '../../state/firewall/desiredFirewall.js'
import { emptyState, type NetworkState } from '../../state/model.js'
import { isLastingNeighbor, neighborKey } from '../../state/neighbor.js'
import { isLasting, isMadeFrom, knownByMaking, routeKey } from '../../state/route.js'
import { type RuleRecord, selectorKey } from '../../state/rule.js'
import { eachInTurns, mapInTurns } from '../../system/inTurns.js'
import { rest } from '../../system/turns.js'
import { isPacked } from '../diff/packedSteps.js'
import { withFarEnds } from '../losses/farEnds.js'
import { formerWish } from '../losses/lostRoutes.js'
import { Reach } from '../reach/reach.js'
import { formerNamesOf } from '../renames/formerNames.js'
import { namespacesMade, type PlannedStep } from '../steps/step.js'
import { formerBulk } from './bulkFormer.js'
import { formerEntries } from './formerEntries.js'
import { formerLinks } from './formerLinks.js'
import { ledPeers, type MadeLink } from './madeLinks.js'

/** What undoing needs to know. It is plain data, so that it can outlive the process. */
export interface Former {
  /** What the namespaces were, as a wish about everything that steps touch or may take along. */
  readonly networks: ReadonlyMap<string, DesiredNetwork>
  /** The named namespaces that the steps make. */
  readonly created: readonly string[]
}

/**
 * What undoing steps needs, from what was there before the first.
 * @param isDone whether the kernel has told that it did all of a step; without, that of none is known
 */
export async function formerOf(
  steps: readonly PlannedStep[],
  before: ReadonlyMap<string, NetworkState>,
  isDone: (step: PlannedStep) => boolean = () => false,
): Promise<Former> {
  await rest()
  const created = namespacesMade(steps)
  const networks = new Map<string, DesiredNetwork>()
  const all = withFarEnds(steps, before)
  const led = ledPeers(steps)
  for (const [name, state] of before) {
    // A new namespace takes everything in it along.
    if (created.includes(name)) continue
    await rest()
    const own = all.filter((step) => (step.namespace ?? '') === name)
    networks.set(name, await formerNetwork(state, own, isDone, led.get(name) ?? []))
  }
  return { networks, created }
}

/** What a namespace was, as a wish about everything that the steps touched or may have taken along. */
async function formerNetwork(
  before: NetworkState = emptyState,
  steps: readonly PlannedStep[],
  isDone: (step: PlannedStep) => boolean,
  led: readonly MadeLink[],
): Promise<DesiredNetwork> {
  await rest()
  const names = formerNamesOf(steps)
  await rest()
  const reach = await Reach.of(before, steps, 'undoing', (name) => names.of(name))
  await rest()
  const links = await formerLinks(before, steps, reach, isDone, led)
  await rest()
  const routes = isPacked(steps, before)
    ? { routes: [], bulk: await formerBulk(before, steps, reach) }
    : { routes: await formerRoutes(before, steps, reach) }
  await rest()
  const nexthops = formerNexthops(before, steps, reach)
  await rest()
  const rules = await formerRules(before, steps, reach)
  const neighbors = await formerNeighbors(before, steps, reach)
  await rest()
  const entries = await formerEntries(before, steps, reach, (name) => names.of(name))
  await rest()
  return {
    ...{ links, ...routes, nexthops, rules, neighbors, ...entries },
    forwarding: steps.some(({ object }) => object === 'forwarding') ? before.forwarding : {},
    ...formerFirewall(before, steps),
  }
}

function formerFirewall({ firewall }: NetworkState, steps: readonly PlannedStep[]): Pick<DesiredNetwork, 'firewall'> {
  const changed = steps.flatMap(({ operation }) => (operation.type === 'changeFirewall' ? [operation] : []))
  if (!firewall || changed.length === 0) return {}
  const entries = changed.flatMap((change) => change.entries.map((entry) => entryOf(firewall.firewall, entry)))
  return { firewall: { table: firewall.table, entries, exact: false } }
}

async function formerRoutes(
  before: NetworkState,
  steps: readonly PlannedStep[],
  reach: Reach,
): Promise<DesiredRoute[]> {
  await rest()
  const known = grouped(before.routes, routeKey)
  const lasting = before.routes.filter(isLasting)
  // With all of their keys, among which they have a place.
  const keys = new Set(lasting.filter((route) => reach.takesRoute(route)).map(routeKey))
  const routes: DesiredRoute[] = lasting.filter((route) => keys.has(routeKey(route))).map(formerWish)
  await eachInTurns(steps, ({ operation }) => {
    if (operation.type !== 'addRoute' && operation.type !== 'replaceRoute') return
    const { route } = operation
    const same = known.get(routeKey(route))
    if (!same) routes.push({ absent: true, route, stated: knownByMaking(route) })
    // One that was added before the old one of its key went, and stands beside it.
    else if (!same.some((one) => isMadeFrom(route, one))) {
      routes.push({ absent: true, route, stated: route, exact: true })
    }
  })
  return routes
}

/** An object that steps may have changed or taken along, or a member of a group, as it was. */
function formerNexthops(before: NetworkState, steps: readonly PlannedStep[], reach: Reach): DesiredNexthop[] {
  const known = new Set(before.nexthops.map(({ id }) => id))
  const made = steps.flatMap(({ operation }) =>
    operation.type === 'createNexthop' && !known.has(operation.nexthop.id) ? [operation.nexthop] : [],
  )
  return [
    ...before.nexthops
      .filter(({ id }) => reach.takesNexthop(id))
      .map((nexthop) => ({ absent: false, nexthop, stated: nexthop, exact: true })),
    ...made.map((nexthop) => ({ absent: true, nexthop, stated: nexthop })),
  ]
}

async function formerRules(before: NetworkState, steps: readonly PlannedStep[], reach: Reach): Promise<DesiredRule[]> {
  const rules: DesiredRule[] = []
  await eachInTurns(before.rules, (rule) => {
    if (reach.takesRule(rule)) rules.push({ absent: false, rule, exact: true })
  })
  const nameOf = (rule: RuleRecord): string => `${rule.priority} ${rule.table} ${selectorKey(rule)}`
  const makesRules = steps.some(({ operation: { type } }) => type === 'addRule' || type === 'replaceRule')
  const known = new Set(makesRules ? await mapInTurns(before.rules, nameOf) : [])
  await eachInTurns(steps, ({ operation }) => {
    if (operation.type !== 'addRule' && operation.type !== 'replaceRule') return
    const { rule } = operation
    if (!known.has(nameOf(rule))) rules.push({ absent: true, rule, exact: true })
  })
  return rules
}

async function formerNeighbors(
  before: NetworkState,
  steps: readonly PlannedStep[],
  reach: Reach,
): Promise<DesiredNeighbor[]> {
  const known = new Set(await mapInTurns(before.neighbors, neighborKey))
  const names = formerNamesOf(steps)
  await rest()
  const touched = new Set<string>()
  const neighbors: DesiredNeighbor[] = []
  await eachInTurns(steps, ({ operation }) => {
    if (!('neighbor' in operation)) return
    const { neighbor, type } = operation
    touched.add(neighborKey(neighbor))
    const dev = typeof neighbor.dev === 'string' ? names.of(neighbor.dev) : neighbor.dev
    const added = { ...neighbor, dev }
    if (type === 'addNeighbor' && !known.has(neighborKey(added))) neighbors.push({ absent: true, neighbor: added })
  })
  await eachInTurns(before.neighbors, (neighbor) => {
    const isConcerned = touched.has(neighborKey(neighbor)) || reach.takesNeighbor(neighbor)
    if (isConcerned && isLastingNeighbor(neighbor)) neighbors.push({ absent: false, neighbor })
  })
  return neighbors
}
