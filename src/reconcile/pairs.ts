import type { Problem } from '../error.js'
import type { AnyLinkKind } from '../rtnetlink/kinds/kind.js'
import type { LinkPeer } from '../rtnetlink/kinds/peer.js'
import { linkKind, pairKinds } from '../rtnetlink/kinds/registry.js'
import { isLead, peerOf, seenFromPeer } from '../rtnetlink/pair.js'
import type { DesiredLink, DesiredNetwork } from '../state/desired.js'
import { sameValue } from '../state/equal.js'
import { sectionOf } from '../state/link.js'
import type { NetworkState } from '../state/model.js'

/** An end of a pair, or where one is. */
interface End {
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

/** What is wanted, with what is said of a pair at the end that does not lead told to the one that does. */
export function withLeads<W extends Wish>(wishes: ReadonlyMap<string, W>, problems: Problem[]): Map<string, W> {
  const result = new Map(wishes)
  const linksOf = (): Links => [...result].map(([name, { desired }]) => [name, desired.links])
  if (![...linksOf()].some(([, links]) => links.some(({ properties }) => ownOptions(properties).length > 0)))
    return result
  const planned = plannedPeers(linksOf())
  for (const [namespace, { desired, actual }] of wishes) {
    for (const link of desired.links) {
      const kind = unlikePair(link.properties)
      const options = ownOptions(link.properties)
      if (!kind || options.length === 0) continue
      const lead = keepsPair(link, kind, actual)
        ? leadThere(namespace, link, actual)
        : planned.get(namespace)?.get(link.name)?.lead
      if (!lead) continue
      const wish = result.get(lead.namespace)
      if (!wish) {
        const where = lead.namespace === '' ? 'the namespace of the program' : `the namespace ${lead.namespace}`
        const message = `${link.name} is led by ${lead.name} in ${where}, where nothing is wanted`
        problems.push({ path: `${link.path}/${kind.kind}`, message, hint: `say it of ${lead.name}` })
        continue
      }
      const told = seenFromPeer(kind, Object.fromEntries(options))
      result.set(lead.namespace, { ...wish, desired: withOptions(wish.desired, lead.name, kind, told, link, problems) })
      const here = result.get(namespace)
      if (here) result.set(namespace, { ...here, desired: withoutOwn(here.desired, link.name, kind) })
    }
  }
  return result
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
  const peer = there && peerOf(there)
  if (!peer || isLead(there)) return undefined
  return { name: peer.name, namespace: there.linkNamespaceId === undefined ? namespace : (peer.namespace ?? '') }
}

function withOptions(
  network: DesiredNetwork,
  name: string,
  { kind }: AnyLinkKind,
  told: Readonly<Record<string, unknown>>,
  { name: teller, path }: DesiredLink,
  problems: Problem[],
): DesiredNetwork {
  const named = network.links.some((link) => link.name === name)
  const unnamed: DesiredLink = { ...(path === undefined ? {} : { path }), name, absent: false, properties: {} }
  const links = (named ? network.links : [...network.links, unnamed]).map((link) => {
    if (link.name !== name || link.absent) return link
    const said = sectionOf(link.properties, kind) ?? {}
    for (const [option, value] of Object.entries(told)) {
      if (!(option in said) || sameValue(said[option], value)) continue
      const message = `${kind}.${option} of ${name} is said to be ${said[option]}, and by what is said of ${teller} ${value}`
      problems.push({ path: `${path}/${kind}`, message, hint: `say it of ${name} alone` })
    }
    return { ...link, properties: { ...link.properties, [kind]: { ...told, ...said } } }
  })
  return { ...network, links }
}

/** The other end is all that is said of the pair at the end that does not lead. */
function withoutOwn(network: DesiredNetwork, name: string, { kind }: AnyLinkKind): DesiredNetwork {
  const links = network.links.map((link) => {
    if (link.name !== name) return link
    const { peer } = sectionOf(link.properties, kind) ?? {}
    const others = Object.entries(link.properties).filter(([property]) => property !== kind)
    return { ...link, properties: Object.fromEntries(peer === undefined ? others : [...others, [kind, { peer }]]) }
  })
  return { ...network, links }
}
