import type { Payload } from '../netlink/bytes.js'
import { inconsistent } from '../netlink/dump.js'
import type { RequestOptions } from '../netlink/exchange.js'
import type { NetlinkMessage, ReceivedMessage } from '../netlink/message.js'
import type { Place } from './place.js'

/** Reads all that a dump tells; one during which the state kept changing is an error. */
export async function dump<T>(
  place: Place,
  message: NetlinkMessage,
  decode: (body: Payload) => T | undefined,
  options: RequestOptions,
): Promise<T[]> {
  const read = (received: ReceivedMessage): T | undefined => decode(received.body)
  const { items, consistent } = await place.connection.dump(message, read, options)
  if (consistent) return items
  throw inconsistent(message)
}
