import type { ListedFdbEntry } from '../../rtnetlink/fdb.js'
import type { ListedMdbEntry } from '../../rtnetlink/mdb.js'
import type { DesiredNetwork } from '../../state/desired.js'
import { fdbEntryAsItWas, fdbKey, isLastingFdbEntry } from '../../state/fdb.js'
import { lastingMdbEntries, mdbEntryAsItWas, mdbKey } from '../../state/mdb.js'
import type { NetworkState } from '../../state/model.js'

/** Whether an entry goes with some links: that of a port also with its bridge. */
export function fdbEntryGoesWith({ dev, master }: ListedFdbEntry, links: ReadonlySet<string>): boolean {
  return links.has(String(dev)) || links.has(String(master))
}

/** Whether an entry goes with some links. */
export function mdbEntryGoesWith({ dev, port }: ListedMdbEntry, links: ReadonlySet<string>): boolean {
  return links.has(String(dev)) || links.has(String(port))
}

/** The databases once links are made anew. */
export function entriesAfter(
  { fdb, mdb }: NetworkState,
  recreated: ReadonlySet<string>,
): Pick<NetworkState, 'fdb' | 'mdb'> {
  return {
    ...(fdb ? { fdb: fdb.filter((entry) => !fdbEntryGoesWith(entry, recreated)) } : {}),
    ...(mdb ? { mdb: mdb.filter((entry) => !mdbEntryGoesWith(entry, recreated)) } : {}),
  }
}

/** What is wanted of the databases, with what goes with links that are made anew. */
export function restoredEntries(
  desired: DesiredNetwork,
  actual: NetworkState,
  recreated: ReadonlySet<string>,
): Pick<DesiredNetwork, 'fdb' | 'mdb'> {
  const absent = new Set(desired.links.flatMap((link) => (link.absent ? [link.name] : [])))
  const named = new Set([
    ...(desired.fdb ?? []).map(({ entry }) => fdbKey(entry)),
    ...(desired.mdb ?? []).map(({ entry }) => mdbKey(entry)),
  ])
  const fdb = (actual.fdb ?? [])
    .filter((entry) => isLastingFdbEntry(entry, actual) && fdbEntryGoesWith(entry, recreated))
    .filter((entry) => !named.has(fdbKey(entry)) && !fdbEntryGoesWith(entry, absent) && staysPort(entry, desired))
    .map((entry) => ({ absent: false, entry: fdbEntryAsItWas(entry) }))
  const mdb = lastingMdbEntries(actual.mdb ?? [])
    .filter((entry) => mdbEntryGoesWith(entry, recreated))
    .filter((entry) => !named.has(mdbKey(entry)) && !mdbEntryGoesWith(entry, absent))
    .filter(({ dev, port }) => staysPort({ dev: port, master: dev }, desired))
    .map((entry) => ({ absent: false, entry: mdbEntryAsItWas(entry) }))
  return {
    ...(desired.fdb || fdb.length > 0 ? { fdb: [...(desired.fdb ?? []), ...fdb] } : {}),
    ...(desired.mdb || mdb.length > 0 ? { mdb: [...(desired.mdb ?? []), ...mdb] } : {}),
  }
}

/** What a port leaves behind when the user puts it elsewhere is no loss. */
export function staysPort(
  { dev, master }: { readonly dev: string | number; readonly master?: string | number | null },
  { links }: DesiredNetwork,
): boolean {
  const wanted = links.find(({ name }) => name === dev)?.properties.master
  return wanted === undefined || wanted === master || dev === master || master === undefined
}
