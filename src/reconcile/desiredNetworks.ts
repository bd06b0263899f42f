import { throwIfAny } from '../spec/invalidSpec.js'
import type { NetworkSpec, Spec } from '../spec/types.js'
import type { DesiredNetwork } from '../state/desired.js'
import { resolveNetwork } from '../state/resolve/network.js'
import { Resolver } from '../state/resolve/resolver.js'
import { systemNames } from '../system/names.js'

/**
 * What a valid spec says, namespace by namespace, in the kernel's terms.
 * @param directory where relative paths of files begin; default the working directory
 */
export function desiredNetworks(spec: Spec, directory?: string): Map<string, DesiredNetwork> {
  const resolver = new Resolver(systemNames(), directory)
  const networks = new Map<string, DesiredNetwork>()
  const { namespaces = {}, ...own } = spec
  const add = (name: string, network: NetworkSpec, path: readonly string[]): void => {
    networks.set(name, resolveNetwork(network, path, resolver))
  }
  add('', own, [])
  for (const [name, network] of Object.entries(namespaces)) add(name, network, ['namespaces', name])
  throwIfAny(resolver.problems)
  return networks
}
