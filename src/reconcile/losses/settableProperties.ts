import type { Link, ListedLink } from '../../rtnetlink/link.js'
import { noMac, visibleAltNames, withoutPassing } from '../../state/link.js'

/** Properties of a link that are only read: they are no part of a wish. */
const stateProperties: ReadonlySet<string> = new Set([
  'name',
  'index',
  'hardwareType',
  'flags',
  'operationalState',
  'carrier',
  'masterKind',
  'link',
  'linkNamespaceId',
  'minimumMtu',
  'maximumMtu',
  'permanentMac',
  'status',
  'portStatus',
  'statistics',
  'ipv4Settings',
  'ipv6Settings',
  'unknown',
  // Only some of them are wished back, by whoever knows whether the device is another one then.
  'features',
])

/** All properties of a listed link that can be wished for. */
export function settableProperties(link: ListedLink): Partial<Link> {
  const entries = Object.entries(withoutPassing(link)).filter(
    ([name, value]) => !stateProperties.has(name) && !(name === 'mac' && value === noMac),
  )
  const altNames = visibleAltNames(link)
  return { ...Object.fromEntries(entries), ...(link.altNames ? { altNames } : {}) }
}
