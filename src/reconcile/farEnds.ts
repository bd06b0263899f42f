import type { Problem } from '../error.js'
import { linkKind } from '../rtnetlink/kinds/registry.js'
import type { ListedLink } from '../rtnetlink/link.js'
import { isLead, isPairKind, peerOf } from '../rtnetlink/pair.js'
import type { DesiredLink } from '../state/desired.js'
import type { NetworkState } from '../state/model.js'
import { decidedAnew, recreatedLinks } from './losses.js'
import type { Wish } from './pairs.js'

/** The ends of pairs that go with the other end in another namespace and come back, with the properties that they lose. */
export type FarEnds = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>

/** The ends, by namespace, that go and come back since the other end is made anew somewhere else. */
export function farEndsMadeAnew(wishes: ReadonlyMap<string, Wish>, problems: Problem[]): FarEnds {
  const far = new Map<string, Map<string, readonly string[]>>()
  const concerned = [...wishes].filter(([, { actual }]) => hasFarEnds(actual))
  const seen = new Set<string>()
  for (let found = true; found; ) {
    found = false
    for (const [namespace, { desired, actual }] of concerned) {
      const wanted = new Map(desired.links.map((link) => [link.name, link]))
      for (const name of recreatedLinks(desired, actual, wanted, far.get(namespace)?.keys())) {
        const record = actual.links.get(name)
        const peer = record && isFarEnd(record.link) ? peerOf(record.link) : undefined
        if (!record || !peer || seen.has(`${namespace} ${name}`) || !keepsEnd(wanted.get(name), record.link)) continue
        seen.add(`${namespace} ${name}`)
        const there = peer.namespace ?? ''
        if (there === '' && saysAll(record.link)) {
          const message = `${name} leads a pair whose other end, ${peer.name}, is in the namespace of the program, so that it cannot be made anew`
          problems.push({
            path: wanted.get(name)?.path ?? '',
            message,
            hint: 'delete the pair, and make it from there',
          })
          continue
        }
        if (!wishes.get(there)?.actual.links.has(peer.name)) continue
        const ends = far.get(there) ?? new Map<string, readonly string[]>()
        if (!ends.has(peer.name)) ends.set(peer.name, decidedAnew(record, wanted, actual))
        far.set(there, ends)
        found = true
      }
    }
  }
  return far
}

function hasFarEnds({ links }: NetworkState): boolean {
  for (const { link } of links.values()) if (isFarEnd(link)) return true
  return false
}

/** Whether nothing of its pair can be said at the other end. */
function saysAll(link: ListedLink): boolean {
  return linkKind(link.kind ?? '')?.pair?.lead !== undefined && isLead(link)
}

/** Whether a link that is made anew is to have the other end that it has. */
function keepsEnd(wanted: DesiredLink | undefined, link: ListedLink): boolean {
  const { kind = link.kind } = wanted?.properties ?? {}
  const [before, after] = [peerOf(link), wanted && peerOf(wanted.properties)]
  return kind === link.kind && (!after || (after.name === before?.name && after.namespace === before.namespace))
}

function isFarEnd({ kind, linkNamespaceId }: ListedLink): boolean {
  return linkNamespaceId !== undefined && isPairKind(kind)
}
