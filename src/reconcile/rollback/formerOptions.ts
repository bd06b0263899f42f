import type { AnyLinkKind } from '../../rtnetlink/kinds/kind.js'
import { linkKind, ordinaryOptions } from '../../rtnetlink/kinds/registry.js'
import type { Link, ListedLink } from '../../rtnetlink/link.js'
import { passingOptions, sectionOf, withoutMomentary, withoutPassing } from '../../state/link.js'
import { contradicts } from '../diff/mergedProperties.js'
import type { Operation } from '../steps/operation.js'

type Options = Readonly<Record<string, unknown>>

/**
 * The options that a link had, its own and those as a port, so that nothing is left of what steps give it; none where they
 * give none.
 */
export function formerOptions(link: ListedLink, operations: readonly Operation[]): Partial<Link> {
  const changes = operations.flatMap((one) => {
    if (one.type === 'createLink') return [one.link]
    return one.type === 'updateLink' ? [one.changes] : []
  })
  const known = linkKind(link.kind ?? '')
  if (changes.length === 0 && !known?.generic) return {}
  const givenTo = (section: string): Options[] => changes.map((change) => sectionOf(change, section) ?? {})
  const { kind = '', masterKind = '' } = link
  const portKey = `${masterKind}Port`
  const master = linkKind(masterKind)
  const given = givenTo(kind)
  // What the kernel changes by itself is put back only where steps changed it.
  const isSteered = known?.momentary?.some((name) => given.some((one) => name in one)) ?? false
  const told = isSteered ? link : withoutMomentary(link)
  const [own, port] = [sectionOf(withoutPassing(told), kind), sectionOf(link, portKey)]
  return {
    ...(own && known
      ? {
          [kind]: {
            ...(known.generic?.former(own, given) ?? own),
            ...unsetOptions(known, own, given, passingOptions(link)),
          },
        }
      : {}),
    ...(port && master ? { [portKey]: { ...port, ...unsetPortOptions(master, port, givenTo(portKey)) } } : {}),
  }
}

/** Those that steps give and that the kernel did not tell: what it then takes, or `null` for none. */
function unsetOptions(kind: AnyLinkKind, had: Options, given: readonly Options[], passing: readonly string[]): Options {
  const { options, exclusive = [], onlyWith = {}, momentary = [], untold = [] } = kind
  const ordinary = ordinaryOptions(kind, had)
  const isOfAnother = (name: string): boolean =>
    (options.lines[name]?.separate ?? false) || momentary.includes(name) || (kind.pair !== undefined && name === 'peer')
  const goesWithAnother = (name: string): boolean =>
    (exclusive.includes(name) && exclusive.some((rival) => rival in had)) || contradicts(had, onlyWith[name] ?? {})
  const isUnset = (name: string): boolean =>
    had[name] === undefined && ![...untold, ...passing].includes(name) && !isOfAnother(name) && !goesWithAnother(name)
  const names = given.flatMap((one) => Object.keys(one)).filter(isUnset)
  return Object.fromEntries(names.map((name) => [name, ordinary[name] ?? null]))
}

/** {@link unsetOptions} of a port. */
function unsetPortOptions(
  { port, portDefaults, portCleared = {} }: AnyLinkKind,
  had: Options,
  given: readonly Options[],
): Options {
  const ordinary = new Map<string, unknown>(Object.entries(portDefaults ?? {}))
  const names = given
    .flatMap((one) => Object.keys(one))
    .filter((name) => {
      return had[name] === undefined && !port?.lines[name]?.separate && (ordinary.has(name) || name in portCleared)
    })
  return Object.fromEntries(names.map((name) => [name, ordinary.get(name) ?? null]))
}
