import type { Payload } from '../../netlink/bytes.js'
import type { DecodeContext } from '../../netlink/codec.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { decodeFdbEntry, dumpFdb, type FdbFilter, type ListedFdbEntry, peekFdbEntry } from '../../rtnetlink/fdb.js'
import type { ListedLink } from '../../rtnetlink/link.js'
import { decodeMdb, dumpMdb } from '../../rtnetlink/mdb.js'
import type { NetworkState } from '../../state/model.js'
import { eachInTurns } from '../../system/inTurns.js'
import { rest } from '../../system/turns.js'
import type { Place } from '../world/place.js'
import { dump } from './dump.js'
import { ifSupported } from './observeVlans.js'

/** Reads the forwarding and multicast databases, which are large where there are many ports. */
export async function observeEntries(
  place: Place,
  links: readonly ListedLink[],
  names: DecodeContext,
  options: RequestOptions,
): Promise<Required<Pick<NetworkState, 'fdb' | 'mdb'>>> {
  const fdb = await observeFdb(place, links, names, options)
  const isAny = links.some(({ kind }) => kind === 'bridge' || kind === 'vxlan')
  const mdb = isAny
    ? await ifSupported(() => dump(place, dumpMdb(), (body) => decodeMdb(body, names), options))
    : undefined
  return { fdb, mdb: (mdb ?? []).flat() }
}

/** Reads the forwarding databases, or what of them the filter leaves. */
export async function observeFdb(
  place: Place,
  links: readonly ListedLink[],
  names: DecodeContext,
  options: RequestOptions,
  filter: FdbFilter = {},
): Promise<ListedFdbEntry[]> {
  const own = await ownAddresses(links)
  // A bridge has an entry for the address of each port in each VLAN: nobody made them, and few others are there.
  const isOwn = (body: Payload): boolean => {
    const { index, mac, state } = peekFdbEntry(body)
    return state === 'permanent' && (own.get(index)?.includes(mac) ?? false)
  }
  const decode = (body: Payload): ListedFdbEntry | undefined => (isOwn(body) ? undefined : decodeFdbEntry(body, names))
  return await dump(place, dumpFdb(filter), decode, options)
}

/** The addresses of bridges and their ports, by the index of the link: a port's own, and its bridge's. */
async function ownAddresses(links: readonly ListedLink[]): Promise<ReadonlyMap<number, readonly string[]>> {
  await rest()
  const macs = new Map(links.map(({ name, mac }) => [name, mac]))
  const addresses = new Map<number, readonly string[]>()
  await eachInTurns(links, ({ index, kind, mac, master, masterKind }) => {
    if (kind !== 'bridge' && masterKind !== 'bridge') return
    const both = [mac, typeof master === 'string' ? macs.get(master) : undefined]
    addresses.set(
      index,
      both.filter((address) => address !== undefined),
    )
  })
  return addresses
}
