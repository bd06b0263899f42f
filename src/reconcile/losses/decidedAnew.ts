import { linkKind } from '../../rtnetlink/kinds/registry.js'
import { isLead, nearPeerOf } from '../../rtnetlink/pair.js'
import type { DesiredLink } from '../../state/desired.js'
import { sectionOf } from '../../state/link.js'
import type { LinkRecord, NetworkState } from '../../state/model.js'

/** The properties that a link does not keep, since an option that decides them changes, of it or of the end that leads it. */
export function decidedAnew(
  { link }: LinkRecord,
  wanted: ReadonlyMap<string, DesiredLink>,
  actual: NetworkState,
): readonly string[] {
  const kind = link.kind === undefined ? undefined : linkKind(link.kind)
  const lead = isLead(link) ? link.name : (nearPeerOf(link) ?? '')
  const had = actual.links.get(lead)?.link
  const wish = wanted.get(lead)?.properties
  if (!kind?.decides || !had || !wish) return []
  const [before, after] = [sectionOf(had, kind.kind), sectionOf(wish, kind.kind)]
  return Object.entries(kind.decides).flatMap(([option, properties = []]) =>
    after?.[option] === undefined || after[option] === before?.[option] ? [] : properties,
  )
}
