import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link, ListedLink } from '../../rtnetlink/link.js'
import type { DesiredLink } from '../../state/desired.js'
import { sectionOf } from '../../state/link.js'
import { mergedProperties } from './mergedProperties.js'

/** The options of a section that name ports: those of a master, and those of a port that name another one beside it. */
export function namesPorts(section: string): readonly string[] {
  const kind = linkKind(section)
  if (kind) return kind.namesPorts ?? []
  const table = section.endsWith('Port') ? linkKind(section.slice(0, -4))?.port : undefined
  return table?.names.filter((name) => table.lines[name]?.codec.domain.type === 'link') ?? []
}

/** Those of them that the kernel forgets when the port that they name goes, and does not choose again by itself. */
function forgottenWithPorts(section: string): readonly string[] {
  const kind = linkKind(section)
  if (!kind) return namesPorts(section)
  return kind.onlyPorts?.filter((option) => !kind.momentary?.includes(option)) ?? []
}

/** The part of a new link's properties that names ports, which are there only later; nothing where there is none. */
export function portNaming(properties: Partial<Link>): Partial<Link> | undefined {
  return partOf(properties, Object.keys(properties), namesPorts, (port) => port !== null)
}

/** The part of a link that the kernel forgets with the ports that it names, of those that go; nothing where there is none. */
export function forgottenNaming(link: ListedLink, goes: (port: string) => boolean): Partial<Link> | undefined {
  const sections = [link.kind ?? '', `${link.masterKind}Port`]
  return partOf(link, sections, forgottenWithPorts, (port) => typeof port === 'string' && goes(port))
}

function partOf(
  properties: Partial<Link>,
  sections: readonly string[],
  optionsOf: (section: string) => readonly string[],
  isMeant: (port: unknown) => boolean,
): Partial<Link> | undefined {
  const parts = sections.flatMap((section): [string, object][] => {
    const names = optionsOf(section)
    if (names.length === 0) return []
    const naming = Object.entries(sectionOf(properties, section) ?? {}).filter(
      ([name, port]) => names.includes(name) && isMeant(port),
    )
    return naming.length > 0 ? [[section, Object.fromEntries(naming)]] : []
  })
  return parts.length > 0 ? Object.fromEntries(parts) : undefined
}

/** A link's properties without such a part of them. */
export function withoutNaming<T extends Partial<Link>>(properties: T, naming: Partial<Link>): T {
  const others = Object.keys(naming).map((section) => {
    const named = sectionOf(naming, section) ?? {}
    const options = Object.entries(sectionOf(properties, section) ?? {}).filter(([name]) => !(name in named))
    return [section, options.length > 0 ? Object.fromEntries(options) : undefined]
  })
  return { ...properties, ...Object.fromEntries(others) }
}

/** A link that names ports, also those that the kernel forgets and that come back, unless the wish names others. */
export function withForgotten(
  wanted: DesiredLink,
  link: ListedLink,
  comesBack: (port: string) => boolean,
): DesiredLink {
  const forgotten = forgottenNaming(link, comesBack)
  if (!forgotten) return wanted
  const { master } = link
  const had = { ...(master === undefined ? {} : { master }), ...forgotten }
  return { ...wanted, properties: mergedProperties(had, wanted.properties) }
}
