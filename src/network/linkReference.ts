import { NetworkError } from '../error.js'
import type { LinkTarget } from '../rtnetlink/linkMessages.js'
import { checked } from './resolution.js'

/** Which link a call is about: its name or an alternative one, its index, or a listed link, which goes by its index. */
export type LinkReference = string | number | { readonly name: string; readonly index?: number }

/** How messages say which link is meant. */
export function targetOf(link: LinkReference): LinkTarget {
  if (typeof link === 'string') return { name: link }
  if (typeof link !== 'number' && (typeof link !== 'object' || link === null)) {
    throw new NetworkError('INVALID_ARGUMENT', `${String(link)} is no link: its name, its index, or a listed one`)
  }
  const index = typeof link === 'number' ? link : link.index
  if (index === undefined && typeof link === 'object') return { name: link.name }
  return { index: checked(() => positive(index ?? 0)) }
}

/** The kernel takes an index of 0 for none at all. */
function positive(index: number): number {
  if (Number.isInteger(index) && index > 0 && index < 2 ** 31) return index
  throw new RangeError(`${index} is not the index of a link`)
}
