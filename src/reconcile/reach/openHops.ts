import { parseAddress } from '../../ip/address.js'
import { isLinkLocal } from '../../ip/linkLocal.js'
import type { Nexthop } from '../../rtnetlink/route.js'
import type { DesiredRoute } from '../../state/desired.js'

/** The next hops of a wish that name a gateway, and no link towards it. */
export function openHops({ absent, exact, stated }: DesiredRoute): (Nexthop & { readonly via: string })[] {
  if (absent || exact) return []
  return (stated.nexthops ?? [stated]).flatMap((hop) => (isOpen(hop) ? [hop] : []))
}

/** Whether the kernel looks for the link that leads to a gateway. */
export function isOpen<Hop extends Nexthop>(hop: Hop): hop is Hop & { readonly via: string } {
  const { via, dev, onlink } = hop
  if (via === undefined || dev !== undefined || onlink) return false
  const gateway = parseAddress(via)
  return gateway !== undefined && !isLinkLocal(gateway)
}
