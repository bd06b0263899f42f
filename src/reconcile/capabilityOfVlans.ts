import type { Problem } from '../error.js'
import type { DesiredLink, DesiredNetwork } from '../state/desired.js'
import type { NetworkState } from '../state/model.js'
import { throwIfUnsupported } from './unsupported.js'

/** Refuses a spec that speaks of VLANs of bridges where the kernel has none, naming all of it. */
export function refuseVlans(
  networks: ReadonlyMap<string, DesiredNetwork>,
  states: ReadonlyMap<string, NetworkState>,
): void {
  const problems: Problem[] = []
  for (const [name, { links }] of networks) {
    if (states.get(name)?.vlanFiltering !== false) continue
    for (const link of links) problems.push(...problemsOf(link))
  }
  throwIfUnsupported(problems)
}

function problemsOf({ properties: { bridge, bridgePort }, path = '' }: DesiredLink): Problem[] {
  return [
    ...(bridge?.vlanFiltering ? ['bridge/vlanFiltering'] : []),
    ...(bridge?.vlans ? ['bridge/vlans'] : []),
    ...(bridge?.vlanOptions ? ['bridge/vlanOptions'] : []),
    ...(bridgePort?.vlans ? ['bridgePort/vlans'] : []),
  ].map((property) => ({
    path: `${path}/${property}`,
    message: 'the bridges of this kernel have no VLAN filtering (CONFIG_BRIDGE_VLAN_FILTERING, Linux 5.6)',
  }))
}
