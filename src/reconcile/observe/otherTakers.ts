import { Payload } from '../../netlink/bytes.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { decodeLink, decodeLinkPlace } from '../../rtnetlink/decodeLink.js'
import { frameTakersBut } from '../../rtnetlink/kinds/registry.js'
import { dumpLinks } from '../../rtnetlink/linkMessages.js'
import { isModuleLoaded } from '../../system/linkModules.js'
import { lowersOf } from '../reach/dependents.js'
import type { Place } from '../world/place.js'
import { dump } from './dump.js'

/**
 * Whether something takes the frames of a device as another sort than what is to stand on it: no message about the device
 * tells. Links of one kind are asked for at a time, which are few, and only of kinds that there can be.
 */
export async function hasOtherTaker(
  place: Place,
  device: { readonly index: number; readonly name: string },
  sort: string,
  options: RequestOptions,
): Promise<boolean> {
  const kinds = frameTakersBut(sort)
  const linkName = (index: number): string | number => (index === device.index ? device.name : index)
  for (const asked of kinds) {
    if (!place.inMemory && !isModuleLoaded(asked)) continue
    let isAll = false
    const standsOn = (body: Payload): true | undefined => {
      const { kind, lower } = decodeLinkPlace(body)
      if (kind !== asked) isAll = true
      if (!kinds.has(kind) || (lower !== undefined && lower !== device.index)) return undefined
      return lowersOf(decodeLink(new Payload(body.copy()), { linkName })).includes(device.name) || undefined
    }
    const found = await dump(place, dumpLinks({ kind: asked }), standsOn, options)
    if (found.length > 0) return true
    // Of a kind that it does not know the kernel tells all links.
    if (isAll) return false
  }
  return false
}
