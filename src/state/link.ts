import type { Features } from '../genetlink/ethtool/features.js'
import type { Domain } from '../netlink/codec.js'
import type { AnyAttributeTable } from '../netlink/table.js'
import { isRecord, ownValue } from '../ownValue.js'
import type { GenericOptions } from '../rtnetlink/kinds/generic.js'
import type { AnyLinkKind } from '../rtnetlink/kinds/kind.js'
import { linkKind, ordinaryOptions } from '../rtnetlink/kinds/registry.js'
import type { Link, ListedLink } from '../rtnetlink/link.js'
import { emptyProperties } from '../rtnetlink/linkProperties.js'
import { type PropertyChange, sameOption, sameValue } from './equal.js'
import { featureDifferences } from './features.js'
import { markPrefix } from './owner.js'

/** General properties that a living link does not change. */
const immutableGeneral: ReadonlySet<string> = new Set(['txQueues', 'rxQueues'])

const emptiness = new Map<string, unknown>(Object.entries(emptyProperties))

/** ARPHRD_ETHER, the sort of device that Ethernet is: include/uapi/linux/if_arp.h */
export const ethernet = 1

/** ARPHRD_LOOPBACK, that of lo. */
export const loopback = 772

/** What a device of Ethernet has that carries no frames: no address that could be given to another one. */
export const noMac = '00:00:00:00:00:00'

/** A property of a link that differs, with where it belongs. */
export interface LinkDifference extends PropertyChange {
  /** `general`, or the kind's or port's key in the spec. */
  readonly section: string
  /** The property's name within its section. */
  readonly name: string
  /** Whether only a new device can have it. */
  readonly immutable: boolean
  /** Whether nobody is to see the values. */
  readonly secret?: boolean
  /** Whether nobody could undo it, so that it is done when all else has succeeded. */
  readonly last?: boolean
  /** Whether a family of generic netlink sets it. */
  readonly generic?: boolean
}

/** The object under a name of a link: the options of a kind or of a port. */
export function sectionOf(link: object, name: string): Readonly<Record<string, unknown>> | undefined {
  const value = ownValue(link, name)
  return isRecord(value) ? value : undefined
}

/** The alternative names that users see. */
export function visibleAltNames(link: Partial<Link>): readonly string[] {
  return (link.altNames ?? []).filter((name) => !name.startsWith(markPrefix))
}

/** The options of which a link tells another value for a time than it is set to. */
export function passingOptions(link: ListedLink): readonly string[] {
  const kind = link.kind === undefined ? undefined : linkKind(link.kind)
  const options = kind?.passing && sectionOf(link, kind.kind)
  return options ? (kind?.passing?.(options, link.status ?? {}) ?? []) : []
}

/** A link without {@link passingOptions}. */
export function withoutPassing(link: ListedLink): ListedLink {
  return withoutOptions(link, passingOptions(link))
}

/**
 * A link without what the kernel changes by itself, and may refuse where it is told: a bond's port is none to be active
 * until the bond has seen its carrier (drivers/net/bonding/bond_options.c, bond_option_active_slave_set).
 */
export function withoutMomentary(link: ListedLink): ListedLink {
  return withoutOptions(link, linkKind(link.kind ?? '')?.momentary ?? [])
}

function withoutOptions(link: ListedLink, names: readonly string[]): ListedLink {
  const { kind = '' } = link
  const options = sectionOf(link, kind)
  if (!options || !names.some((name) => name in options)) return link
  return { ...link, [kind]: Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name))) }
}

/** What of the stated properties a link does not have. */
export function linkDifferences(wanted: Partial<Link>, actual: ListedLink): LinkDifference[] {
  const differences: LinkDifference[] = []
  for (const [name, after] of Object.entries(wanted)) {
    // A token is in messages of its own.
    if (name === 'name' || name === 'ipv6Token' || after === undefined) continue
    const kind = linkKind(name)
    const portKind = name.endsWith('Port') ? linkKind(name.slice(0, -4)) : undefined
    if (kind?.generic) differences.push(...genericDifferences(kind, kind.generic, after, actual))
    if (name === 'features') differences.push(...featuresThatDiffer(after as Features, actual))
    else if (kind) differences.push(...optionDifferences(name, kind, kind.options, after, actual))
    else if (portKind?.port) differences.push(...optionDifferences(name, portKind, portKind.port, after, actual))
    else differences.push(...generalDifference(name, after, actual))
  }
  return differences
}

function generalDifference(name: string, after: unknown, actual: ListedLink): LinkDifference[] {
  const before = ownValue(actual, name)
  if (name === 'kind' && after === actual.kind) return []
  if (name === 'altNames') return altNameDifference(after, actual)
  if (before === undefined && sameValue(after, emptiness.get(name))) return []
  if (sameValue(after, before)) return []
  const ofKind = actual.kind === undefined ? undefined : linkKind(actual.kind)?.immutableProperties
  const immutable = immutableGeneral.has(name) || name === 'kind' || (ofKind?.includes(name) ?? false)
  return [{ section: 'general', name, property: name, immutable, ...beforeAfter(before, after) }]
}

function featuresThatDiffer(after: Features, { features }: ListedLink): LinkDifference[] {
  return featureDifferences(after, features).map((one) => ({ ...one, section: 'features', immutable: false }))
}

function genericDifferences(
  kind: AnyLinkKind,
  generic: GenericOptions,
  wanted: unknown,
  actual: ListedLink,
): LinkDifference[] {
  const section = kind.kind
  const options = typeof wanted === 'object' && wanted !== null ? wanted : {}
  const had = sectionOf(actual, section)
  return generic.differences(options, had, actual.up ?? false).map((one) => ({
    ...one,
    section,
    property: `${section}.${one.name}`,
    // Of what could not be read nothing is known.
    immutable: had !== undefined && isImmutable(kind, one.name, one.before, one.after, had),
    generic: true,
  }))
}

/** Whether only a new device can have another value of an option of its kind. */
function isImmutable(kind: AnyLinkKind, option: string, before: unknown, after: unknown, had: object): boolean {
  const { immutable = [], needsNewDevice } = kind
  return immutable.includes(option) || (needsNewDevice?.(option, before, after, { ...had }) ?? false)
}

function altNameDifference(after: unknown, actual: ListedLink): LinkDifference[] {
  const before = visibleAltNames(actual)
  const wanted = Array.isArray(after) ? [...after].sort() : []
  if (sameValue(wanted, [...before].sort())) return []
  return [
    { section: 'general', name: 'altNames', property: 'altNames', immutable: false, ...beforeAfter(before, after) },
  ]
}

function optionDifferences(
  section: string,
  kind: AnyLinkKind,
  table: AnyAttributeTable,
  wanted: unknown,
  actual: ListedLink,
): LinkDifference[] {
  const options = sectionOf(actual, section)
  const differences: LinkDifference[] = []
  const isOwn = section === kind.kind
  const passing = isOwn ? passingOptions(actual) : []
  for (const [name, after] of Object.entries(typeof wanted === 'object' && wanted !== null ? wanted : {})) {
    const told = options?.[name]
    // What passes may still be what it is set to.
    const before = passing.includes(name) && !sameValue(after, told) ? undefined : told
    // What is in messages of its own is compared there, but for what a family tells of a port.
    if (table.lines[name]?.separate && (isOwn || !kind.generic?.port)) continue
    if (after === null) {
      if (before !== undefined) differences.push(clearingDifference(section, kind, name, before, options ?? {}))
      continue
    }
    if (before === undefined && kind.untold?.includes(name)) continue
    if (before === undefined && options && isDefault(section, kind, options, name, after)) continue
    if (after === undefined || sameAsOption(section, kind, name, table.lines[name]?.codec.domain, after, before))
      continue
    const immutable = isOwn && isImmutable(kind, name, before, after, options ?? {})
    differences.push({ section, name, property: `${section}.${name}`, immutable, ...beforeAfter(before, after) })
  }
  return differences
}

/** What takes an option away that is to be none. */
function clearingDifference(
  section: string,
  kind: AnyLinkKind,
  name: string,
  before: unknown,
  had: object,
): LinkDifference {
  const isOwn = section === kind.kind
  const cleared = (isOwn ? kind.cleared : kind.portCleared) ?? {}
  const after = cleared[name]
  const immutable = isOwn && (!(name in cleared) || isImmutable(kind, name, before, after, had))
  return { section, name, property: `${section}.${name}`, immutable, ...beforeAfter(before, after) }
}

/** The properties without the options that are to be none, for a link that is made. */
export function withoutCleared(properties: Partial<Link>): Partial<Link> {
  const entries = Object.entries(properties).map(([name, value]) => {
    const options = linkKind(name) || name.endsWith('Port') ? Object.entries(sectionOf(properties, name) ?? {}) : []
    const given = options.filter(([, option]) => option !== null)
    return [name, given.length < options.length ? Object.fromEntries(given) : value]
  })
  return Object.fromEntries(entries)
}

/** Whether a value is what a kernel that does not know the option does anyway. */
function isDefault(section: string, kind: AnyLinkKind, options: object, name: string, value: unknown): boolean {
  const [table, defaults] =
    section === kind.kind ? [kind.options, ordinaryOptions(kind, options)] : [kind.port, kind.portDefaults]
  const ordinary = ownValue(defaults, name)
  return ordinary !== undefined && sameOption(table?.lines[name]?.codec.domain, value, ordinary)
}

function sameAsOption(
  section: string,
  kind: AnyLinkKind,
  name: string,
  domain: Domain | undefined,
  after: unknown,
  before: unknown,
): boolean {
  // A peer's MAC and MTU count at creation only; afterwards the peer is a link of its own.
  if (section === kind.kind && kind.pair && name === 'peer') return samePeer(after, before)
  return sameOption(domain, after, before)
}

function samePeer(after: unknown, before: unknown): boolean {
  if (typeof after !== 'object' || typeof before !== 'object' || !after || !before) return false
  const wanted = sectionOf({ peer: after }, 'peer')
  const actual = sectionOf({ peer: before }, 'peer')
  return wanted?.['name'] === actual?.['name'] && wanted?.['namespace'] === actual?.['namespace']
}

function beforeAfter(before: unknown, after: unknown): { before?: unknown; after?: unknown } {
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }
}
