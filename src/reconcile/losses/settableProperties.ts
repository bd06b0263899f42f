import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link, ListedLink } from '../../rtnetlink/link.js'
import { linkStateNames } from '../../rtnetlink/linkState.js'
import { noMac, visibleAltNames, withoutMomentary, withoutPassing } from '../../state/link.js'

/** Properties of a link that are no part of a wish. */
const unwished: ReadonlySet<string> = new Set([
  'name',
  ...Object.keys(linkStateNames),
  // Only some of them are wished back, by whoever knows whether the device is another one then.
  'features',
])

/** All properties of a listed link that can be wished for, but for some. */
export function settableProperties(link: ListedLink, but: readonly string[] = []): Partial<Link> {
  // What has the address of the device below is given none: that is refused, be it the one that it has.
  const hasMac = link.mac !== noMac && linkKind(link.kind ?? '')?.macOf === undefined
  const settable: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(withoutMomentary(withoutPassing(link)))) {
    const isSettable = !unwished.has(name) && !but.includes(name) && (hasMac || name !== 'mac')
    if (isSettable) settable[name] = name === 'altNames' ? visibleAltNames(link) : value
  }
  return settable
}
