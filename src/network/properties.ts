import { NetworkError } from '../error.js'
import { parseAddress } from '../ip/address.js'
import { parsePrefix } from '../ip/prefix.js'
import { unknownProperty } from '../netlink/invalidValue.js'
import { isRecord } from '../ownValue.js'
import { linkKind } from '../rtnetlink/kinds/registry.js'
import type { Link } from '../rtnetlink/link.js'
import { parseHandle } from '../rtnetlink/qdiscs/handle.js'
import { lastVlan, parseRange } from '../rtnetlink/vlanRange.js'
import { lastVni } from '../rtnetlink/vniRange.js'
import { link as linkValues } from './filter.js'
import { linkNames } from './propertyNames.js'

/** What the value of a property is at the least; what more it must be, the codecs know that write it. */
type Sort<Value> = [Value] extends [boolean]
  ? 'flag'
  : [Value] extends [string]
    ? 'text' | TextSort
    : [Value] extends [readonly unknown[]]
      ? 'list'
      : [Value] extends [object]
        ? 'object'
        : [string | number] extends [Value]
          ? 'value' | 'nullable' | 'link' | 'vlans' | 'vnis'
          : [Value] extends [string | number]
            ? 'value'
            : 'any'

/** Texts whose codec no longer knows which property they are of, or which are looked at before a message is written. */
type TextSort = 'address' | 'prefix' | 'destination' | 'selector' | 'handle' | 'name'

/**
 * What each property is of an object that calls take: one that it needs, one that it may have, with what its value is; or one
 * that is only told of a listed one and does nothing when it is given back.
 */
export type PropertyNames<T, Listed> = {
  readonly [Name in keyof T]-?: `${Pick<T, Name> extends Required<Pick<T, Name>> ? 'needed' : 'optional'} ${Sort<Exclude<T[Name], undefined>>}`
} & { readonly [Name in Exclude<keyof Listed, keyof T>]-?: 'told' }

const isPrefix = (value: string): boolean => parsePrefix(value) !== undefined
const ipAddress = 'an IP address with or without a prefix length'

/** What is said of values that are not of a sort, which nothing else tells from others. */
const sorts: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  flag: (value) => (typeof value === 'boolean' ? undefined : 'neither true nor false'),
  text: textThat(() => true, ''),
  list: (value) => (Array.isArray(value) ? undefined : 'no list'),
  object: (value) => (isRecord(value) ? undefined : 'no object'),
  value: (value) => (isValue(value) ? undefined : 'neither a number nor a text'),
  link: (value) => (linkValues.include(value) ? undefined : 'no link: its name or its index'),
  vlans: rangeTo(lastVlan, 'VLAN'),
  vnis: rangeTo(lastVni, 'VNI'),
  address: textThat((value) => parseAddress(value) !== undefined, 'not an IP address'),
  prefix: textThat(isPrefix, `not ${ipAddress}`),
  destination: textThat((value) => value === 'default' || isPrefix(value), `neither "default" nor ${ipAddress}`),
  selector: textThat((value) => value === 'all' || isPrefix(value), `neither "all" nor ${ipAddress}`),
  name: textThat((value) => value !== '', 'no name'),
  handle: textThat((value) => parseHandle(value) !== undefined, 'no name of a qdisc or a class'),
}

/** An empty text would be read as the number zero. */
function isValue(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && value !== '')
}

function textThat(include: (value: string) => boolean, words: string): (value: unknown) => string | undefined {
  return (value) => (typeof value !== 'string' ? 'no text' : include(value) ? undefined : words)
}

function rangeTo(last: number, what: string): (value: unknown) => string | undefined {
  const words = `neither a ${what} from 1 to ${last} nor a range such as 100-200`
  const isRange = (value: unknown): boolean =>
    (typeof value === 'number' || typeof value === 'string') && parseRange(value, last) !== undefined
  return (value) => (isRange(value) ? undefined : words)
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
    const problem = sorts[names[name]?.split(' ')[1] ?? '']?.(value)
    if (problem !== undefined) refuse(what, `${name}: ${shown(value)} is ${problem}`, name)
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
    if (isSection(name) && section !== undefined && !isRecord(section))
      refuse(what, `${name}: ${shown(section)} is no object`, name)
  }
  return link
}

/** Refuses what has no properties at all. */
export function checkObject(value: unknown, what: string): void {
  if (!isRecord(value)) refuse(what, `${shown(value)} is no object`)
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
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
