import { defaultFdbState, isSelf, type ListedFdbEntry } from '../../rtnetlink/fdb.js'
import type { ListedMdbEntry } from '../../rtnetlink/mdb.js'
import type { FdbSpec, MdbSpec, NetworkSpec } from '../../spec/types.js'
import { isLastingFdbEntry } from '../fdb.js'
import { isLastingMdbEntry } from '../mdb.js'
import type { NetworkState } from '../model.js'
import { defined, unless } from './omit.js'

/** The entries of forwarding and multicast databases that somebody made, as a spec would say them. */
export function entriesToSpec(state: NetworkState): Pick<NetworkSpec, 'fdb' | 'mdb'> {
  const fdb = (state.fdb ?? []).filter((entry) => isLastingFdbEntry(entry, state) && typeof entry.dev === 'string')
  const mdb = (state.mdb ?? []).filter((entry) => isLastingMdbEntry(entry) && typeof entry.port === 'string')
  return {
    ...(fdb.length > 0 ? { fdb: fdb.map(fdbToSpec) } : {}),
    ...(mdb.length > 0 ? { mdb: mdb.map(mdbToSpec) } : {}),
  }
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

function mdbToSpec({ dev, port, group, vlan, source, filterMode, sourceList = [], protocol }: ListedMdbEntry): MdbSpec {
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
      ...(sourceList.length > 0 ? { filterMode, sourceList } : {}),
    }),
  }
}
