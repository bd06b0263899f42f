import type { Payload } from '../../netlink/bytes.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { decodePortMtu } from '../../rtnetlink/decodeLink.js'
import { dumpLinks } from '../../rtnetlink/linkMessages.js'
import type { LinkRecord } from '../../state/model.js'
import { followsPorts } from '../../state/portsMtu.js'
import type { Place } from '../world/place.js'
import { dump } from './dump.js'

/** A link that is to be a port, with the MTU that it is to have, where that is known. */
export interface PortWish {
  readonly port: string
  readonly master: string
  readonly mtu: number | undefined
}

/** Adds to masters that may follow a port of another MTU the smallest one of their ports, which tells whether they do. */
export async function withPortsMtu(
  place: Place,
  links: ReadonlyMap<string, LinkRecord>,
  wishes: readonly PortWish[],
  options: RequestOptions,
): Promise<ReadonlyMap<string, LinkRecord>> {
  const known = new Map(links)
  for (const { port, master, mtu } of wishes) {
    const record = known.get(master)
    const own = links.get(port)?.link
    const isSo = own?.master === master && own.mtu === mtu
    if (!record || record.portsMtu !== undefined || isSo || mtu === record.link.mtu || !followsPorts(record.link))
      continue
    const { index } = record.link
    // A kernel before 4.6 gives those of all links.
    const mtuOfPort = (body: Payload): number | undefined => {
      const found = decodePortMtu(body)
      return found.master === index ? found.mtu : undefined
    }
    const mtus = await dump(place, dumpLinks({ master: index }), mtuOfPort, options)
    if (mtus.length > 0) known.set(master, { ...record, portsMtu: Math.min(...mtus) })
  }
  return known
}
