import type { DecodeContext } from '../netlink/codec.js'
import type { RequestOptions } from '../netlink/exchange.js'
import type { ListedLink } from '../rtnetlink/link.js'
import { normalizeVnis } from '../rtnetlink/vniChanges.js'
import { decodeVnis, dumpVnis, type VxlanVni } from '../rtnetlink/vxlanVni.js'
import { dump } from './dump.js'
import { ifSupported } from './observeVlans.js'
import type { Place } from './place.js'

/** Whether a link has VNIs in messages of their own. */
function hasVnis({ vxlan }: Pick<ListedLink, 'vxlan'>): boolean {
  return vxlan?.vnifilter === true
}

/** Reads the VNIs that VXLANs take. */
export async function withVnis(
  place: Place,
  links: readonly ListedLink[],
  names: DecodeContext,
  options: RequestOptions,
): Promise<readonly ListedLink[]> {
  if (!links.some(hasVnis)) return links
  const listed = await ifSupported(() => dump(place, dumpVnis(), (body) => decodeVnis(body, names), options))
  if (!listed) return links
  const byIndex = new Map<number, VxlanVni[]>()
  for (const { dev: _dev, index, ...vni } of listed.flat()) {
    const own = byIndex.get(index)
    if (own) own.push(vni)
    else byIndex.set(index, [vni])
  }
  return links.map((link) =>
    hasVnis(link) ? { ...link, vxlan: { ...link.vxlan, vnis: normalizeVnis(byIndex.get(link.index) ?? []) } } : link,
  )
}
