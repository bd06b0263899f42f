import type { DecodeContext } from '../netlink/codec.js'
import type { RequestOptions } from '../netlink/exchange.js'
import { decodeFdbEntry, dumpFdb } from '../rtnetlink/fdb.js'
import type { ListedLink } from '../rtnetlink/link.js'
import { decodeMdb, dumpMdb } from '../rtnetlink/mdb.js'
import type { NetworkState } from '../state/model.js'
import { dump } from './dump.js'
import { ifSupported } from './observeVlans.js'
import type { Place } from './place.js'

/** Reads the forwarding and multicast databases, which are large where there are many ports. */
export async function observeEntries(
  place: Place,
  links: readonly ListedLink[],
  names: DecodeContext,
  options: RequestOptions,
): Promise<Required<Pick<NetworkState, 'fdb' | 'mdb'>>> {
  const fdb = await dump(place, dumpFdb(), (body) => decodeFdbEntry(body, names), options)
  const hasBridges = links.some(({ kind }) => kind === 'bridge')
  const mdb = hasBridges
    ? await ifSupported(() => dump(place, dumpMdb(), (body) => decodeMdb(body, names), options))
    : undefined
  return { fdb, mdb: (mdb ?? []).flat() }
}
