import type { AnyLinkKind } from '../../rtnetlink/kinds/kind.js'
import { peerOf } from '../../rtnetlink/pair.js'
import { generalOf } from './generalWords.js'
import { optionsOf } from './options.js'
import { words } from './words.js'

/** The options of a kind, those of a pair's other end behind it. */
export function kindWords(kind: AnyLinkKind, options: object): string[] {
  const form = { defaults: kind.defaults }
  if (!kind.pair) return optionsOf(kind.options, options, form)
  const ofPeer = Object.values(kind.pair.mirrored ?? {})
  const wordsOf = (isMeant: (name: string) => boolean): string[] =>
    optionsOf(kind.options, Object.fromEntries(Object.entries(options).filter(([name]) => isMeant(name))), form)
  const peer = peerOf({ [kind.kind]: options })
  const there = [
    ...wordsOf((name) => ofPeer.includes(name)),
    peer && words('name', peer.name, ...generalOf(peer), peer.namespace && `netns ${peer.namespace}`),
  ].filter((word) => word !== undefined)
  const here = wordsOf((name) => name !== 'peer' && !ofPeer.includes(name))
  return [...here, ...(there.length > 0 ? ['peer', ...there] : [])]
}
