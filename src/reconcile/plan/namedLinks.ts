import { nearPeerOf } from '../../rtnetlink/pair.js'
import type { DesiredNetwork } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'
import { eachInTurns } from '../../system/inTurns.js'

/** The links that are named where something is wished for, by themselves or as the other end of one. */
export async function namedLinks({ links }: DesiredNetwork, actual: NetworkState): Promise<ReadonlySet<string>> {
  const named = new Set<string>()
  await eachInTurns(links, ({ name, properties }) => {
    named.add(name)
    const there = actual.links.get(name)?.link
    for (const end of [properties, there ?? {}]) {
      const peer = nearPeerOf(end)
      if (peer !== undefined) named.add(peer)
    }
  })
  return named
}
