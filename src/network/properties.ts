import { NetworkError } from '../error.js'
import { unknownProperty } from '../netlink/invalidValue.js'
import { linkKind } from '../rtnetlink/kinds/registry.js'
import type { Link } from '../rtnetlink/link.js'
import { linkNames } from './propertyNames.js'

/** What the value of a property is at the least; what more it must be, the codecs know that write it. */
type Sort<Value> = [Value] extends [boolean]
  ? 'flag'
  : [Value] extends [string]
    ? 'text'
    : [Value] extends [readonly unknown[]]
      ? 'list'
      : [Value] extends [object]
        ? 'object'
        : 'value'

/**
 * What each property is of an object that calls take: one that it needs, one that it may have, with what its value is; or one
 * that is only told of a listed one and does nothing when it is given back.
 */
export type PropertyNames<T, Listed> = {
  readonly [Name in keyof T]-?: `${Pick<T, Name> extends Required<Pick<T, Name>> ? 'needed' : 'optional'} ${Sort<NonNullable<T[Name]>>}`
} & { readonly [Name in Exclude<keyof Listed, keyof T>]-?: 'told' }

/** Of each sort whose values nothing else tells from others, and what is said of those. */
const sorts: Readonly<Record<string, readonly [include: (value: unknown) => boolean, words: string]>> = {
  flag: [(value) => typeof value === 'boolean', 'neither true nor false'],
  text: [(value) => typeof value === 'string', 'no text'],
  list: [Array.isArray, 'no list'],
  object: [isObject, 'no object'],
}

/** Returns an object whose properties there are, with all that it needs; any other is `INVALID_ARGUMENT`. */
export function known<T extends object>(object: T, names: Readonly<Record<string, string>>, what: string): T {
  const given = part(object, names, what)
  for (const [name, role] of Object.entries(names)) {
    if (role.startsWith('needed') && Reflect.get(given, name) === undefined) refuse(what, `${name} is missing`, name)
  }
  return given
}

/** {@link known} of some properties of an object. */
export function part<T extends object>(object: T, names: Readonly<Record<string, string>>, what: string): T {
  checkObject(object, what)
  for (const [name, value] of Object.entries(object)) {
    if (value === undefined) continue
    if (!Object.hasOwn(names, name)) refuse(what, unknownProperty(name, Object.keys(names)).problem, name)
    const [include, words] = sorts[names[name]?.split(' ')[1] ?? ''] ?? []
    if (include && !include(value)) refuse(what, `${name}: ${shown(value)} is ${words}`, name)
  }
  return object
}

/** Refuses changes of what tells which object is meant: another value there would make another object. */
export function checkKept<T extends object>(
  current: T,
  changes: Partial<T>,
  key: readonly (keyof T & string)[],
  what: string,
): void {
  for (const name of key) {
    if (changes[name] === undefined || changes[name] === current[name]) continue
    refuse(what, `${name} tells which one is meant, and cannot be changed`, name)
  }
}

/** Refuses properties of a link that there are not, such as the section of no kind. */
export function partOfLink<T extends Partial<Link>>(link: T): T {
  checkObject(link, 'link')
  const general = Object.entries(link).filter(([name]) => !isSection(name))
  const what = link.name === undefined ? 'link' : `link ${String(link.name)}`
  part(Object.fromEntries(general), linkNames, what)
  for (const [name, section] of Object.entries(link)) {
    if (isSection(name) && section !== undefined && !isObject(section))
      refuse(what, `${name}: ${shown(section)} is no object`, name)
  }
  return link
}

/** Refuses what has no properties at all. */
export function checkObject(value: unknown, what: string): void {
  if (!isObject(value)) refuse(what, `${shown(value)} is no object`)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shown(value: unknown): string {
  return Array.isArray(value) ? 'a list' : String(value)
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
