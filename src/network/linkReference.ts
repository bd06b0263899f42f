import { NetworkError } from '../error.js'
import type { LinkTarget } from '../rtnetlink/linkMessages.js'
import { checked } from './resolution.js'

/** Which link a call is about: its name or an alternative one, its index, or a listed link, which goes by its index. */
export type LinkReference = string | number | { readonly name: string; readonly index?: number }

/** How messages say which link is meant. */
export function targetOf(link: LinkReference): LinkTarget {
  if (typeof link === 'number') return { index: checked(() => positive(link)) }
  const { name, index } = typeof link === 'object' && link !== null ? link : { name: link }
  const isNamed = typeof name === 'string' && name !== ''
  if (index !== undefined) return { index: checked(() => positive(index)), ...(isNamed ? { name } : {}) }
  if (isNamed) return { name }
  const shown =
    typeof link === 'object' && link !== null ? 'an object without a name' : name === '' ? '""' : String(link)
  throw new NetworkError('INVALID_ARGUMENT', `${shown} is no link: its name, its index, or a listed one`)
}

/** The kernel takes an index of 0 for none at all. */
function positive(index: number): number {
  if (Number.isInteger(index) && index > 0 && index < 2 ** 31) return index
  throw new RangeError(`${index} is not the index of a link`)
}
