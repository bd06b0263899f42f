import type { MacsecAssociationAttributes } from './attributes.js'
import { type AssociationChange, associationChanges, channelChanges } from './compare.js'
import type { MacsecAssociation, MacsecConfiguration } from './configuration.js'
import type { MacsecRequest } from './messages.js'
import { normalizeMacsec } from './normalize.js'

/** One change in its order; what is `last` cannot be undone, so that it comes when all else has succeeded. */
export interface OrderedMacsecRequest extends MacsecRequest {
  /** Whether nobody could undo it. */
  readonly last?: true
}

/** What makes a device have other keys, under the names of the options. */
export interface MacsecChange {
  /** Of what the device sends by. */
  readonly transmitAssociations?: readonly OrderedMacsecRequest[]
  /** Of what it takes frames from. */
  readonly receiveChannels?: readonly OrderedMacsecRequest[]
}

/**
 * The smallest change that makes a device have the stated keys. An association whose key is not known is left as it is:
 * {@link missingMacsecKeys} tells of it.
 */
export function macsecChange(stated: MacsecConfiguration, actual: MacsecConfiguration = {}): MacsecChange {
  const wanted = normalizeMacsec(stated)
  const had = normalizeMacsec(actual)
  const { transmitAssociations, receiveChannels } = wanted
  const transmit = transmitAssociations
    ? associationChanges(transmitAssociations, had.transmitAssociations).flatMap((one) => requestsOf(one))
    : []
  const receive = receiveChannels
    ? channelChanges(receiveChannels, had.receiveChannels).flatMap(({ sci, wanted: after, had: before, changes }) => {
        if (!after) return [{ action: 'del', sci, last: true } as const]
        const active = after.active ?? before?.active ?? true
        return [
          ...(before ? [] : [{ action: 'add', sci, active } as const]),
          ...(before && active !== before.active ? [{ action: 'set', sci, active } as const] : []),
          ...changes.flatMap((one) => requestsOf(one, sci)),
        ]
      })
    : []
  return changeOf(transmit, receive)
}

function changeOf(transmit: readonly OrderedMacsecRequest[], receive: readonly OrderedMacsecRequest[]): MacsecChange {
  return {
    ...(transmit.length > 0 ? { transmitAssociations: transmit } : {}),
    ...(receive.length > 0 ? { receiveChannels: receive } : {}),
  }
}

/** The requests of a change in the order in which they are sent: nobody sends what is not yet expected. */
export function orderedRequests(change: MacsecChange): OrderedMacsecRequest[] {
  const first = partOfChange(change, false)
  const last = partOfChange(change, true)
  return [
    ...(first.receiveChannels ?? []),
    ...(first.transmitAssociations ?? []),
    ...(last.transmitAssociations ?? []),
    ...(last.receiveChannels ?? []),
  ]
}

/** The part of a change that can be undone, or that which cannot. */
export function partOfChange(
  { transmitAssociations = [], receiveChannels = [] }: MacsecChange,
  last: boolean,
): MacsecChange {
  const isMeant = (request: OrderedMacsecRequest): boolean => (request.last ?? false) === last
  return changeOf(transmitAssociations.filter(isMeant), receiveChannels.filter(isMeant))
}

function requestsOf({ wanted, had, isReplaced }: AssociationChange, sci?: string): OrderedMacsecRequest[] {
  const channel = sci === undefined ? {} : { sci }
  if (!had) return wanted?.key === undefined ? [] : [{ action: 'add', ...channel, association: newAssociation(wanted) }]
  const { number } = had
  if (wanted && !isReplaced) {
    const { active = true } = wanted
    return [{ action: 'set', ...channel, association: { number, active } }]
  }
  if (wanted && wanted.key === undefined) return []
  // drivers/net/macsec.c, macsec_del_txsa: one that is active is not deleted.
  const off = { action: 'set', ...channel, association: { number, active: false }, last: true } as const
  const { active = had.active } = wanted ?? {}
  const added = wanted && newAssociation({ ...wanted, ...(active === undefined ? {} : { active }) })
  return [
    ...(had.active ? [off] : []),
    { action: 'del', ...channel, association: { number }, last: true },
    ...(added ? [{ action: 'add', ...channel, association: added, last: true } as const] : []),
  ]
}

function newAssociation(association: MacsecAssociation): MacsecAssociationAttributes {
  const { number, active = true, packetNumber = 1, key, keyId, ssci, salt } = association
  const isExtended = ssci !== undefined || salt !== undefined
  return {
    number,
    active,
    packetNumber: isExtended ? BigInt(packetNumber) : packetNumber,
    ...(key === undefined ? {} : { key }),
    ...(keyId === undefined ? {} : { keyId }),
    ...(ssci === undefined ? {} : { ssci }),
    ...(salt === undefined ? {} : { salt }),
  }
}
