import type { Problem } from '../../error.js'
import { castOf, familyOf, parseAddress } from '../../ip/address.js'
import { isLinkLocal } from '../../ip/linkLocal.js'
import type { RouteRecord } from '../../state/route.js'
import { eachInTurns } from '../../system/inTurns.js'
import { kernelIsAtLeast } from '../../system/kernelRelease.js'
import { singleChanges } from '../steps/singleChanges.js'
import type { PlannedStep } from '../steps/step.js'

/** The bits of a type of service that tell of congestion: RFC 3168 §5. */
const ecnBits = 0x03

/** IPTOS_TOS_MASK of include/uapi/linux/ip.h, without the bits of {@link ecnBits}. */
const largestTosOfRules = 0x1c

/**
 * Notes what the kernel refuses in any case of the routes and rules that are to be made, so that nothing is begun.
 *
 * @param looksAtTos whether the kernel takes no type of service that has no use: since Linux 5.18
 */
export async function checkRoutesAndRules(
  steps: readonly PlannedStep[],
  problems: Problem[],
  looksAtTos = kernelIsAtLeast(5, 18),
): Promise<void> {
  await eachInTurns(await singleChanges(steps), ({ operation, path = '' }) => {
    if (operation.type === 'addRoute' || operation.type === 'replaceRoute') {
      gatewayProblems(operation.route, path, problems)
      if (looksAtTos) tosProblems(operation.route, path, problems)
    } else if (operation.type === 'addRule' || operation.type === 'replaceRule') {
      const { family, tos = 0 } = operation.rule
      if (family === 'inet' && tos > largestTosOfRules) problems.push(precedenceProblem(tos, path))
      else if (looksAtTos) ecnProblems(tos, path, problems)
    }
  })
}

/**
 * A link-local address is one of each link, and a group is none that a packet can be handed to: net/ipv6/route.c,
 * ip6_validate_gw, also for IPv4 routes; net/ipv4/fib_semantics.c, fib_check_nh_v4_gw.
 */
function gatewayProblems(route: RouteRecord, path: string, problems: Problem[]): void {
  const check = (at: string, { via, dev, onlink = false }: Pick<RouteRecord, 'via' | 'dev' | 'onlink'>): void => {
    const gateway = via === undefined ? undefined : parseAddress(via)
    if (!gateway) return
    // Without onlink an IPv4 group is looked up, and taken where a route leads to a link by itself.
    if (castOf(gateway) === 'multicast' && (onlink || familyOf(gateway) === 'inet6'))
      problems.push({ path: at, message: `the gateway ${via} is a group of hosts, which passes nothing on` })
    else if (dev === undefined && isLinkLocal(gateway))
      problems.push({ path: at, message: `the gateway ${via} needs dev: any link may lead to a link-local address` })
  }
  check(path, route)
  for (const [index, hop] of (route.nexthops ?? []).entries()) check(`${path}/nexthops/${index}`, hop)
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
