import { defined } from '../../spec/omit.js'
import { protocolToSpec } from '../../spec/protocolToSpec.js'
import { RouteSet } from '../../spec/routeSet.js'
import { routeToSpec, wayToSpec } from '../../spec/routeToSpec.js'
import type { NeighborSpec, NetworkSpec, PackedSnapshot, RuleSpec, Snapshot } from '../../spec/types.js'
import { noFirewall } from '../firewall/firewall.js'
import type { NetworkState } from '../model.js'
import { isLastingNeighbor } from '../neighbor.js'
import { allRoutes } from '../packedState.js'
import { isLasting } from '../route.js'
import type { RuleRecord } from '../rule.js'
import { entriesToSpec } from './entries.js'
import { confineToSpec, natToSpec } from './firewall.js'
import { linkToSpec } from './link.js'
import { nexthopToSpec } from './nexthop.js'
import { sysctlToSpec } from './sysctl.js'

/** RTPROT_KERNEL: the three rules that every namespace begins with. */
const kernelProtocol = 2

/** A namespace as a spec: applied to itself it changes nothing, applied to an empty one it makes the same. */
export function networkToSpec(state: NetworkState, own: number, secrets: boolean): Snapshot {
  const many = state.bulk?.filter(isLasting)
  const ways = many?.map((route) => wayToSpec(route, own))
  const routes = [
    ...state.routes.filter(isLasting).map((route) => routeToSpec(route, own)),
    ...(ways ? new RouteSet({ packed: ways, ...unknownOrigin }) : []),
  ]
  return { ...restToSpec(state, own, secrets), ...(routes.length > 0 ? { routes } : {}) }
}

/** {@link networkToSpec} with the routes packed. */
export function networkToPackedSpec(state: NetworkState, own: number, secrets: boolean): PackedSnapshot {
  const lasting = allRoutes(state).filter(isLasting)
  const routes = new RouteSet({ packed: lasting.map((route) => wayToSpec(route, own)), ...unknownOrigin })
  return { ...restToSpec(state, own, secrets), ...(routes.size > 0 ? { routes } : {}) }
}

const unknownOrigin = { origins: { inet: [], inet6: [] } } as const

/** Everything but the routes. */
function restToSpec(state: NetworkState, own: number, secrets: boolean): Omit<NetworkSpec, 'routes'> {
  const { firewall = noFirewall } = state.firewall ?? {}
  const links = [...state.links.values()].map((record) => ({
    ...linkToSpec(record, own, secrets, state.links),
    ...sysctlToSpec(record.sysctl, state.sysctlDefaults),
    ...confineToSpec(firewall.confinements.get(record.link.name)),
  }))
  const nat = natToSpec(firewall)
  const nexthops = state.nexthops.map((nexthop) => nexthopToSpec(nexthop, own))
  const rules = state.rules.filter(({ protocol }) => protocol !== kernelProtocol).map((rule) => ruleToSpec(rule, own))
  const neighbors = state.neighbors
    .filter((neighbor) => isLastingNeighbor(neighbor) && typeof neighbor.dev === 'string')
    .map(neighborToSpec)
  return {
    links,
    ...(nexthops.length > 0 ? { nexthops } : {}),
    ...(rules.length > 0 ? { rules } : {}),
    ...(neighbors.length > 0 ? { neighbors } : {}),
    ...entriesToSpec(state),
    forwarding: state.forwarding,
    ...(nat ? { nat } : {}),
  }
}

function ruleToSpec(rule: RuleRecord, own: number): RuleSpec {
  const { family, priority, protocol, tunnelId, ...others } = rule
  const known = { ...others, ...listedOnly }
  const familyNeeded = family === 'inet6' && rule.from === undefined && rule.to === undefined
  return {
    ...defined({ priority: priority ?? 0, family: familyNeeded ? family : undefined }),
    ...defined(known),
    ...defined({
      tunnelId: tunnelId === undefined ? undefined : Number(tunnelId),
      protocol: protocolToSpec(protocol, own),
    }),
  }
}

/** What a listed rule tells besides. */
const listedOnly = {
  flags: undefined,
  unknown: undefined,
  detachedIif: undefined,
  detachedOif: undefined,
  unresolved: undefined,
}

function neighborToSpec(neighbor: NetworkState['neighbors'][number]): NeighborSpec {
  const { dev, address, mac, state, proxy, router, externallyLearned, managed } = neighbor
  const isPermanent = externallyLearned && state === 'permanent'
  return {
    dev: String(dev),
    address,
    ...defined({
      mac: proxy || managed ? undefined : mac,
      state: state === 'noarp' || isPermanent ? state : undefined,
      externallyLearned: externallyLearned || undefined,
      managed: managed || undefined,
      proxy: proxy || undefined,
      router: router || undefined,
    }),
  }
}
