import type { Payload } from '../../netlink/bytes.js'
import { inconsistent } from '../../netlink/dump.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import type { NetlinkMessage, ReceivedMessage } from '../../netlink/message.js'
import type { Place } from '../world/place.js'

/** Milliseconds: duplicate address detection of thousands of addresses changes them for seconds. */
const patience = 5_000

/** Reads all that a dump tells; one during which the state kept changing is an error. */
export async function dump<T>(
  place: Place,
  message: NetlinkMessage,
  decode: (body: Payload) => T | undefined,
  options: RequestOptions,
): Promise<T[]> {
  const read = (received: ReceivedMessage): T | undefined => decode(received.body)
  let items: T[] = []
  await untilConsistent(message, async () => {
    const result = await place.connection.dump(message, read, options)
    items = result.items
    return result.consistent
  })
  return items
}

/** Reads again and again until the state stood still meanwhile. */
export async function untilConsistent(message: NetlinkMessage, read: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patience
  while (!(await read())) if (performance.now() > deadline) throw inconsistent(message)
}
