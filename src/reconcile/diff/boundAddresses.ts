import { formatAddress, parseAddress } from '../../ip/address.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link } from '../../rtnetlink/link.js'
import { sectionOf } from '../../state/link.js'

/** The tag of an address with the length of its prefix, by which what is bound to it waits for it. */
export function tagOfAddress(address: string): string {
  return `local ${address.split('/', 1)[0]}`
}

/** The tags of the addresses that the kernel binds sockets of a link to. */
export function tagsOfBound(properties: Partial<Link>): string[] {
  const { kind = '' } = properties
  const options = sectionOf(properties, kind)
  return (linkKind(kind)?.boundTo ?? []).flatMap((option) => {
    const address = options?.[option]
    const bytes = typeof address === 'string' ? parseAddress(address) : undefined
    return bytes ? [tagOfAddress(formatAddress(bytes))] : []
  })
}
