import { isPairKind } from '../../rtnetlink/pair.js'
import type { NetworkState } from '../../state/model.js'
import type { End } from '../reach/pairs.js'

/** The links that stand on a device of another namespace, by the namespace and the name of that device. */
export type FarUppers = ReadonlyMap<string, ReadonlyMap<string, readonly End[]>>

/**
 * The links that go with a device of another namespace (net/core/rtnetlink.c, the kinds' dellink), as far as their own
 * namespaces were read.
 */
export function farUppersOf(states: Iterable<readonly [namespace: string, state: NetworkState]>): FarUppers {
  const uppers = new Map<string, Map<string, End[]>>()
  for (const [namespace, { links }] of states) {
    for (const { link, elsewhere } of links.values()) {
      if (elsewhere?.namespace === undefined || elsewhere.link === undefined || isPairKind(link.kind)) continue
      const there = uppers.get(elsewhere.namespace) ?? new Map<string, End[]>()
      const ends = there.get(elsewhere.link) ?? []
      ends.push({ namespace, name: link.name })
      there.set(elsewhere.link, ends)
      uppers.set(elsewhere.namespace, there)
    }
  }
  return uppers
}
