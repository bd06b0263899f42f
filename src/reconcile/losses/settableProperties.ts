import type { Link, ListedLink } from '../../rtnetlink/link.js'
import { linkStateNames } from '../../rtnetlink/linkState.js'
import { noMac, visibleAltNames, withoutPassing } from '../../state/link.js'

/** Properties of a link that are no part of a wish. */
const unwished: ReadonlySet<string> = new Set([
  'name',
  ...Object.keys(linkStateNames),
  // Only some of them are wished back, by whoever knows whether the device is another one then.
  'features',
])

/** All properties of a listed link that can be wished for. */
export function settableProperties(link: ListedLink): Partial<Link> {
  const entries = Object.entries(withoutPassing(link)).filter(
    ([name, value]) => !unwished.has(name) && !(name === 'mac' && value === noMac),
  )
  const altNames = visibleAltNames(link)
  return { ...Object.fromEntries(entries), ...(link.altNames ? { altNames } : {}) }
}
