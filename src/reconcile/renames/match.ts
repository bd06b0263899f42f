import type { Problem } from '../../error.js'
import { grouped } from '../../grouped.js'
import type { DesiredLink } from '../../state/desired.js'
import type { LinkRecord, NetworkState } from '../../state/model.js'

/** The link that a wish means by what it matches, or by the index that it had; `undefined` where there is none. */
export function matchedLink(wanted: DesiredLink, state: NetworkState, problems: Problem[]): LinkRecord | undefined {
  if (wanted.index !== undefined) return linkOfIndex(wanted, state)
  if (!wanted.match) return undefined
  const found = candidates(wanted, state)
  const [first, second] = found
  if (first && second) {
    const names = found.map(({ link }) => link.name).join(', ')
    problems.push({ path: `${wanted.path}/match`, message: `several links match: ${names}` })
    return undefined
  }
  return first
}

/** How a wish says which link it means. */
export function describeMatch({ match }: DesiredLink): string {
  const { mac, altName } = match ?? {}
  return [mac && `the MAC address ${mac}`, altName && `the alternative name ${altName}`].filter(Boolean).join(' and ')
}

function candidates(wanted: DesiredLink, state: NetworkState): LinkRecord[] {
  const { mac, altName } = wanted.match ?? {}
  const { kind } = wanted.properties
  const { byMac, byName } = indexOf(state)
  const named = altName === undefined ? [...state.links.values()] : (byName.get(altName) ?? [])
  const all = (mac === undefined ? named : (byMac.get(mac) ?? [])).filter(
    ({ link }) =>
      (kind === undefined || link.kind === kind) &&
      (altName === undefined ||
        (altName === wanted.name && link.name === altName) ||
        (link.altNames ?? []).includes(altName)) &&
      (mac === undefined || macOf(link) === mac),
  )
  // What stands on a device has taken its address over, and has no permanent one.
  const permanent = all.filter(({ link }) => mac !== undefined && link.permanentMac === mac)
  return permanent.length > 0 ? permanent : all
}

function macOf({ permanentMac, mac }: LinkRecord['link']): string | undefined {
  return permanentMac ?? mac
}

/** Indices are given anew when a device of another kind comes; one of the same kind is taken for the same. */
function linkOfIndex({ index, properties }: DesiredLink, state: NetworkState): LinkRecord | undefined {
  const record = indexOf(state).byIndex.get(String(index))?.[0]
  return record?.link.kind === properties.kind ? record : undefined
}

/** The link that has an alternative name. */
export function ownerOfAltName(name: string, state: NetworkState): LinkRecord | undefined {
  return indexOf(state)
    .byName.get(name)
    ?.find(({ link }) => (link.altNames ?? []).includes(name))
}

/** All names of links, alternative ones included. */
export function takenNames(state: NetworkState): ReadonlySet<string> {
  return new Set(indexOf(state).byName.keys())
}

interface LinkIndex {
  readonly byMac: ReadonlyMap<string, readonly LinkRecord[]>
  /** By the names and the alternative ones. */
  readonly byName: ReadonlyMap<string, readonly LinkRecord[]>
  readonly byIndex: ReadonlyMap<string, readonly LinkRecord[]>
}

/** Asked of every link that is matched, so that it is made once a state. */
const indices = new WeakMap<NetworkState, LinkIndex>()

function indexOf(state: NetworkState): LinkIndex {
  let index = indices.get(state)
  if (!index) {
    const records = [...state.links.values()]
    const byName = new Map<string, LinkRecord[]>()
    for (const record of records)
      for (const name of [record.link.name, ...(record.link.altNames ?? [])])
        byName.set(name, [...(byName.get(name) ?? []), record])
    index = {
      byMac: grouped(records, ({ link }) => macOf(link) ?? ''),
      byName,
      byIndex: grouped(records, ({ link }) => String(link.index)),
    }
    indices.set(state, index)
  }
  return index
}
