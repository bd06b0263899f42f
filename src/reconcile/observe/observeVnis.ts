import { grouped } from '../../grouped.js'
import type { DecodeContext } from '../../netlink/codec.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import type { ListedLink } from '../../rtnetlink/link.js'
import { ownVnis } from '../../rtnetlink/vniChanges.js'
import { decodeVnis, dumpVnis } from '../../rtnetlink/vxlanVni.js'
import type { Place } from '../world/place.js'
import { dump } from './dump.js'
import { ifSupported } from './observeVlans.js'

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
  const byIndex = grouped(listed.flat(), ({ index }) => `${index}`)
  return links.map((link) =>
    hasVnis(link) ? { ...link, vxlan: { ...link.vxlan, vnis: ownVnis(byIndex.get(`${link.index}`) ?? []) } } : link,
  )
}
