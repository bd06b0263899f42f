import type { Problem } from '../../error.js'
import { isPairKind } from '../../rtnetlink/pair.js'
import type { NetworkState } from '../../state/model.js'
import { eachInTurns } from '../../system/inTurns.js'
import type { Losses } from '../losses/losses.js'
import { type End, otherEndOf, type plannedPeers, type Wish } from '../reach/pairs.js'
import { shownNamespace } from '../reach/shownNamespace.js'

/** The ends of pairs in other namespaces of a plan that go with an end that is absent, with that one. */
export type LostFarEnds = ReadonlyMap<string, ReadonlyMap<string, End>>

/** Finds them. */
export async function lostFarEnds(wishes: ReadonlyMap<string, Wish>): Promise<LostFarEnds> {
  const lost = new Map<string, Map<string, End>>()
  for (const [namespace, { desired, actual }] of wishes) {
    await eachInTurns(desired.links, ({ name, absent }) => {
      const other = absent ? farEndOf(name, namespace, actual) : undefined
      if (!other || !wishes.get(other.namespace)?.actual.links.has(other.name)) return
      const ends = lost.get(other.namespace) ?? new Map<string, End>()
      lost.set(other.namespace, ends.set(other.name, { namespace, name }))
    })
  }
  return lost
}

function farEndOf(name: string, namespace: string, { links }: NetworkState): End | undefined {
  const link = links.get(name)?.link
  return link && isPairKind(link.kind) && link.linkNamespaceId !== undefined ? otherEndOf(link, namespace) : undefined
}

/** Notes each such end that is to stay. */
export function checkLostFarEnds(
  lost: LostFarEnds,
  losses: ReadonlyMap<string, Losses>,
  peers: ReturnType<typeof plannedPeers>,
  problems: Problem[],
): void {
  for (const [namespace, ends] of lost) {
    const there = losses.get(namespace)
    for (const { name, absent, path } of there?.desired.links ?? []) {
      const gone = ends.get(name)
      if (!gone || absent || there?.recreated.has(name) || peers.get(namespace)?.has(name)) continue
      const where = shownNamespace(gone.namespace)
      problems.push({
        path: path ?? '',
        message: `the link ${name} goes with ${gone.name} in ${where}, the other end of its pair, which is absent`,
        hint: `name ${name} as absent too`,
      })
    }
  }
}
