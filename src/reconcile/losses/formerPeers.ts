import { isPairKind, nearPeerOf, peerOf } from '../../rtnetlink/pair.js'
import type { DesiredLink, DesiredNetwork } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import { eachInTurns } from '../../system/inTurns.js'

/** A pair that gets another end, or is to be no pair any longer, loses the one that it had. */
export async function withFormerPeers(desired: DesiredNetwork, actual: NetworkState): Promise<DesiredNetwork> {
  const named = new Set(desired.links.map(({ name }) => name))
  const gone: DesiredLink[] = []
  await eachInTurns(desired.links, ({ name, path, absent, properties }) => {
    const link = actual.links.get(name)?.link
    if (absent || !link || !isPairKind(link.kind) || link.linkNamespaceId !== undefined) return
    if (typeof link.link !== 'string') return
    const { kind = link.kind } = properties
    const keeps = kind === link.kind && (!peerOf(properties) || nearPeerOf(properties) === link.link)
    if (keeps || named.has(link.link)) return
    gone.push({ ...(path === undefined ? {} : { path }), name: link.link, absent: true, properties: {} })
  })
  return gone.length === 0 ? desired : { ...desired, links: [...desired.links, ...gone] }
}
