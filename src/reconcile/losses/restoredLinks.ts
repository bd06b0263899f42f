import type { Link } from '../../rtnetlink/link.js'
import type { DesiredLink, DesiredNetwork } from '../../state/desired.js'
import { sectionOf } from '../../state/link.js'
import type { LinkRecord, NetworkState } from '../../state/model.js'
import { mergedProperties } from '../diff/mergedProperties.js'
import { withForgotten } from '../diff/portNaming.js'
import { wasPortOf } from './formerPort.js'
import { staysPort } from './lossesOfEntries.js'
import { portAsTaken } from './portAsTaken.js'
import { restoredLink } from './restoredLink.js'
import { withAddresses } from './withAddresses.js'

/** The wanted links, those that are made anew with everything they had and the wish does not change. */
export function restoredLinks(
  desired: DesiredNetwork,
  actual: NetworkState,
  lostOf: (record: LinkRecord) => readonly string[],
  recreated: ReadonlySet<string>,
  bounced: ReadonlySet<string>,
): DesiredLink[] {
  const restored: DesiredLink[] = []
  const named = new Map(desired.links.map((link) => [link.name, link]))
  const comesBack = (port: string): boolean =>
    recreated.has(port) && staysPort({ ...actual.links.get(port)?.link, dev: port }, desired)
  for (const link of desired.links) {
    const record = actual.links.get(link.name)
    if (!record || link.absent) restored.push(link)
    else if (recreated.has(link.name))
      restored.push(restoredLink(link, portAsTaken(record, named), lostOf(record), actual))
    else {
      const naming = backInMaster(withForgotten(link, record.link, comesBack), record, recreated, named)
      restored.push(bounced.has(link.name) ? withAddresses(naming, record) : naming)
    }
  }
  for (const [name, record] of actual.links) {
    if (named.has(name)) continue
    const unnamed: DesiredLink = { name, absent: false, properties: {} }
    const naming = withForgotten(unnamed, record.link, comesBack)
    if (recreated.has(name)) restored.push(restoredLink(unnamed, portAsTaken(record, named), lostOf(record), actual))
    else if (naming !== unnamed || wasPortOf(record, recreated) || bounced.has(name)) {
      const back = backInMaster(naming, record, recreated, named)
      restored.push(bounced.has(name) ? withAddresses(back, record) : back)
    }
  }
  return restored
}

/** A port of a recreated master goes back into it, unless the spec says where else it belongs. */
function backInMaster(
  wanted: DesiredLink,
  record: LinkRecord,
  recreated: ReadonlySet<string>,
  wishes: ReadonlyMap<string, DesiredLink>,
): DesiredLink {
  const { master, masterKind = '' } = record.link
  const { master: next = master } = wanted.properties
  if (!wasPortOf(record, recreated) || next !== master || master === undefined) return wanted
  const portKey = `${masterKind}Port`
  const options = sectionOf(portAsTaken(record, wishes).link, portKey) ?? {}
  const had: Partial<Link> = { master, ...(Object.keys(options).length > 0 ? { [portKey]: options } : {}) }
  return { ...wanted, properties: mergedProperties(had, wanted.properties) }
}
