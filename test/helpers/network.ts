import type { ExecutionContext } from 'ava'
import type { NetworkError } from '../../src/error.js'
import { Network, type NetworkOptions } from '../../src/network/network.js'
import type { Result } from '../../src/result.js'
import { type TestNamespace, testNamespace } from './namespace.js'
import { furnishVethPair } from './vethPair.js'

/** A throw-away namespace with the ends of a veth pair, v0 and v1, and a {@link Network} of it. */
export interface OpenNetwork extends TestNamespace {
  readonly network: Network
  /** All that `ip` shows of links, addresses, routes, rules and neighbors, a line each. */
  picture(): readonly string[]
}

/** Opens the network; v0 and v1 are up and v0 has 10.0.0.1/24 and fd00::1/64. */
export function openNetwork(t: ExecutionContext, options: NetworkOptions = {}): OpenNetwork {
  const namespace = testNamespace(t)
  furnishVethPair(namespace)
  const network = ok(Network.open({ namespace: { fd: namespace.fd }, ...options }))
  t.teardown(() => network.close())
  const views = ['-d address', '-4 route show table all', '-6 route show table all', '-4 rule', '-6 rule', 'neighbor']
  const picture = (): readonly string[] =>
    namespace
      .sh(views.map((view) => `ip -o ${view}`).join('; '))
      .split('\n')
      .map((line) => line.trim())
      .sort()
  return { ...namespace, network, picture }
}

/** The value, or the error thrown, so that a test shows what went wrong. */
export function ok<T>(result: Result<T>): T {
  if (result.err) throw result.val
  return result.val
}

/** The error of what must fail. */
export function failure(result: Result<unknown>): NetworkError {
  if (result.ok) throw new Error('it did not fail')
  return result.val
}
