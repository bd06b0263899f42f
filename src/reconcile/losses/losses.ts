import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link, ListedLink } from '../../rtnetlink/link.js'
import { isLead, isPairKind, nearPeerOf, peerOf } from '../../rtnetlink/pair.js'
import { isManageable } from '../../state/address.js'
import type { DesiredLink, DesiredNetwork } from '../../state/desired.js'
import { sameValue } from '../../state/equal.js'
import { changedFeatures } from '../../state/features.js'
import { linkDifferences, sectionOf } from '../../state/link.js'
import type { LinkRecord, NetworkState } from '../../state/model.js'
import { type NexthopLosses, withoutLosses } from '../../state/nexthop.js'
import { marksOf } from '../../state/owner.js'
import type { RouteRecord } from '../../state/route.js'
import { routeWithout } from '../../state/routeWithout.js'
import { changedSysctls } from '../../state/sysctl.js'
import { canTakeToken } from '../../state/token.js'
import { eachInTurns } from '../../system/inTurns.js'
import { rest } from '../../system/turns.js'
import { mergedProperties } from '../diff/mergedProperties.js'
import { forgottenNaming, withForgotten, withoutNaming } from '../diff/portNaming.js'
import { lowersOf, takenAlong } from '../reach/dependents.js'
import { reachability } from '../reach/reachable.js'
import { asItWas } from './asItWas.js'
import { keptByKind } from './keptByKind.js'
import { entriesAfter, restoredEntries, staysPort } from './lossesOfEntries.js'
import { lossesOf, recreatedNexthops, restoredNexthops } from './lostNexthops.js'
import { withReleasedPorts } from './releasedPorts.js'
import { restoredNeighbors } from './restoredNeighbors.js'
import { restoredBulk, restoredRoutes, withBulk } from './restoredRoutes.js'
import { settableProperties } from './settableProperties.js'

/** A link that goes with what it leads to in another namespace, and comes back. */
export interface FarEnd {
  /** The properties that it loses. */
  readonly lost: readonly string[]
  /** What takes it along. */
  readonly by: string
}

/** What happens to links of a namespace that takes other things along. */
export interface Losses {
  /** What is there once the losses have happened. */
  readonly actual: NetworkState
  /** What is wanted, with everything that was lost by the way and not by the user's wish. */
  readonly desired: DesiredNetwork
  /** Links that are made anew, and the ones that go and come back with them. */
  readonly recreated: ReadonlySet<string>
  /**
   * What takes each of those along: another link, with its namespace where that is another one; `undefined` for what is
   * made anew by itself.
   */
  readonly recreatedWith: ReadonlyMap<string, string | undefined>
  /** Links that go down and up again. */
  readonly bounced: ReadonlySet<string>
  /** Nexthop objects that are made anew, since the kernel does not change them so far. */
  readonly recreatedNexthops: ReadonlySet<number>
  /** The links that are made anew, by the device that each stood on. */
  readonly formerUppers: ReadonlyMap<string, readonly string[]>
}

/**
 * Works out what recreating and bouncing links takes along, and adds it to what is wanted.
 *
 * @param bouncedBefore links that go down for another reason than what is wanted of them
 * @param far links that go with their other end in another namespace and come back, with the properties that they lose
 */
export async function withLosses(
  stated: DesiredNetwork,
  actual: NetworkState,
  bouncedBefore: ReadonlySet<string> = new Set(),
  far: ReadonlyMap<string, FarEnd> = new Map(),
): Promise<Losses> {
  const desired = withReleasedPorts(withFormerPeers(stated, actual), actual)
  await rest()
  const wanted = new Map(desired.links.map((link) => [link.name, link]))
  await rest()
  const recreatedWith = await recreatedLinks(desired, actual, wanted, far)
  const recreated = new Set(recreatedWith.keys())
  await rest()
  const bounced = await bouncedLinks(desired, actual, wanted, recreated)
  for (const name of bouncedBefore) {
    if (!recreated.has(name) && actual.links.get(name)?.link.up) bounced.add(name)
  }
  const anew = await recreatedNexthops(desired, actual)
  if (recreated.size === 0 && bounced.size === 0 && anew.size === 0)
    return {
      actual,
      desired,
      recreated,
      recreatedWith,
      bounced,
      recreatedNexthops: anew,
      formerUppers: new Map(),
    }
  const goesDown = (dev: string | number | undefined): boolean =>
    typeof dev === 'string' && (recreated.has(dev) || bounced.has(dev))
  const lost = lossesOf(actual, anew, goesDown)
  const forwardsIpv6 = desired.forwarding.ipv6 ?? actual.forwarding.ipv6
  const lostOf = (record: LinkRecord): readonly string[] => [
    ...decidedAnew(record, wanted, actual),
    ...(canTakeToken(forwardsIpv6, wanted.get(record.link.name)?.sysctl) ? [] : ['ipv6Token']),
    ...(far.get(record.link.name)?.lost ?? []),
  ]
  const links = restoredLinks(desired, actual, lostOf, recreated, bounced)
  const canLead = await reachability(links, desired, actual)
  const nexthops = restoredNexthops(desired, actual, lost, canLead)
  return {
    actual: await stateAfter(actual, recreated, bounced, lost),
    desired: {
      ...desired,
      links,
      nexthops,
      routes: [...desired.routes, ...(await restoredRoutes({ ...desired, links, nexthops }, actual, lost, goesDown))],
      ...withBulk(desired.bulk, await restoredBulk({ ...desired, links, nexthops }, actual, lost, goesDown)),
      neighbors: [...desired.neighbors, ...restoredNeighbors(desired, actual, recreated, bounced)],
      ...restoredEntries(desired, actual, recreated),
    },
    recreated,
    recreatedWith,
    bounced,
    recreatedNexthops: anew,
    formerUppers: formerUppersOf(actual, recreated),
  }
}

function formerUppersOf(actual: NetworkState, recreated: ReadonlySet<string>): Map<string, string[]> {
  const uppers = new Map<string, string[]>()
  for (const name of recreated) {
    const record = actual.links.get(name)
    for (const lower of record ? lowersOf(record.link) : []) {
      const others = uppers.get(lower)
      if (others) others.push(name)
      else uppers.set(lower, [name])
    }
  }
  return uppers
}

/** A pair that gets another end, or is to be no pair any longer, loses the one that it had. */
function withFormerPeers(desired: DesiredNetwork, actual: NetworkState): DesiredNetwork {
  const named = new Set(desired.links.map(({ name }) => name))
  const gone: DesiredLink[] = []
  for (const { name, path, absent, properties } of desired.links) {
    const link = actual.links.get(name)?.link
    if (absent || !link || !isPairKind(link.kind) || link.linkNamespaceId !== undefined) continue
    if (typeof link.link !== 'string') continue
    const { kind = link.kind } = properties
    const keeps = kind === link.kind && (!peerOf(properties) || nearPeerOf(properties) === link.link)
    if (keeps || named.has(link.link)) continue
    gone.push({ ...(path === undefined ? {} : { path }), name: link.link, absent: true, properties: {} })
  }
  return gone.length === 0 ? desired : { ...desired, links: [...desired.links, ...gone] }
}

/**
 * The links that are made anew, with those that go and come back with them and what takes each of these along.
 *
 * @param also links that do so for another reason than what is wanted of them
 */
export async function recreatedLinks(
  desired: DesiredNetwork,
  actual: NetworkState,
  wanted: ReadonlyMap<string, DesiredLink>,
  also: ReadonlyMap<string, FarEnd> = new Map(),
): Promise<Map<string, string | undefined>> {
  const recreated = new Map<string, string | undefined>()
  const lost = (name: string, by: string | undefined): void => {
    if (wanted.get(name)?.absent) return
    const isKnown = recreated.has(name)
    if (!isKnown || by === undefined) recreated.set(name, by)
    if (!isKnown) for (const other of takenAlong(name, actual)) lost(other, name)
  }
  for (const [name, { by }] of also) lost(name, by)
  await eachInTurns(desired.links, (link) => {
    const record = actual.links.get(link.name)
    if (!record || link.absent) return
    const isAnew = linkDifferences(link.properties, record.link).some(({ immutable }) => immutable)
    if (isAnew || standsElsewhere(link, record)) lost(link.name, undefined)
  })
  return recreated
}

/** Whether what a link stands on is to be in another namespace than it is. */
function standsElsewhere({ elsewhere }: DesiredLink, { link, elsewhere: now }: LinkRecord): boolean {
  return elsewhere !== undefined && !isPairKind(link.kind) && !sameValue(elsewhere, now)
}

async function bouncedLinks(
  desired: DesiredNetwork,
  actual: NetworkState,
  wanted: ReadonlyMap<string, DesiredLink>,
  recreated: ReadonlySet<string>,
): Promise<Set<string>> {
  const bounced = new Set<string>()
  await eachInTurns(desired.links, (link) => {
    const record = actual.links.get(link.name)
    if (!record?.link.up || link.absent || recreated.has(link.name) || link.properties.up === false) return
    const whileDown = (record.link.kind === undefined ? undefined : linkKind(record.link.kind))?.changedWhileDown ?? []
    const changed = linkDifferences(link.properties, record.link)
    if (changed.some(({ property, name }) => whileDown.includes(property) || whileDown.includes(name))) {
      bounced.add(link.name)
    }
    if (!changed.some(({ name }) => name === 'master')) return
    const former = portsGoDown(record.link.masterKind)
    if (former || portsGoDown(futureMasterKind(link, wanted, actual))) bounced.add(link.name)
  })
  if (recreated.size === 0) return bounced
  await eachInTurns([...actual.links.values()], ({ link }) => {
    const { absent, properties } = wanted.get(link.name) ?? {}
    const stays = link.up && !absent && properties?.up !== false && !recreated.has(link.name)
    if (stays && wasPortOf({ link }, recreated) && portsGoDown(link.masterKind)) bounced.add(link.name)
  })
  return bounced
}

function portsGoDown(kind: string | undefined): boolean {
  return (kind !== undefined && linkKind(kind)?.portsGoDown) ?? false
}

/** The kind of the master that a link is to have. */
function futureMasterKind(
  { properties: { master } }: DesiredLink,
  wanted: ReadonlyMap<string, DesiredLink>,
  actual: NetworkState,
): string | undefined {
  if (typeof master !== 'string') return undefined
  return wanted.get(master)?.properties.kind ?? actual.links.get(master)?.link.kind
}

async function stateAfter(
  actual: NetworkState,
  recreated: ReadonlySet<string>,
  bounced: ReadonlySet<string>,
  lost: NexthopLosses,
): Promise<NetworkState> {
  const links = new Map<string, LinkRecord>()
  for (const [name, record] of actual.links) {
    if (recreated.has(name)) continue
    const { link } = record
    const released = typeof link.master === 'string' && recreated.has(link.master)
    const addresses = bounced.has(name) ? record.addresses.filter(({ family }) => family === 'inet') : record.addresses
    const forgotten = forgottenNaming(link, (port) => recreated.has(port))
    const kept = forgotten ? withoutNaming(link, forgotten) : link
    links.set(name, { ...record, link: released ? withoutMaster(kept) : kept, addresses })
  }
  const gone = (dev: string | number | undefined): boolean =>
    typeof dev === 'string' && (recreated.has(dev) || bounced.has(dev))
  const left = (route: RouteRecord): RouteRecord | undefined => {
    if (route.nexthopId !== undefined && lost.gone.has(route.nexthopId)) return undefined
    return routeWithout(route, gone, (dev) => recreated.has(String(dev)))
  }
  return {
    ...actual,
    links,
    routes: actual.routes.flatMap((route) => left(route) ?? []),
    nexthops: withoutLosses(actual.nexthops, lost),
    ...(actual.bulk
      ? {
          bulk: await (await actual.bulk.filter((route) => left(route) !== undefined)).map(
            (route) => left(route) ?? route,
          ),
        }
      : {}),
    neighbors: actual.neighbors.filter(({ dev }) => !gone(dev)),
    ...entriesAfter(actual, recreated),
  }
}

function withoutMaster(link: ListedLink): ListedLink {
  const entries = Object.entries(link).filter(([name]) => name !== 'master' && name !== `${link.masterKind}Port`)
  return Object.fromEntries(entries) as unknown as ListedLink
}

/** The wanted links, those that are made anew with everything they had and the wish does not change. */
function restoredLinks(
  desired: DesiredNetwork,
  actual: NetworkState,
  lostOf: (record: LinkRecord) => readonly string[],
  recreated: ReadonlySet<string>,
  bounced: ReadonlySet<string>,
): DesiredLink[] {
  const restored: DesiredLink[] = []
  const named = new Set(desired.links.map(({ name }) => name))
  const comesBack = (port: string): boolean =>
    recreated.has(port) && staysPort({ ...actual.links.get(port)?.link, dev: port }, desired)
  for (const link of desired.links) {
    const record = actual.links.get(link.name)
    if (!record || link.absent) restored.push(link)
    else if (recreated.has(link.name)) restored.push(restoredLink(link, record, lostOf(record), actual))
    else {
      const naming = backInMaster(withForgotten(link, record.link, comesBack), record, recreated)
      restored.push(bounced.has(link.name) ? withAddresses(naming, record) : naming)
    }
  }
  for (const [name, record] of actual.links) {
    if (named.has(name)) continue
    const unnamed: DesiredLink = { name, absent: false, properties: {} }
    const naming = withForgotten(unnamed, record.link, comesBack)
    if (recreated.has(name)) restored.push(restoredLink(unnamed, record, lostOf(record), actual))
    else if (naming !== unnamed || wasPortOf(record, recreated)) {
      const back = backInMaster(naming, record, recreated)
      restored.push(bounced.has(name) ? withAddresses(back, record) : back)
    }
  }
  return restored
}

function wasPortOf({ link }: Pick<LinkRecord, 'link'>, masters: ReadonlySet<string>): boolean {
  return typeof link.master === 'string' && masters.has(link.master)
}

/** A port of a recreated master goes back into it, unless the spec says where else it belongs. */
function backInMaster(wanted: DesiredLink, record: LinkRecord, recreated: ReadonlySet<string>): DesiredLink {
  const { link } = record
  if (!wasPortOf(record, recreated) || wanted.properties.master !== undefined || link.master === undefined)
    return wanted
  const portKey = `${link.masterKind}Port`
  const options = sectionOf(link, portKey)
  const had: Partial<Link> = { master: link.master, ...(options ? { [portKey]: options } : {}) }
  return { ...wanted, properties: mergedProperties(had, wanted.properties) }
}

/** The properties that a link does not keep, since an option that decides them changes, of it or of the end that leads it. */
export function decidedAnew(
  { link }: LinkRecord,
  wanted: ReadonlyMap<string, DesiredLink>,
  actual: NetworkState,
): readonly string[] {
  const kind = link.kind === undefined ? undefined : linkKind(link.kind)
  const lead = isLead(link) ? link.name : (nearPeerOf(link) ?? '')
  const had = actual.links.get(lead)?.link
  const wish = wanted.get(lead)?.properties
  if (!kind?.decides || !had || !wish) return []
  const [before, after] = [sectionOf(had, kind.kind), sectionOf(wish, kind.kind)]
  return Object.entries(kind.decides).flatMap(([option, properties = []]) =>
    after?.[option] === undefined || after[option] === before?.[option] ? [] : properties,
  )
}

function restoredLink(
  wanted: DesiredLink,
  record: LinkRecord,
  decided: readonly string[],
  { sysctlDefaults }: NetworkState,
): DesiredLink {
  const { link } = record
  const kindChanges = wanted.properties.kind !== undefined && wanted.properties.kind !== link.kind
  const features = changedFeatures(link)
  const had = {
    ...withoutFollowing(settableProperties(link)),
    ...(Object.keys(features).length > 0 ? { features } : {}),
  }
  const kept: Partial<Link> = kindChanges
    ? keptByKind(had, link, wanted.properties.kind)
    : Object.fromEntries(Object.entries(had).filter(([name]) => !decided.includes(name)))
  const { root, ingress } = record.qdiscs ?? {}
  const sysctl = { ...changedSysctls(record.sysctl, sysctlDefaults), ...wanted.sysctl }
  return {
    ...(root ? { qdisc: root } : {}),
    ...(ingress ? { ingressQdisc: ingress } : {}),
    ...withAddresses(wanted, record),
    ...(Object.keys(sysctl).length > 0 ? { sysctl } : {}),
    properties: mergedProperties(kept, wanted.properties),
    marks: marksOf(link),
    ...(record.elsewhere && !kindChanges && !statesLower(wanted, link) ? { elsewhere: record.elsewhere } : {}),
  }
}

/** Whether a wish says what a link is to stand on. */
function statesLower({ properties }: DesiredLink, { kind = '' }: ListedLink): boolean {
  return sectionOf(properties, kind)?.['link'] !== undefined
}

/** Properties without the options that are what follows from other ones, which may have other values now. */
function withoutFollowing(properties: Partial<Link>): Partial<Link> {
  const kind = properties.kind === undefined ? undefined : linkKind(properties.kind)
  const options = kind?.defaultsBy && sectionOf(properties, kind.kind)
  if (!options) return properties
  const following = new Map<string, unknown>(Object.entries(kind.defaultsBy(options, properties.mac)))
  const own = Object.entries(options).filter(([name, value]) => following.get(name) !== value)
  return { ...properties, [kind.kind]: Object.fromEntries(own) }
}

function withAddresses(wanted: DesiredLink, record: LinkRecord): DesiredLink {
  return { ...wanted, addresses: wanted.addresses ?? record.addresses.filter(isManageable).map(asItWas) }
}
