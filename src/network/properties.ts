import { NetworkError } from '../error.js'
import { unknownProperty } from '../netlink/invalidValue.js'
import { linkKind } from '../rtnetlink/kinds/registry.js'
import type { Link } from '../rtnetlink/link.js'
import { linkNames } from './propertyNames.js'

/**
 * What each property is of an object that calls take: one that it needs, one that it may have, or one that is only told of
 * a listed one and does nothing when it is given back.
 */
export type PropertyNames<T, Listed> = {
  readonly [Name in keyof T]-?: Pick<T, Name> extends Required<Pick<T, Name>> ? 'needed' : 'optional'
} & { readonly [Name in Exclude<keyof Listed, keyof T>]-?: 'told' }

/** Returns an object whose properties there are, with all that it needs; any other is `INVALID_ARGUMENT`. */
export function known<T extends object>(object: T, names: Readonly<Record<string, string>>, what: string): T {
  const given = part(object, names, what)
  for (const [name, role] of Object.entries(names)) {
    if (role === 'needed' && Reflect.get(given, name) === undefined) refuse(what, `${name} is missing`, name)
  }
  return given
}

/** {@link known} of some properties of an object. */
export function part<T extends object>(object: T, names: Readonly<Record<string, string>>, what: string): T {
  checkObject(object, what)
  for (const [name, value] of Object.entries(object)) {
    if (value === undefined || Object.hasOwn(names, name)) continue
    refuse(what, unknownProperty(name, Object.keys(names)).problem, name)
  }
  return object
}

/** Refuses properties of a link that there are not, such as the section of no kind. */
export function partOfLink<T extends Partial<Link>>(link: T): T {
  checkObject(link, 'link')
  const general = Object.entries(link).filter(([name]) => !isSection(name))
  part(Object.fromEntries(general), linkNames, link.name === undefined ? 'link' : `link ${link.name}`)
  return link
}

/** Refuses what has no properties at all. */
export function checkObject(value: unknown, what: string): void {
  if (typeof value !== 'object' || value === null) refuse(what, `${String(value)} is no object`)
}

function isSection(name: string): boolean {
  if (linkKind(name)) return true
  return name.endsWith('Port') && linkKind(name.slice(0, -'Port'.length))?.port !== undefined
}

function refuse(what: string, problem: string, attribute?: string): never {
  throw new NetworkError('INVALID_ARGUMENT', `${what}: ${problem}`, {
    object: what,
    ...(attribute === undefined ? {} : { attribute }),
  })
}
