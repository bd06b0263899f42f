import { defaultFdbState, isSelf, type ListedFdbEntry } from '../../rtnetlink/fdb.js'
import type { ListedMdbEntry } from '../../rtnetlink/mdb.js'
import { defined, unless } from '../../spec/omit.js'
import type { FdbSpec, MdbSpec, NetworkSpec } from '../../spec/types.js'
import { mapInTurns } from '../../system/inTurns.js'
import { rest } from '../../system/turns.js'
import { fdbKey, isLastingFdbEntry } from '../fdb.js'
import { lastingMdbEntries, mdbKey } from '../mdb.js'
import type { NetworkState } from '../model.js'

/** The entries of forwarding and multicast databases that somebody made, as a spec would say them. */
export async function entriesToSpec(state: NetworkState): Promise<Pick<NetworkSpec, 'fdb' | 'mdb'>> {
  const fdb = (state.fdb ?? []).filter((entry) => isLastingFdbEntry(entry, state) && typeof entry.dev === 'string')
  const mdb = lastingMdbEntries(state.mdb ?? []).filter(({ port }) => typeof port === 'string')
  return {
    ...(fdb.length > 0 ? { fdb: await mapInTurns(await inOrder(fdb, fdbKey), fdbToSpec) } : {}),
    ...(mdb.length > 0 ? { mdb: await mapInTurns(await inOrder(mdb, mdbKey), mdbToSpec) } : {}),
  }
}

/** The kernel keeps them in the order of chance. */
async function inOrder<T>(list: readonly T[], keyOf: (item: T) => string): Promise<T[]> {
  const keyed = await mapInTurns(list, (item) => ({ item, key: keyOf(item) }))
  await rest()
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ item }) => item)
}

function fdbToSpec(entry: ListedFdbEntry): FdbSpec {
  const { dev, mac, self, state, vlan, dst, port, vni, sourceVni, via, nexthopId } = entry
  const remote = { dst, port, vni, sourceVni, via: typeof via === 'string' ? via : undefined, nexthopId }
  const lasting = state === 'permanent' ? state : 'static'
  return {
    dev: String(dev),
    mac,
    ...defined({
      self: unless(isSelf(defined(remote)), self),
      state: unless(defaultFdbState({ self }), lasting),
      vlan,
      ...remote,
      sticky: entry.sticky || undefined,
      externallyLearned: entry.externallyLearned || undefined,
      router: entry.router || undefined,
    }),
  }
}

function mdbToSpec(entry: ListedMdbEntry): MdbSpec {
  const { dev, port, group, vlan, source, filterMode, sourceList = [], protocol } = entry
  const { dst, dstPort, vni, via, sourceVni } = entry
  return {
    dev: String(dev),
    port: String(port),
    group,
    ...defined({
      vlan,
      source,
      // What an entry gets by itself, of any source or of one.
      filterMode: unless(source === undefined ? 'exclude' : 'include', filterMode),
      protocol: unless(4, protocol),
      dst,
      dstPort,
      vni,
      via: typeof via === 'string' ? via : undefined,
      sourceVni,
      ...(sourceList.length > 0 ? { filterMode, sourceList } : {}),
    }),
  }
}
