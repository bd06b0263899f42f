import type { Problem } from '../../error.js'
import { eachInTurns } from '../../system/inTurns.js'
import type { DesiredNetwork } from '../desired.js'
import { neighborKey } from '../neighbor.js'
import { routeKey } from '../route.js'
import { selectorKey } from '../rule.js'

/** Whatever a spec names. */
interface Wish {
  readonly path?: string
  readonly absent: boolean
}

/**
 * What a spec has twice in different spellings, as `main` and 254 are one table. Validation, which knows no names of
 * `/etc/iproute2`, has found what it has twice in one spelling.
 */
export async function repeatedProblems({ routes, rules, neighbors }: DesiredNetwork): Promise<Problem[]> {
  return [
    ...(await repeated('route', routes, ({ route }) => routeKey(route))),
    ...(await repeated('rule', rules, ({ rule }) =>
      rule.priority === undefined ? undefined : `${rule.priority} ${selectorKey(rule)}`,
    )),
    ...(await repeated('neighbor', neighbors, ({ neighbor }) => neighborKey(neighbor))),
  ]
}

/** @param keyOf what names one; `undefined` where there may be several */
async function repeated<T extends Wish>(
  what: string,
  wishes: readonly T[],
  keyOf: (wish: T) => string | undefined,
): Promise<Problem[]> {
  const first = new Map<string, string>()
  const problems: Problem[] = []
  await eachInTurns(wishes, (wish) => {
    const { path = '', absent } = wish
    const key = absent ? undefined : keyOf(wish)
    if (key === undefined) return
    const before = first.get(key)
    if (before === undefined) first.set(key, path)
    else problems.push({ path, message: `the same ${what} as number ${before.slice(before.lastIndexOf('/') + 1)}` })
  })
  return problems
}
