import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { DesiredLink } from '../../state/desired.js'
import { sectionOf } from '../../state/link.js'
import type { LinkRecord } from '../../state/model.js'
import { contradicts } from '../diff/mergedProperties.js'

/**
 * A port with only those of its options that its master takes, as that is wished: one of another kind takes none of
 * them, and another mode has other ones.
 */
export function portAsTaken(record: LinkRecord, wishes: ReadonlyMap<string, DesiredLink>): LinkRecord {
  const { master, masterKind = '' } = record.link
  const portKey = `${masterKind}Port`
  const options = sectionOf(record.link, portKey)
  const wish = wishes.get(String(master))?.properties
  if (!options || !wish) return record
  const { portOnlyWith = {} } = linkKind(masterKind) ?? {}
  const given = sectionOf(wish, masterKind) ?? {}
  const stays = wish.kind === undefined || wish.kind === masterKind
  const taken = Object.entries(options).filter(([name]) => stays && !contradicts(given, portOnlyWith[name] ?? {}))
  return { ...record, link: { ...record.link, [portKey]: taken.length > 0 ? Object.fromEntries(taken) : undefined } }
}
