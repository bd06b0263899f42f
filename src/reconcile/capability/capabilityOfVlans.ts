import type { Problem } from '../../error.js'
import { isSelf } from '../../rtnetlink/fdb.js'
import { type BridgeOptions, bridge as bridgeKind } from '../../rtnetlink/kinds/builtIn.js'
import type { DesiredLink, DesiredNetwork } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import { throwIfUnsupported } from './unsupported.js'

/** Options of a bridge that count only with VLAN filtering: net/bridge/br_netlink.c, br_mst.c, br_multicast.c. */
const optionsOfVlans = [
  'vlanFiltering',
  'vlanProtocol',
  'vlanDefaultPvid',
  'vlanStats',
  'vlanStatsPerPort',
  'multicastVlanSnooping',
  'mst',
] as const satisfies readonly (keyof BridgeOptions)[]

const message = 'the bridges of this kernel have no VLAN filtering (CONFIG_BRIDGE_VLAN_FILTERING, Linux 5.6)'

/** Whether a wish speaks of VLANs of bridges, other than that there are none. */
export function speaksOfVlans(network: DesiredNetwork): boolean {
  return problemsOfNetwork(network).length > 0
}

/** Refuses a spec that speaks of VLANs of bridges where the kernel has none, naming all of it. */
export function refuseVlans(
  networks: ReadonlyMap<string, DesiredNetwork>,
  states: ReadonlyMap<string, NetworkState>,
): void {
  const lacking = [...networks].filter(([name]) => states.get(name)?.vlanFiltering === false)
  throwIfUnsupported(lacking.flatMap(([, network]) => problemsOfNetwork(network)))
}

function problemsOfNetwork({ links, fdb = [] }: DesiredNetwork): Problem[] {
  return [
    ...links.flatMap(problemsOf),
    // An entry of the bridge's own table must be in a VLAN that its port has: net/bridge/br_fdb.c, br_fdb_add.
    ...fdb
      .filter(({ absent, entry }) => !absent && entry.vlan !== undefined && !isSelf(entry))
      .map(({ path = '' }) => ({ path: `${path}/vlan`, message })),
  ]
}

function problemsOf({ properties: { bridge, bridgePort }, path = '' }: DesiredLink): Problem[] {
  const defaults: BridgeOptions = bridgeKind.defaults ?? {}
  return [
    ...optionsOfVlans
      .filter((name) => bridge?.[name] !== undefined && bridge[name] !== defaults[name])
      .map((name) => `bridge/${name}`),
    ...(bridge?.vlans ? ['bridge/vlans'] : []),
    ...(bridge?.vlanOptions ? ['bridge/vlanOptions'] : []),
    ...(bridgePort?.vlans ? ['bridgePort/vlans'] : []),
  ].map((property) => ({ path: `${path}/${property}`, message }))
}
