import { wholeChanges } from '../../rtnetlink/changeLink.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link } from '../../rtnetlink/link.js'
import type { DesiredLink } from '../../state/desired.js'
import type { PropertyChange } from '../../state/equal.js'
import { type LinkDifference, sectionOf } from '../../state/link.js'
import type { LinkRecord } from '../../state/model.js'

const hidden = '(hidden)'

/** A change as plans show it: nothing secret is in it, only whether there is something. */
export function shownChange(change: PropertyChange & { readonly secret?: boolean }): PropertyChange {
  const { property, secret = false } = change
  const shown = (value: unknown): unknown => (secret && value !== null ? hidden : value)
  return {
    property,
    ...(change.before === undefined ? {} : { before: shown(change.before) }),
    ...(change.after === undefined ? {} : { after: shown(change.after) }),
  }
}

/** The property changes of something new: everything that is stated, from nothing. */
export function changesOf(link: Link): PropertyChange[] {
  const changes: PropertyChange[] = []
  for (const [property, after] of Object.entries(link)) {
    if (property === 'name' || after === undefined) continue
    const section = sectionOf(link, property)
    const generic = linkKind(property)?.generic
    if (generic) {
      const differences = generic.differences(section ?? {}, undefined, false)
      changes.push(...differences.map((one) => shownChange({ ...one, property: `${property}.${one.name}` })))
      continue
    }
    if (!section) changes.push({ property, after })
    for (const [name, value] of Object.entries(section ?? {}))
      changes.push({ property: `${property}.${name}`, after: value })
  }
  return changes
}

/** The properties that a change of a living link tells the kernel. */
export function changesTowards(
  differences: readonly LinkDifference[],
  wanted: DesiredLink,
  link: LinkRecord['link'],
): Partial<Link> {
  return { ...wholeChanges(changedProperties(differences), link), ...genericChanges(differences, wanted, link) }
}

/** What a family of generic netlink is to change. */
function genericChanges(
  differences: readonly LinkDifference[],
  { properties }: DesiredLink,
  link: LinkRecord['link'],
): Partial<Link> {
  const sections = new Set(differences.map(({ section }) => section))
  const changes = [...sections].flatMap((section): [string, object][] => {
    const generic = linkKind(section)?.generic
    const wanted = sectionOf(properties, section) ?? {}
    return generic ? [[section, generic.change(wanted, sectionOf(link, section), link.up ?? false)]] : []
  })
  return Object.fromEntries(changes)
}

function changedProperties(differences: readonly LinkDifference[]): Partial<Link> {
  const changes: Record<string, unknown> = {}
  for (const { section, name, after } of differences) {
    if (name === 'altNames' || linkKind(section)?.generic) continue
    if (section === 'general') changes[name] = after
    else changes[section] = { ...(changes[section] ?? {}), [name]: after }
  }
  return changes as Partial<Link>
}
