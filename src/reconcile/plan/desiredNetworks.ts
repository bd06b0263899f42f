import { throwIfAny } from '../../spec/invalidSpec.js'
import type { Spec } from '../../spec/types.js'
import type { DesiredNetwork } from '../../state/desired.js'
import { resolveNetwork } from '../../state/resolve/network.js'
import { Resolver } from '../../state/resolve/resolver.js'
import { systemNames } from '../../system/names.js'

/**
 * What a valid spec says, namespace by namespace, in the kernel's terms.
 * @param directory where relative paths of files begin; default the working directory
 */
export async function desiredNetworks(spec: Spec, directory?: string): Promise<Map<string, DesiredNetwork>> {
  const resolver = new Resolver(systemNames(), directory)
  const networks = new Map<string, DesiredNetwork>()
  const { namespaces = {}, ...own } = spec
  networks.set('', await resolveNetwork(own, [], resolver))
  for (const [name, network] of Object.entries(namespaces)) {
    networks.set(name, await resolveNetwork(network, ['namespaces', name], resolver))
  }
  throwIfAny(resolver.problems)
  return networks
}
