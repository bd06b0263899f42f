import type { DecodeContext } from '../../netlink/codec.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { decodeNeighbor, dumpNeighbors, type ListedNeighbor } from '../../rtnetlink/neighbor.js'
import { linkCalled } from '../../state/linkCalled.js'
import type { LinkRecord } from '../../state/model.js'
import type { Place } from '../world/place.js'
import { dump } from './dump.js'

/** The neighbors of a link that are to be known. */
export interface NeighborsOfLink {
  readonly dev: string
  /** Whether these are ones that the host answers for. */
  readonly proxy: boolean
}

/** Reads those of some links; of one that does not exist there are none. */
export async function observeNeighborsOf(
  place: Place,
  wanted: Iterable<NeighborsOfLink>,
  links: ReadonlyMap<string, LinkRecord>,
  names: DecodeContext,
  options: RequestOptions,
): Promise<ListedNeighbor[]> {
  const neighbors: ListedNeighbor[] = []
  const asked = new Set<string>()
  for (const { dev, proxy } of wanted) {
    const index = linkCalled(links, dev)?.link.index
    const key = `${index} ${proxy}`
    if (index === undefined || asked.has(key)) continue
    asked.add(key)
    // A kernel before 4.20 gives those of all links.
    const listed = await dump(
      place,
      dumpNeighbors({ dev: index, ...(proxy ? { proxy } : {}) }),
      (body) => decodeNeighbor(body, names),
      options,
    )
    neighbors.push(...listed.filter((neighbor) => neighbor.index === index))
  }
  return neighbors
}
