import type { AnyLinkKind } from '../../rtnetlink/kinds/kind.js'

type Options = Readonly<Record<string, unknown>>

/** What of a pair's options the kernel tells: all but the other end, of which it tells the index. */
export function toldOptions({ pair }: AnyLinkKind, options: Options): Options {
  return pair ? Object.fromEntries(Object.entries(options).filter(([name]) => name !== 'peer')) : options
}

/** What an end tells of its part in the pair. */
export function partInPair({ pair }: AnyLinkKind, leads: boolean): Record<string, unknown> {
  return pair?.lead === undefined ? {} : { [pair.lead]: leads }
}
