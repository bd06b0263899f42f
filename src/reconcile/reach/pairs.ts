import type { Problem } from '../../error.js'
import { grouped } from '../../grouped.js'
import type { AnyLinkKind } from '../../rtnetlink/kinds/kind.js'
import type { LinkPeer } from '../../rtnetlink/kinds/peer.js'
import { linkKind, pairKinds } from '../../rtnetlink/kinds/registry.js'
import type { ListedLink } from '../../rtnetlink/link.js'
import { isLead, peerOf, seenFromPeer } from '../../rtnetlink/pair.js'
import type { DesiredLink, DesiredNetwork } from '../../state/desired.js'
import { sameValue } from '../../state/equal.js'
import { sectionOf } from '../../state/link.js'
import type { NetworkState } from '../../state/model.js'
import { shownNamespace } from './shownNamespace.js'

/** An end of a pair, or where one is. */
export interface End {
  readonly namespace: string
  readonly name: string
}

/** An end that is to be there, with its kind and the other end. */
interface Described extends End {
  readonly kind: string
  readonly peer: LinkPeer
}

/** What is wanted of a namespace, and what is there. */
export interface Wish {
  readonly desired: DesiredNetwork
  readonly actual: NetworkState
}

type Links = Iterable<readonly [namespace: string, links: readonly DesiredLink[]]>

/**
 * The links that are to come as the other end of a pair, with their kinds and the ends that lead, by their namespace. A
 * pair that both ends describe is made by the one that says more of it, else by the one that comes first.
 */
export function plannedPeers(links: Links): Map<string, Map<string, { readonly kind: string; readonly lead: End }>> {
  const peers = new Map<string, Map<string, { kind: string; lead: End }>>()
  const [sayMore, others]: [Described[], Described[]] = [[], []]
  for (const [namespace, own] of links) {
    for (const { name, absent, properties } of own) {
      const { kind } = properties
      const peer = absent || kind === undefined ? undefined : peerOf(properties)
      if (!peer || kind === undefined) continue
      const list = ownOptions(properties).length > 0 ? sayMore : others
      list.push({ namespace, name, kind, peer })
    }
  }
  for (const { namespace, name, kind, peer } of [...sayMore, ...others]) {
    const there = peer.namespace ?? namespace
    const names = peers.get(there) ?? new Map<string, { kind: string; lead: End }>()
    if (!peers.get(namespace)?.has(name)) names.set(peer.name, { kind, lead: { namespace, name } })
    peers.set(there, names)
  }
  return peers
}

/** The kind of pair whose ends are not alike, that some properties have options of. */
function unlikePair(properties: DesiredLink['properties']): AnyLinkKind | undefined {
  const name = pairKinds().find((one) => one in properties)
  const kind = name === undefined ? undefined : linkKind(name)
  return kind?.pair?.lead === undefined ? undefined : kind
}

/** What is said of a pair besides its other end, where only the end that leads can be told. */
function ownOptions(properties: DesiredLink['properties']): [string, unknown][] {
  const kind = unlikePair(properties)
  const options = kind && sectionOf(properties, kind.kind)
  return Object.entries(options ?? {}).filter(([name]) => name !== 'peer')
}

/** What is said of a pair at an end that does not lead, by the names that it has at the end that does. */
interface Told {
  readonly lead: End
  readonly kind: string
  readonly options: Readonly<Record<string, unknown>>
  /** Where it is said. */
  readonly namespace: string
  readonly link: DesiredLink
}

/** What is wanted, with what is said of a pair at the end that does not lead told to the one that does. */
export function withLeads<W extends Wish>(wishes: ReadonlyMap<string, W>, problems: Problem[]): Map<string, W> {
  const told = toldToLeads(wishes, problems)
  const toLeads = grouped(told, ({ lead }) => lead.namespace)
  const tellers = grouped(told, ({ namespace }) => namespace)
  return new Map(
    [...wishes].map(([namespace, wish]) => {
      const others = withoutOwn(wish.desired, tellers.get(namespace) ?? [])
      return [namespace, { ...wish, desired: withOptions(others, toLeads.get(namespace) ?? [], problems) }]
    }),
  )
}

function toldToLeads(wishes: ReadonlyMap<string, Wish>, problems: Problem[]): Told[] {
  const links: Links = [...wishes].map(([namespace, { desired }]) => [namespace, desired.links])
  let planned: ReturnType<typeof plannedPeers> | undefined
  const told: Told[] = []
  for (const [namespace, { desired, actual }] of wishes) {
    for (const link of desired.links) {
      const kind = unlikePair(link.properties)
      const options = kind ? ownOptions(link.properties) : []
      if (!kind || options.length === 0) continue
      planned ??= plannedPeers(links)
      const lead = keepsPair(link, kind, actual)
        ? leadThere(namespace, link, actual)
        : planned.get(namespace)?.get(link.name)?.lead
      if (!lead) continue
      if (wishes.has(lead.namespace)) {
        const own = seenFromPeer(kind, Object.fromEntries(options))
        told.push({ lead, kind: kind.kind, options: own, namespace, link })
        continue
      }
      const where = shownNamespace(lead.namespace)
      const message = `${link.name} is led by ${lead.name} in ${where}, where nothing is wanted`
      problems.push({ path: `${link.path}/${kind.kind}`, message, hint: `say it of ${lead.name}` })
    }
  }
  return told
}

/** Whether a link is an end of a pair, and to be one of the same pair. */
function keepsPair({ name, properties }: DesiredLink, { kind }: AnyLinkKind, actual: NetworkState): boolean {
  const there = actual.links.get(name)?.link
  const peer = there && peerOf(there)
  const wanted = peerOf(properties)
  if (!there || there.kind !== kind || !peer) return false
  return !wanted || (wanted.name === peer.name && wanted.namespace === peer.namespace)
}

/** The end that leads a pair which is there; nothing for the one that leads itself. */
function leadThere(namespace: string, { name }: DesiredLink, actual: NetworkState): End | undefined {
  const there = actual.links.get(name)?.link
  return !there || isLead(there) ? undefined : otherEndOf(there, namespace)
}

/** The other end of a pair, one end of which is in a namespace; nothing where nobody can tell it. */
export function otherEndOf(link: ListedLink, namespace: string): End | undefined {
  const peer = peerOf(link)
  if (!peer) return undefined
  return { name: peer.name, namespace: link.linkNamespaceId === undefined ? namespace : (peer.namespace ?? '') }
}

function withOptions(network: DesiredNetwork, told: readonly Told[], problems: Problem[]): DesiredNetwork {
  if (told.length === 0) return network
  const named = new Set(network.links.map(({ name }) => name))
  const byLead = grouped(told, ({ lead }) => lead.name)
  const links = [...network.links]
  for (const { lead, link } of told) {
    if (named.has(lead.name)) continue
    named.add(lead.name)
    const { path } = link
    links.push({ ...(path === undefined ? {} : { path }), name: lead.name, absent: false, properties: {} })
  }
  const withTold = links.map((link) => {
    if (link.absent) return link
    return (byLead.get(link.name) ?? []).reduce((lead, one) => toldOf(lead, one, problems), link)
  })
  return { ...network, links: withTold }
}

/** The end that leads, with what is said at the other one. */
function toldOf(
  lead: DesiredLink,
  { kind, options, link: { name: teller, path } }: Told,
  problems: Problem[],
): DesiredLink {
  const said = sectionOf(lead.properties, kind) ?? {}
  for (const [option, value] of Object.entries(options)) {
    if (!(option in said) || sameValue(said[option], value)) continue
    const message = `${kind}.${option} of ${lead.name} is said to be ${said[option]}, and by what is said of ${teller} ${value}`
    problems.push({ path: `${path}/${kind}`, message, hint: `say it of ${lead.name} alone` })
  }
  return { ...lead, properties: { ...lead.properties, [kind]: { ...options, ...said } } }
}

/** The other end is all that is said of a pair at an end that does not lead. */
function withoutOwn(network: DesiredNetwork, told: readonly Told[]): DesiredNetwork {
  if (told.length === 0) return network
  const kinds = new Map(told.map(({ link, kind }) => [link.name, kind]))
  const links = network.links.map((link) => {
    const kind = kinds.get(link.name)
    if (kind === undefined) return link
    const { peer } = sectionOf(link.properties, kind) ?? {}
    const others = Object.entries(link.properties).filter(([property]) => property !== kind)
    return { ...link, properties: Object.fromEntries(peer === undefined ? others : [...others, [kind, { peer }]]) }
  })
  return { ...network, links }
}
