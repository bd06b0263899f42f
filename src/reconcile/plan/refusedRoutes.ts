import type { Problem } from '../../error.js'
import type { RouteRecord } from '../../state/route.js'
import { eachInTurns } from '../../system/inTurns.js'
import { kernelIsAtLeast } from '../../system/kernelRelease.js'
import type { Losses } from '../losses/losses.js'
import { problemsOfFirst, singleChanges } from '../steps/singleChanges.js'
import type { PlannedStep } from '../steps/step.js'
import { hopsOf } from '../steps/ways.js'
import { OwnAddresses } from './ownAddresses.js'
import { whyNoGateway } from './refusedGateways.js'

/** The bits of a type of service that tell of congestion: RFC 3168 §5. */
const ecnBits = 0x03

/** IPTOS_TOS_MASK of include/uapi/linux/ip.h, without the bits of {@link ecnBits}. */
const largestTosOfRules = 0x1c

/**
 * Notes what the kernel refuses in any case of the routes, nexthop objects and rules that are to be made, so that nothing
 * is begun.
 *
 * @param networks what is wanted and what is there, by namespace
 * @param looksAtTos whether the kernel takes no type of service that has no use: since Linux 5.18
 */
export async function checkRoutesAndRules(
  steps: readonly PlannedStep[],
  networks: ReadonlyMap<string, Pick<Losses, 'desired' | 'actual'>>,
  problems: Problem[],
  looksAtTos = kernelIsAtLeast(5, 18),
): Promise<void> {
  const own = new Map([...networks].map(([namespace, network]) => [namespace, new OwnAddresses(network)]))
  await eachInTurns(await singleChanges(steps), (change) => {
    const found: Problem[] = []
    const { operation, path = '', namespace = '' } = change
    for (const [at, hop] of hopsOf(operation, path)) {
      const why = whyNoGateway(hop, own.get(namespace))
      if (why !== undefined) found.push({ path: at, message: `the gateway ${hop.via} ${why}` })
    }
    if (looksAtTos && (operation.type === 'addRoute' || operation.type === 'replaceRoute'))
      tosProblems(operation.route, path, found)
    if (operation.type === 'addRule' || operation.type === 'replaceRule') {
      const { family, tos = 0 } = operation.rule
      if (family === 'inet' && tos > largestTosOfRules) found.push(precedenceProblem(tos, path))
      else if (looksAtTos) ecnProblems(tos, path, found)
    }
    problems.push(...problemsOfFirst(found, change))
  })
}

/** net/ipv4/fib_frontend.c, rtm_to_fib_config; net/ipv6/route.c, rtm_to_fib6_config */
function tosProblems({ family, tos }: RouteRecord, path: string, problems: Problem[]): void {
  if (family === 'inet') ecnProblems(tos, path, problems)
  else if (tos !== 0) problems.push({ path: `${path}/tos`, message: 'an IPv6 route has no tos' })
}

/** net/ipv4/fib_rules.c, fib4_rule_configure; net/ipv6/fib6_rules.c, fib6_rule_configure */
function ecnProblems(tos: number | undefined, path: string, problems: Problem[]): void {
  if (tos === undefined || (tos & ecnBits) === 0) return
  const hint = tos <= ecnBits ? 'leave tos out' : `did you mean ${tos & ~ecnBits}?`
  problems.push({
    path: `${path}/tos`,
    message: `the two lowest bits of tos ${tos} tell of congestion (ECN), and select nothing`,
    hint,
  })
}

/** net/ipv4/fib_rules.c, fib4_rule_configure: of the old precedence it takes none. */
function precedenceProblem(tos: number, path: string): Problem {
  return {
    path: `${path}/tos`,
    message: `an IPv4 rule selects no tos above ${largestTosOfRules}`,
    hint: `dscp: ${tos >> 2} selects it, since Linux 6.13`,
  }
}
