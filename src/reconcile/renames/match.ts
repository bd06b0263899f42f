import type { Problem } from '../../error.js'
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

function candidates(wanted: DesiredLink, { links }: NetworkState): LinkRecord[] {
  const { mac, altName } = wanted.match ?? {}
  const { kind } = wanted.properties
  const all = [...links.values()].filter(
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
function linkOfIndex({ index, properties }: DesiredLink, { links }: NetworkState): LinkRecord | undefined {
  for (const record of links.values()) {
    if (record.link.index === index) return record.link.kind === properties.kind ? record : undefined
  }
  return undefined
}
