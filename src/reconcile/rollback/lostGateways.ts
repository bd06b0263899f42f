import { grouped } from '../../grouped.js'
import { addressBits, familyOf } from '../../ip/address.js'
import type { Nexthop } from '../../rtnetlink/route.js'
import type { DesiredNetwork } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import { mainTable, type RouteRecord } from '../../state/route.js'
import { rest } from '../../system/turns.js'
import { addStep } from '../diff/context.js'
import { routeStep } from '../diff/routeStep.js'
import { reachability } from '../reach/reachable.js'
import type { PlannedStep } from '../steps/step.js'
import { hopsOf } from '../steps/ways.js'

/** Behind whatever else leads to a gateway. */
const lastMetric = 0xffff_fffe

/**
 * Adds to the steps of undoing ways to gateways that no address reaches any longer: the kernel keeps a route when the address
 * goes that reached its gateway, and would not take it anew (net/ipv4/fib_semantics.c, fib_check_nh; net/ipv6/route.c,
 * ip6_route_check_nh). A route to the gateway alone is there while the others are put back.
 */
export async function withLostGateways(
  steps: readonly PlannedStep[],
  networks: ReadonlyMap<string, DesiredNetwork>,
  states: ReadonlyMap<string, NetworkState>,
): Promise<PlannedStep[]> {
  const led = steps.filter((step) => hopsOf(step.operation).some(([, { via, onlink }]) => via !== undefined && !onlink))
  const [before, after]: [PlannedStep[], PlannedStep[]] = [[], []]
  for (const [namespace, own] of grouped(led, (step) => step.namespace ?? '')) {
    const network = networks.get(namespace)
    const state = states.get(namespace)
    if (!network || !state) continue
    await rest()
    const canLead = await reachability(network.links, network, state)
    const lost = own
      .flatMap(({ operation }) => hopsOf(operation).map(([, hop]) => hop))
      .filter(({ via, dev }) => dev !== undefined && via !== undefined && !canLead({ via, dev }))
    for (const route of new Map(lost.map((hop) => [`${hop.via} ${hop.dev}`, wayTo(hop)])).values()) {
      addStep({ namespace, steps: before }, routeStep({ type: 'addRoute', route }))
      addStep({ namespace, steps: after }, routeStep({ type: 'deleteRoute', route }))
    }
  }
  const [firstLed] = led
  if (!firstLed || before.length === 0) return [...steps]
  const first = steps.indexOf(firstLed)
  return [...steps.slice(0, first), ...before, ...steps.slice(first), ...after]
}

function wayTo({ via = '', dev }: Nexthop): RouteRecord {
  const family = familyOf(via)
  return {
    family,
    to: `${via}/${addressBits(family)}`,
    table: mainTable,
    metric: lastMetric,
    tos: 0,
    ...(dev === undefined ? {} : { dev }),
    ...(family === 'inet' ? { scope: 'link' } : {}),
  }
}
