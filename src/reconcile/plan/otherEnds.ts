import { isPairKind } from '../../rtnetlink/pair.js'
import type { DesiredLink, DesiredNetwork } from '../../state/desired.js'
import { plannedPeers, type Wish } from '../reach/pairs.js'
import type { LostFarEnds } from './lostFarEnds.js'

/**
 * Adds the other ends of pairs that are to go, unless something is said of them: they go along, with all that hangs on
 * them.
 */
export function withOtherEnds<T extends Wish>(
  wishes: ReadonlyMap<string, T>,
  lostEnds: LostFarEnds,
): ReadonlyMap<string, T> {
  if (![...wishes.values()].some(({ desired }) => desired.links.some(({ absent }) => absent))) return wishes
  const coming = plannedPeers([...wishes].map(([namespace, { desired }]) => [namespace, desired.links]))
  const whole = new Map<string, T>()
  for (const [namespace, wish] of wishes) {
    const { desired, actual } = wish
    const isComing = (name: string): boolean => coming.get(namespace)?.has(name) ?? false
    const lost = desired.bystander ? [] : (lostEnds.get(namespace)?.keys() ?? [])
    const ends = [...otherEnds({ desired, actual }, isComing), ...farEnds(lost, desired, isComing)]
    const links = [...desired.links, ...ends]
    whole.set(namespace, ends.length === 0 ? wish : { ...wish, desired: { ...desired, links } })
  }
  return whole
}

function otherEnds({ desired, actual }: Wish, isComing: (name: string) => boolean): DesiredLink[] {
  const ends: DesiredLink[] = []
  const gone = desired.links.filter(({ absent }) => absent)
  if (gone.length === 0) return ends
  const named = new Set(desired.links.map(({ name }) => name))
  for (const { name, path } of gone) {
    const { kind, link: other, linkNamespaceId } = actual.links.get(name)?.link ?? {}
    if (!isPairKind(kind) || linkNamespaceId !== undefined || typeof other !== 'string') continue
    if (named.has(other) || isComing(other)) continue
    ends.push({ name: other, absent: true, properties: {}, ...(path === undefined ? {} : { path }) })
  }
  return ends
}

/** Those that lead from another namespace, which need no step. */
function farEnds(
  lost: Iterable<string>,
  { links }: DesiredNetwork,
  isComing: (name: string) => boolean,
): DesiredLink[] {
  const named = new Set(links.map(({ name }) => name))
  const unnamed = [...lost].filter((name) => !named.has(name) && !isComing(name))
  return unnamed.map((name) => ({ name, absent: true, goesAlong: true, properties: {} }))
}
