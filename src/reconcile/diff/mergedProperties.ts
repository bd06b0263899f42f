import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link } from '../../rtnetlink/link.js'
import { sectionOf } from '../../state/link.js'

/** Puts properties over others, and options over options of the same section. */
export function mergedProperties(base: Partial<Link>, over: Partial<Link>): Partial<Link> {
  const merged: Record<string, unknown> = { ...base }
  for (const [name, value] of Object.entries(over)) {
    const section = sectionOf(over, name)
    merged[name] = section ? { ...withoutRivals(name, sectionOf(base, name), section), ...section } : value
  }
  // A port's options go with the master that they were for.
  if ('master' in over && over.master !== base.master) {
    for (const name of Object.keys(base)) if (name.endsWith('Port') && !(name in over)) delete merged[name]
  }
  return merged as Partial<Link>
}

/** The options that a link had, without those that exclude what it is given now. */
function withoutRivals(kind: string, had: Record<string, unknown> | undefined, given: object): object {
  const { exclusive = [], onlyWith = {} } = linkKind(kind) ?? {}
  const rivals = exclusive.some((option) => option in given) ? exclusive : []
  const stays = ([option]: [string, unknown]): boolean =>
    !rivals.includes(option) && !contradicts(given, onlyWith[option] ?? {})
  return Object.fromEntries(Object.entries({ ...had }).filter(stays))
}

/** Whether one of the options is given, and given as none of its values. */
export function contradicts(given: object, values: Readonly<Record<string, readonly unknown[] | undefined>>): boolean {
  const said = new Map<string, unknown>(Object.entries(given))
  return Object.entries(values).some(([option, list]) => said.has(option) && !list?.includes(said.get(option)))
}
