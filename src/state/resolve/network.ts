import { PackedRoutes } from '../../rtnetlink/packed/packedRoutes.js'
import { type Path, pointer } from '../../spec/pointer.js'
import { isSingleRoute, isWhole, loadedRoutes, placeOf } from '../../spec/routeEntries.js'
import { originsOf } from '../../spec/routeOrigin.js'
import { isRouteSet } from '../../spec/routeSetBrand.js'
import type { LinkSpec, NeighborSpec, NetworkSpec } from '../../spec/types.js'
import { mapInTurns } from '../../system/inTurns.js'
import { rest, turnIsLong } from '../../system/turns.js'
import type { DesiredLink, DesiredNeighbor, DesiredNetwork, DesiredRoute } from '../desired.js'
import { canonicalAddress, canonicalMac } from './canonical.js'
import { resolveFdbEntry, resolveMdbEntry } from './entries.js'
import { resolveFirewall } from './firewall.js'
import { resolveAddress, resolveLink } from './link.js'
import { resolveNexthop } from './nexthop.js'
import { repeatedProblems } from './repeated.js'
import type { Resolver } from './resolver.js'
import { resolveRoute, resolveWay } from './route.js'
import { resolveRule } from './rule.js'

/** Brings a valid spec into the kernel's terms: names to numbers, addresses and MACs to their one spelling. */
export async function resolveNetwork(network: NetworkSpec, path: Path, resolver: Resolver): Promise<DesiredNetwork> {
  const { links = [], nexthops = [], rules = [], neighbors = [], fdb, mdb, forwarding } = network
  const firewall = await resolveFirewall(network, path)
  const each = <One, Resolved>(
    list: readonly One[],
    name: string,
    resolve: (one: One, at: Path, resolver: Resolver) => Resolved,
  ): Promise<Resolved[]> => mapInTurns(list.entries(), ([index, one]) => resolve(one, [...path, name, index], resolver))
  const desired = {
    links: await withAddresses(await each(links, 'links', resolveLink), links, [...path, 'links'], resolver),
    ...(await resolveRoutes(network, [...path, 'routes'], resolver)),
    nexthops: await each(nexthops, 'nexthops', resolveNexthop),
    rules: await each(rules, 'rules', resolveRule),
    neighbors: await each(neighbors, 'neighbors', resolveNeighbor),
    ...(fdb ? { fdb: await each(fdb, 'fdb', resolveFdbEntry) } : {}),
    ...(mdb ? { mdb: await each(mdb, 'mdb', resolveMdbEntry) } : {}),
    forwarding: forwarding ? { ...forwarding, path: pointer([...path, 'forwarding']) } : {},
    ...(firewall ? { firewall } : {}),
  }
  resolver.problems.push(...(await repeatedProblems(desired)))
  return desired
}

/** Adds their addresses to links that were brought into the kernel's terms, in the order of the spec. */
async function withAddresses(
  resolved: readonly DesiredLink[],
  links: readonly LinkSpec[],
  path: Path,
  resolver: Resolver,
): Promise<DesiredLink[]> {
  const whole: DesiredLink[] = []
  for (const [index, link] of resolved.entries()) {
    const listed = links[index]?.addresses
    if (!listed) {
      whole.push(link)
      continue
    }
    await rest()
    const at = [...path, index, 'addresses']
    const addresses = await mapInTurns(listed.entries(), ([place, one]) =>
      resolveAddress(one, link.name, [...at, place], resolver),
    )
    whole.push({ ...link, addresses })
  }
  return whole
}

/** What the kernel keeps resolved, or another program tells of, comes and goes between states by itself. */
function stateOf({ state, managed, externallyLearned }: NeighborSpec): Pick<NeighborSpec, 'state'> {
  if (managed) return state === undefined ? {} : { state }
  return { state: state ?? (externallyLearned ? 'reachable' : 'permanent') }
}

async function resolveRoutes(
  network: NetworkSpec,
  path: Path,
  resolver: Resolver,
): Promise<Pick<DesiredNetwork, 'routes' | 'bulk'>> {
  const routes: DesiredRoute[] = []
  const sets: PackedRoutes<DesiredRoute>[] = []
  for (const [index, entry] of loadedRoutes(network).entries()) {
    if (turnIsLong()) await rest()
    if (isSingleRoute(entry)) routes.push(resolveRoute(entry, [...path, index], resolver))
    else if (isRouteSet(entry)) {
      const at = isWhole(entry) ? path : [...path, placeOf(entry, index)]
      sets.push(await entry.packed.map((way) => resolveWay(way, originsOf(entry, pointer(at), way), at, resolver)))
    }
  }
  return { routes, ...(sets.length > 0 ? { bulk: PackedRoutes.joined(sets) } : {}) }
}

function resolveNeighbor(spec: NeighborSpec, path: Path): DesiredNeighbor {
  const { absent = false, mac, state: _state, address, ...others } = spec
  const neighbor = {
    ...others,
    address: canonicalAddress(address),
    ...(mac === undefined ? {} : { mac: canonicalMac(mac) }),
    ...(others.proxy || absent ? {} : stateOf(spec)),
  }
  return { path: pointer(path), absent, neighbor }
}
