import { NetworkError, type RollbackReport } from '../../error.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import type { Address, ListedAddress } from '../../rtnetlink/address.js'
import { grouped } from '../../rtnetlink/grouped.js'
import { emptyProperties } from '../../rtnetlink/linkProperties.js'
import { nearPeerOf } from '../../rtnetlink/pair.js'
import { isManageable } from '../../state/address.js'
import type { DesiredLink, DesiredNetwork, DesiredNexthop, DesiredRoute, DesiredRule } from '../../state/desired.js'
import { changedFeatures } from '../../state/features.js'
import { entryOf } from '../../state/firewall/desiredFirewall.js'
import { emptyState, type LinkRecord, type NetworkState } from '../../state/model.js'
import { isLastingNeighbor, neighborKey } from '../../state/neighbor.js'
import { marksOf } from '../../state/owner.js'
import { isLasting, isMadeFrom, knownByMaking, routeKey } from '../../state/route.js'
import { type RuleRecord, selectorKey } from '../../state/rule.js'
import { changedSysctls, type SysctlsRead } from '../../state/sysctl.js'
import { canTakeToken } from '../../state/token.js'
import { eachInTurns, mapInTurns } from '../../system/inTurns.js'
import { rest } from '../../system/turns.js'
import { isPacked } from '../diff/packedSteps.js'
import { equivalentOf } from '../equivalent/operation.js'
import { execute } from '../execute/execute.js'
import { isRefusedWhileUp } from '../execute/linkBusy.js'
import type { Failure } from '../execute/pipeline.js'
import { asItWas } from '../losses/asItWas.js'
import { withFarEnds } from '../losses/farEnds.js'
import { formerWish } from '../losses/lostRoutes.js'
import { settableProperties } from '../losses/settableProperties.js'
import { linksWithFeatures } from '../observe/observeGeneric.js'
import { makeSteps } from '../plan/makePlan.js'
import { lastingWish, whatIsLeft } from '../plan/verify.js'
import { takenAlong } from '../reach/dependents.js'
import { linksRemade } from '../reach/linksRemade.js'
import { Reach } from '../reach/reach.js'
import { type FormerNames, formerNamesOf } from '../renames/formerNames.js'
import type { Operation } from '../steps/operation.js'
import type { PlannedStep } from '../steps/step.js'
import type { World } from '../world/world.js'
import { formerBulk } from './bulkFormer.js'
import { formerEntries } from './formerEntries.js'
import { formerOptions } from './formerOptions.js'
import { withLostGateways } from './lostGateways.js'
import { type Recoverable, recoverable } from './lostLinks.js'
import { operationsByLink } from './operationsByLink.js'
import { withRoomForVxlans } from './roomForVxlans.js'

/** The error of a failed step: which one, on what, in the kernel's words. */
export function failedStep({ step, error }: Failure): NetworkError {
  const object = `${step.object} ${step.id}`
  const words = error.message.startsWith(object) ? error.message : `${object}: ${error.message}`
  const message = `${words}${hintOn(error)}`
  return error.with(
    { object, step: equivalentOf(step), ...(step.path === undefined ? {} : { path: step.path }) },
    step.namespace === undefined ? message : `namespace ${step.namespace}: ${message}`,
  )
}

/** What the kernel says of a link that is down: net/ipv4/nexthop.c, net/ipv4/fib_semantics.c, net/ipv6/route.c. */
function hintOn({ code, kernelMessage = '' }: NetworkError): string {
  return code === 'ENETDOWN' && /device.* is not up/i.test(kernelMessage)
    ? '; a link that is there already comes up only where the spec says `up: true`'
    : ''
}

/** What undoing needs to know. It is plain data, so that it can outlive the process. */
export interface Former {
  /** What the namespaces were, as a wish about everything that steps touch or may take along. */
  readonly networks: ReadonlyMap<string, DesiredNetwork>
  /** The named namespaces that the steps make. */
  readonly created: readonly string[]
}

/** What undoing steps needs, from what was there before the first. */
export async function formerOf(
  steps: readonly PlannedStep[],
  before: ReadonlyMap<string, NetworkState>,
): Promise<Former> {
  await rest()
  const created = steps.flatMap(({ operation }) => (operation.type === 'createNamespace' ? [operation.name] : []))
  const networks = new Map<string, DesiredNetwork>()
  const all = withFarEnds(steps, before)
  for (const [name, state] of before) {
    // A new namespace takes everything in it along.
    if (created.includes(name)) continue
    await rest()
    const own = all.filter((step) => (step.namespace ?? '') === name)
    networks.set(name, await formerNetwork(state, own))
  }
  return { networks, created }
}

/** Brings everything that steps touched back to what it was. */
export async function rollback(
  steps: readonly PlannedStep[],
  before: ReadonlyMap<string, NetworkState>,
  world: World,
): Promise<RollbackReport> {
  return restore(await formerOf(steps, before), world)
}

/** Brings everything back to what it was, by the same reconciler. */
export async function restore(
  { networks: wished, created }: Former,
  world: World,
  options: Pick<RequestOptions, 'timeout'> = {},
): Promise<RollbackReport> {
  const done: PlannedStep[] = []
  try {
    const busy = new Map<string, Set<string>>()
    for (const [name, { links, firewall, fdb, mdb }] of wished) {
      const features = linksWithFeatures(links)
      if (features) world.ask(name, { features })
      if (links.some(({ qdisc }) => qdisc !== undefined)) world.ask(name, { qdiscs: true })
      if (fdb || mdb) world.ask(name, { entries: true })
      if (firewall?.table !== undefined) world.ask(name, { table: firewall.table })
    }
    let possible: Recoverable | undefined
    for (let round = 0; round < 3; round++) {
      const states = await world.observe(wished.keys(), options, wished)
      await rest()
      possible ??= await recoverable(wished, states, new Set(world.places.keys()))
      await rest()
      const { networks } = possible
      const planned = await makeSteps(networks, states, new Set(world.places.keys()), undefined, false, busy)
      const back = await withLostGateways(withRoomForVxlans(planned, networks, states), networks, states)
      busy.clear()
      if (back.length === 0) break
      done.push(...back)
      const failure = await execute(back, world, options, undefined)
      if (failure && round < 2 && isRefusedWhileUp(failure)) {
        busy.set(failure.step.namespace ?? '', new Set([failure.step.id]))
      } else if (failure) throw failedStep(failure)
    }
    for (const name of [...created].reverse()) if (world.places.has(name)) await deleteCreated(name, world, options)
    const { networks, gone, lost } = possible ?? { networks: wished, gone: [], lost: [] }
    const states = await world.observe(networks.keys(), options, networks)
    await rest()
    const lasting = lastingWish(networks)
    await rest()
    const left = await makeSteps(lasting, states, new Set(world.places.keys()), undefined)
    return {
      restored: left.length === 0 && lost.length === 0,
      steps: (await mapInTurns(done, equivalentOf)).filter((command) => command !== ''),
      ...(left.length > 0 ? { error: whatIsLeft(left) } : {}),
      ...(lost.length + gone.length > 0 ? { lost: [...lost, ...gone] } : {}),
    }
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error
    return { restored: false, steps: await mapInTurns(done, equivalentOf), error: error.message }
  }
}

async function deleteCreated(name: string, world: World, options: Pick<RequestOptions, 'timeout'>): Promise<void> {
  const step: PlannedStep = {
    action: 'delete',
    object: 'namespace',
    id: name,
    changes: [],
    disruption: 'none',
    operation: { type: 'deleteNamespace', name },
    phase: 0,
    provides: [],
    needs: [],
  }
  const failure = await execute([step], world, options, undefined)
  if (failure) throw failedStep(failure)
}

/** What a namespace was, as a wish about everything that the steps touched or may have taken along. */
async function formerNetwork(
  before: NetworkState = emptyState,
  steps: readonly PlannedStep[],
): Promise<DesiredNetwork> {
  await rest()
  const names = formerNamesOf(steps)
  await rest()
  const reach = await Reach.of(before, steps, 'undoing', (name) => names.of(name))
  await rest()
  const links = await formerLinks(before, steps, reach)
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

async function formerLinks(before: NetworkState, steps: readonly PlannedStep[], reach: Reach): Promise<DesiredLink[]> {
  const names = formerNamesOf(steps)
  await rest()
  const remade = linksRemade(steps, steps[0]?.namespace ?? '', before)
  await rest()
  const operations = operationsByLink(steps, names)
  await rest()
  const touched = touchedLinks(before, steps, names)
  return await mapInTurns(touched, (name): DesiredLink => {
    const record = before.links.get(name)
    if (!record) return { name, absent: true, properties: {} }
    const own = operations.get(name) ?? []
    const isRemade = remade.has(name)
    const settings = formerSysctl(record, own, isRemade ? before.sysctlDefaults : undefined)
    const { ipv6Token, ...link } = record.link
    const isTokenLost = isRemade && !canTakeToken(before.forwarding.ipv6, settings)
    return {
      ...formerLink(isTokenLost ? { ...record, link } : record, reach, isRemade, own),
      ...(settings ? { sysctl: settings } : {}),
      ...formerQdiscs(record, own, isRemade),
      // A link that has got another name is known by its index.
      ...(names.renamed.has(name) ? { index: record.link.index } : {}),
    }
  })
}

/** The qdiscs of a link whose qdiscs steps change, or that is made anew; where they were not read, nothing. */
function formerQdiscs(
  { qdiscs }: LinkRecord,
  operations: readonly Operation[],
  isRemade: boolean,
): Pick<DesiredLink, 'qdisc' | 'ingressQdisc'> {
  const changed = operations.some(({ type }) => type === 'setQdisc')
  if (!qdiscs || !(changed || isRemade)) return {}
  return { qdisc: qdiscs.root ?? null, ingressQdisc: qdiscs.ingress ?? null }
}

/** What the settings that steps write were; of a link that is made anew, also what a new one has otherwise. */
function formerSysctl(
  { sysctl = {} }: LinkRecord,
  operations: readonly Operation[],
  defaults: SysctlsRead | undefined,
): DesiredLink['sysctl'] {
  const written = operations.flatMap((one) => (one.type === 'setSysctl' ? Object.keys(one.values) : []))
  const known = written.flatMap((setting): [string, string][] => {
    const value = sysctl[setting]
    return value === undefined ? [] : [[setting, value]]
  })
  const settings = { ...(defaults ? changedSysctls(sysctl, defaults) : {}), ...Object.fromEntries(known) }
  return Object.keys(settings).length === 0 ? undefined : settings
}

function formerLink(
  { link, addresses, elsewhere }: LinkRecord,
  reach: Reach,
  isRemade: boolean,
  operations: readonly Operation[],
): DesiredLink {
  // A new device begins with the features of its kind.
  const features = isRemade ? changedFeatures(link) : link.features
  return {
    name: link.name,
    absent: false,
    properties: {
      ...emptyProperties,
      altNames: [],
      ...settableProperties(link),
      ...formerOptions(link, operations),
      ...(features && Object.keys(features).length > 0 ? { features } : {}),
    },
    ...(reach.takesAddresses(link.name) ? { addresses: addresses.filter(isManageable).map(withoutFurther) } : {}),
    exact: true,
    marks: marksOf(link),
    ...(elsewhere ? { elsewhere } : {}),
  }
}

/** Says of an address also what it has not, since what is not stated would be left as the steps made it. */
function withoutFurther(address: ListedAddress): Address {
  return {
    metric: 0,
    noPrefixRoute: false,
    validLifetime: 'forever',
    preferredLifetime: 'forever',
    ...asItWas(address),
  }
}

/** The links that steps name, and those that share their fate: ports, what stands on them, the other end of a pair. */
function touchedLinks(before: NetworkState, steps: readonly PlannedStep[], names: FormerNames): Set<string> {
  const touched = new Set<string>([...names.renamed, ...names.given])
  const bridges = new Set<string>()
  const addMaster = (name: string): void => {
    // A bridge may change with a port, but none of its other ports does.
    if (before.links.get(name)?.link.kind === 'bridge') bridges.add(name)
    else touched.add(name)
  }
  for (const { operation } of steps) {
    if (operation.type === 'createLink') {
      touched.add(names.of(operation.link.name))
      const peer = nearPeerOf(operation.link)
      if (peer !== undefined) touched.add(peer)
    }
    if (operation.type === 'setSysctl') touched.add(names.of(operation.name))
    if (operation.type === 'updateLink' || operation.type === 'deleteLink') touched.add(names.of(operation.name))
    // A bridge without a MAC or an MTU of its own takes those of its ports.
    const master = operation.type === 'createLink' ? operation.link.master : undefined
    const newMaster = operation.type === 'updateLink' ? operation.changes.master : master
    if (typeof newMaster === 'string') addMaster(names.of(newMaster))
    if ('entry' in operation) touched.add(names.of(String(operation.entry.dev)))
    if (operation.type === 'setQdisc') touched.add(names.of(operation.dev))
    if (operation.type === 'setVnis') touched.add(names.of(operation.dev))
    if (operation.type === 'setVlans' || operation.type === 'setGlobalVlans') touched.add(names.of(operation.dev))
    if ('address' in operation) touched.add(names.of(String(operation.address.dev)))
  }
  const ports = grouped(before.links.values(), ({ link }) => String(link.master))
  for (const name of touched) {
    const formerMaster = before.links.get(name)?.link.master
    if (typeof formerMaster === 'string') addMaster(formerMaster)
    for (const other of takenAlong(name, before)) touched.add(other)
    for (const { link } of ports.get(name) ?? []) touched.add(link.name)
  }
  for (const name of bridges) for (const one of [name, ...takenAlong(name, before)]) touched.add(one)
  return touched
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
): Promise<DesiredNetwork['neighbors']> {
  const known = new Set(await mapInTurns(before.neighbors, neighborKey))
  const touched = new Set(
    steps.flatMap(({ operation }) => ('neighbor' in operation ? [neighborKey(operation.neighbor)] : [])),
  )
  await rest()
  const neighbors = before.neighbors
    .filter((one) => isLastingNeighbor(one) && (touched.has(neighborKey(one)) || reach.takesNeighbor(one)))
    .map((neighbor) => ({ absent: false, neighbor }))
  await rest()
  const names = formerNamesOf(steps)
  const added = steps
    .flatMap(({ operation }) => (operation.type === 'addNeighbor' ? [operation.neighbor] : []))
    .map((neighbor) => ({ ...neighbor, dev: typeof neighbor.dev === 'string' ? names.of(neighbor.dev) : neighbor.dev }))
    .filter((neighbor) => !known.has(neighborKey(neighbor)))
  return [...neighbors, ...added.map((neighbor) => ({ absent: true, neighbor }))]
}
