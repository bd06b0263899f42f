import { isDeepStrictEqual } from 'node:util'
import type { Link, ListedLink } from '../rtnetlink/link.js'
import { emptyProperties, flagProperties, plainProperties, portOptionsOf } from '../rtnetlink/linkProperties.js'
import { sortedReasons, withKeptReasons } from '../rtnetlink/protocolDownReasons.js'

const settable: readonly string[] = [
  ...plainProperties,
  ...Object.keys(flagProperties),
  'name',
  'addressGenerationMode',
  'ipv6Token',
  'protocolDown',
  'altNames',
]

/**
 * What of `wanted` a link does not have yet. What is only read of a link is left out, so that a listed link can be
 * given; and what is as it should be is not sent, since some options cannot be set again even to what they are.
 */
export function difference(current: ListedLink, wanted: Partial<Link>): Partial<Link> {
  const before = new Map<string, unknown>(Object.entries({ ...emptyProperties, ...current }))
  const after = new Map<string, unknown>(Object.entries(wanted))
  const changes: Record<string, unknown> = {}
  for (const name of settable) {
    const value = after.get(name)
    if (value !== undefined && !isDeepStrictEqual(comparable(name, value), comparable(name, before.get(name)))) {
      changes[name] = value
    }
  }
  Object.assign(changes, withKeptReasons(changes, wanted))
  const { master } = wanted
  const isMaster = master === (current.master ?? null)
  if (master !== undefined && !isMaster) changes['master'] = master
  const { kind } = current
  const portKind = portOptionsOf(wanted)?.masterKind
  for (const group of [kind, portKind === undefined ? undefined : `${portKind}Port`]) {
    if (group === undefined) continue
    const options = differentOptions(before.get(group), after.get(group))
    if (options) changes[group] = options
  }
  return changes
}

function differentOptions(before: unknown, after: unknown): object | undefined {
  if (typeof after !== 'object' || after === null) return undefined
  const known = new Map<string, unknown>(typeof before === 'object' && before !== null ? Object.entries(before) : [])
  const different = Object.entries(after).filter(
    ([name, value]) => value !== undefined && !isDeepStrictEqual(value, known.get(name)),
  )
  return different.length > 0 ? Object.fromEntries(different) : undefined
}

/** Case means nothing in a link-layer address, nor order among alternative names and reasons. */
function comparable(name: string, value: unknown): unknown {
  if (name === 'protocolDownReasons' && Array.isArray(value)) return sortedReasons(value)
  if (name === 'altNames') return Array.isArray(value) ? [...value].sort() : []
  return typeof value === 'string' && (name === 'mac' || name === 'broadcast') ? value.toLowerCase() : value
}
