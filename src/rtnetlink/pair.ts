import { ownValue } from '../ownValue.js'
import type { AnyLinkKind } from './kinds/kind.js'
import type { LinkPeer } from './kinds/peer.js'
import { linkKind, pairKinds } from './kinds/registry.js'
import type { ListedLink } from './link.js'

/** Whether links of a kind come in pairs. */
export function isPairKind(kind: string | undefined): boolean {
  return kind !== undefined && linkKind(kind)?.pair !== undefined
}

/** The other end that the options of a link name, as which kind of pair it may be. */
export function peerOf(link: object): LinkPeer | undefined {
  for (const kind of pairKinds()) {
    const options = ownValue(link, kind)
    const peer = typeof options === 'object' && options && 'peer' in options ? options.peer : undefined
    if (isPeer(peer)) return peer
  }
  return undefined
}

/** The name of the other end where that is in the same namespace. */
export function nearPeerOf(link: object): string | undefined {
  const peer = peerOf(link)
  return peer?.namespace === undefined ? peer?.name : undefined
}

function isPeer(value: unknown): value is LinkPeer {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
}

/** Whether an end says what both do: any that does not say that it does not. */
export function isLead({ kind, status }: Pick<ListedLink, 'kind' | 'status'>): boolean {
  const lead = kind === undefined ? undefined : linkKind(kind)?.pair?.lead
  return lead === undefined || ownValue(status, lead) !== false
}

/** One end of a pair, without what is said of both if the other one leads. */
export function withoutLedOptions(link: ListedLink): ListedLink {
  if (isLead(link)) return link
  return Object.fromEntries(Object.entries(link).filter(([name]) => name !== link.kind)) as unknown as ListedLink
}

/** One end of a pair, with what the other one is. */
export function withPeer(link: ListedLink, peer: LinkPeer): ListedLink {
  const { kind = '' } = link
  const options = ownValue(link, kind)
  return { ...link, [kind]: { ...(typeof options === 'object' ? options : {}), peer } }
}

/** Options of one end of a pair by the names that they have at the other end. */
export function seenFromPeer({ pair }: Pick<AnyLinkKind, 'pair'>, options: object): Record<string, unknown> {
  const mirrored = Object.entries(pair?.mirrored ?? {})
  const names = new Map([...mirrored, ...mirrored.map(([own, others]): [string, string] => [others, own])])
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [names.get(name) ?? name, value]))
}
