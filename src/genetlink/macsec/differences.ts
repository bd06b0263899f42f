import { type AssociationChange, associationChanges, channelChanges } from './compare.js'
import type { MacsecAssociation, MacsecConfiguration } from './configuration.js'
import { type NamedChannel, normalizeMacsec } from './normalize.js'

/** One thing that is said of a device's keys and is not so. No key is in it. */
export interface MacsecDifference {
  /** `transmitAssociations.1`, `receiveChannels.SCI.associations.0.active`. */
  readonly name: string
  readonly before?: unknown
  readonly after?: unknown
  readonly secret: boolean
  /** Whether nobody can put back what is lost by it. */
  readonly last?: true
}

/** What of the stated keys a device does not have. What is left out is left as it is; lists are whole. */
export function macsecDifferences(stated: MacsecConfiguration, actual: MacsecConfiguration = {}): MacsecDifference[] {
  const { transmitAssociations, receiveChannels } = normalizeMacsec(stated)
  const had = normalizeMacsec(actual)
  const transmit = transmitAssociations ? associationChanges(transmitAssociations, had.transmitAssociations) : []
  const receive = receiveChannels ? channelChanges(receiveChannels, had.receiveChannels) : []
  return [
    ...transmit.flatMap((change) => ofAssociation('transmitAssociations', change)),
    ...receive.flatMap(({ sci, wanted, had: before, changes }): MacsecDifference[] => {
      const name = `receiveChannels.${sci}`
      if (!wanted) return [{ name, before: shownChannel(before, shownLoss), secret: false, last: true }]
      if (!before) return [{ name, after: shownChannel(wanted, shownNew), secret: false }]
      const { active } = wanted
      return [
        ...(active === undefined || active === before.active
          ? []
          : [{ name: `${name}.active`, before: before.active, after: active, secret: false }]),
        ...changes.flatMap((change) => ofAssociation(`${name}.associations`, change)),
      ]
    }),
  ]
}

function ofAssociation(list: string, { number, wanted, had, isReplaced }: AssociationChange): MacsecDifference[] {
  const name = `${list}.${number}`
  if (!wanted) return [{ name, before: had && shownLoss(had), secret: false, last: true }]
  if (!had) return [{ name, after: shownNew(wanted), secret: false }]
  const { active = had.active } = wanted
  if (!isReplaced) return [{ name: `${name}.active`, before: had.active, after: active, secret: false }]
  return [
    { name, before: shownLoss(had), after: shownNew({ ...wanted, active: active ?? true }), secret: false, last: true },
  ]
}

function shownNew({ number: _number, key, salt, active = true, ...others }: MacsecAssociation): object {
  return {
    ...others,
    active,
    key: key === undefined ? '(not known)' : '(hidden)',
    ...(salt ? { salt: '(hidden)' } : {}),
  }
}

/** That the kernel alone has the key says that it cannot be put back. */
function shownLoss({ number: _number, ...others }: MacsecAssociation): object {
  return { ...others, key: '(cannot be put back)' }
}

function shownChannel(channel: NamedChannel | undefined, shown: (association: MacsecAssociation) => object): object {
  const { active = true, associations = [] } = channel ?? {}
  return {
    active,
    associations: associations.map((one) => ({ number: one.number, ...shown(one) })),
  }
}

/** A key that is needed and not known, with its place among the options. */
export interface MissingMacsecKey {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** The keys that a wish lacks: a new association takes one, and so does another key id. */
export function missingMacsecKeys(stated: MacsecConfiguration, actual: MacsecConfiguration = {}): MissingMacsecKey[] {
  const { transmitAssociations = [], receiveChannels = [] } = normalizeMacsec(stated)
  const had = normalizeMacsec(actual)
  const present = new Map(had.receiveChannels?.map((one) => [one.sci, one.associations]))
  return [
    ...missingOf(transmitAssociations, had.transmitAssociations, ['transmitAssociations']),
    ...receiveChannels.flatMap(({ sci, associations = [] }, index) =>
      missingOf(associations, present.get(sci), ['receiveChannels', index, 'associations']),
    ),
  ]
}

function missingOf(
  wanted: readonly MacsecAssociation[],
  actual: readonly MacsecAssociation[] | undefined,
  path: readonly (string | number)[],
): MissingMacsecKey[] {
  return associationChanges(wanted, actual).flatMap(({ number, wanted: one, had, isReplaced }): MissingMacsecKey[] => {
    if (!one || (had && !isReplaced)) return []
    const missing = missingProperty(one)
    if (missing === undefined) return []
    const what = had ? `another keyId or ssci of association ${number}` : `a new association, here ${number},`
    const why = missing === 'key' ? ', which the kernel does not tell' : ''
    return [{ path: [...path, wanted.indexOf(one), missing], message: `${what} takes its ${missing}${why}` }]
  })
}

function missingProperty({ key, keyId, ssci, salt }: MacsecAssociation): keyof MacsecAssociation | undefined {
  if (key === undefined) return 'key'
  if (keyId === undefined) return 'keyId'
  if (ssci !== undefined && salt === undefined) return 'salt'
  return salt !== undefined && ssci === undefined ? 'ssci' : undefined
}
