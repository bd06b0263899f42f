import type { MacsecAssociation } from './configuration.js'
import type { NamedChannel } from './normalize.js'

/** An association that is not as it should be: a new one, one that is to go, or both under one number. */
export interface AssociationChange {
  readonly number: number
  readonly wanted?: MacsecAssociation
  readonly had?: MacsecAssociation
  /** Whether a living one cannot become it (drivers/net/macsec.c, validate_upd_sa). */
  readonly isReplaced: boolean
}

/** A channel that is not as it should be. */
export interface ChannelChange {
  readonly sci: string
  readonly wanted?: NamedChannel
  readonly had?: NamedChannel
  readonly changes: readonly AssociationChange[]
}

/** What of a list of associations is not as it should be, in the order of the wish, and then those that are to go. */
export function associationChanges(
  wanted: readonly MacsecAssociation[],
  actual: readonly MacsecAssociation[] = [],
): AssociationChange[] {
  const present = new Map(actual.map((one) => [one.number, one]))
  const kept = new Set(wanted.map(({ number }) => number))
  const changed = wanted.flatMap((one): AssociationChange[] => {
    const { number } = one
    const had = present.get(number)
    if (!had) return [{ number, wanted: one, isReplaced: false }]
    const isReplaced = isOther(one.keyId, had.keyId) || isOther(one.ssci, had.ssci)
    return isReplaced || isOther(one.active, had.active) ? [{ number, wanted: one, had, isReplaced }] : []
  })
  const gone = actual.filter(({ number }) => !kept.has(number))
  return [...changed, ...gone.map((had): AssociationChange => ({ number: had.number, had, isReplaced: false }))]
}

/** The same of channels. */
export function channelChanges(wanted: readonly NamedChannel[], actual: readonly NamedChannel[] = []): ChannelChange[] {
  const present = new Map(actual.map((one) => [one.sci, one]))
  const kept = new Set(wanted.map(({ sci }) => sci))
  const changed = wanted.flatMap((one): ChannelChange[] => {
    const { sci, active, associations } = one
    const had = present.get(sci)
    const changes = associations ? associationChanges(associations, had?.associations) : []
    if (had && changes.length === 0 && !isOther(active, had.active)) return []
    return [{ sci, wanted: one, ...(had ? { had } : {}), changes }]
  })
  const gone = actual.filter(({ sci }) => !kept.has(sci))
  return [...changed, ...gone.map((had): ChannelChange => ({ sci: had.sci, had, changes: [] }))]
}

function isOther<T>(stated: T | undefined, actual: T): boolean {
  return stated !== undefined && stated !== actual
}
