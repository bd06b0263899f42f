import { wholeChanges } from '../../rtnetlink/changeLink.js'
import { splitOptions } from '../../rtnetlink/kinds/generic.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link } from '../../rtnetlink/link.js'
import { withKeptReasons } from '../../rtnetlink/protocolDownReasons.js'
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
    if (!section) changes.push({ property, after })
    const kind = linkKind(property)
    const plain = kind?.generic && section ? splitOptions(kind.options, section).plain : section
    for (const [name, value] of Object.entries(plain ?? {}))
      changes.push({ property: `${property}.${name}`, after: value })
    const differences = (section && kind?.generic?.differences(section, undefined, false)) ?? []
    changes.push(...differences.map((one) => shownChange({ ...one, property: `${property}.${one.name}` })))
  }
  return changes
}

/** The properties that a change of a living link tells the kernel: of what nobody could undo, or of all else. */
export function changesTowards(
  differences: readonly LinkDifference[],
  wanted: DesiredLink,
  link: LinkRecord['link'],
  last = false,
): Partial<Link> {
  const plain: Partial<Link> = last
    ? {}
    : wholeChanges(withKeptReasons(changedProperties(differences), wanted.properties), link)
  const changes: Record<string, unknown> = { ...plain }
  for (const [section, change] of genericChanges(differences, wanted, link, last)) {
    changes[section] = { ...sectionOf(plain, section), ...change }
  }
  return changes
}

/** What a family of generic netlink is to change. */
function genericChanges(
  differences: readonly LinkDifference[],
  { properties }: DesiredLink,
  link: LinkRecord['link'],
  last: boolean,
): [string, object][] {
  const sections = new Set(differences.filter(({ generic }) => generic).map(({ section }) => section))
  return [...sections].flatMap((section): [string, object][] => {
    const generic = linkKind(section)?.generic
    const wanted = sectionOf(properties, section) ?? {}
    const change = generic?.change(wanted, sectionOf(link, section), link.up ?? false)
    return change ? [[section, generic?.partOf?.(change, last) ?? change]] : []
  })
}

function changedProperties(differences: readonly LinkDifference[]): Partial<Link> {
  const changes: Record<string, unknown> = {}
  for (const { section, name, after, generic } of differences) {
    if (name === 'altNames' || generic) continue
    if (section === 'general') changes[name] = after
    else changes[section] = { ...(changes[section] ?? {}), [name]: after }
  }
  return changes as Partial<Link>
}
