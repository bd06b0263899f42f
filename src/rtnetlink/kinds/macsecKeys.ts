import { macsecAssociation, macsecAttributes, macsecChannel } from '../../genetlink/macsec/attributes.js'
import { type MacsecChange, macsecChange, orderedRequests, partOfChange } from '../../genetlink/macsec/change.js'
import type { MacsecAssociation, MacsecChannel, MacsecConfiguration } from '../../genetlink/macsec/configuration.js'
import { readAllMacsec, readMacsec } from '../../genetlink/macsec/device.js'
import { macsecDifferences, missingMacsecKeys } from '../../genetlink/macsec/differences.js'
import { knownKeys, withKeys } from '../../genetlink/macsec/knownKeys.js'
import { changeMacsec, MACSEC_GENL_NAME, type MacsecRequest } from '../../genetlink/macsec/messages.js'
import { partsOfSci } from '../../genetlink/macsec/sci.js'
import type { Codec, Domain } from '../../netlink/codec.js'
import { be16 } from '../../netlink/scalars.js'
import { type Attribute, attribute } from '../../netlink/table.js'
import type { GenericOptions } from './generic.js'

const { lines: association } = macsecAssociation
const { lines: channel } = macsecChannel
const { lines: device } = macsecAttributes

const associationDomain: Domain = {
  type: 'object',
  properties: {
    number: association.number.codec.domain,
    active: association.active.codec.domain,
    keyId: association.keyId.codec.domain,
    key: association.key.codec.domain,
    keyFile: { type: 'keyFile', property: 'key', hexadecimal: true },
    packetNumber: association.packetNumber.codec.domain,
    ssci: association.ssci.codec.domain,
    salt: association.salt.codec.domain,
  },
  required: ['number'],
}

const channelDomain: Domain = {
  type: 'object',
  properties: {
    sci: channel.sci.codec.domain,
    mac: { type: 'mac' },
    port: be16.domain,
    active: channel.active.codec.domain,
    associations: { type: 'list', item: associationDomain },
  },
  required: [],
}

const separate = { separate: true } as const

// What a spec can say of them is another thing than what messages have.
const listOfAssociations = {
  ...device.transmitAssociations.codec,
  domain: { type: 'list', item: associationDomain },
} as Codec<readonly MacsecAssociation[]>
const listOfChannels = {
  ...device.receiveChannels.codec,
  domain: { type: 'list', item: channelDomain },
} as Codec<readonly MacsecChannel[]>

/** All associations that a device sends by. */
export const transmitAssociations: Attribute<readonly MacsecAssociation[]> = attribute(
  device.transmitAssociations.type,
  listOfAssociations,
  separate,
)

/** All channels that a device takes frames from. */
export const receiveChannels: Attribute<readonly MacsecChannel[]> = attribute(
  device.receiveChannels.type,
  listOfChannels,
  separate,
)

/** The words of `ip macsec` for a request. */
function commandOf(name: string, { action, sci, active, association: one }: MacsecRequest): string {
  const onOff = (value: boolean | undefined): string[] => (value === undefined ? [] : [value ? 'on' : 'off'])
  const whose = sci === undefined ? ['tx'] : ['rx', 'sci', sci.slice(2)]
  const words = ['ip macsec', action, name, ...whose]
  if (!one) return [...words, ...onOff(active)].join(' ')
  const { number, packetNumber, ssci, salt, keyId } = one
  return [
    ...words,
    'sa',
    number,
    ...(packetNumber === undefined ? [] : [typeof packetNumber === 'bigint' ? 'xpn' : 'pn', packetNumber]),
    ...(salt === undefined ? [] : ['salt', "'(hidden)'"]),
    ...(ssci === undefined ? [] : ['ssci', ssci.slice(2)]),
    ...onOff(one.active),
    ...(action === 'add' ? ['key', keyId ?? '', "'(hidden)'"] : []),
  ].join(' ')
}

function associationToSpec({ number, keyId, ssci, active = true }: MacsecAssociation): MacsecAssociation {
  return {
    number,
    ...(keyId === undefined ? {} : { keyId }),
    ...(ssci === undefined ? {} : { ssci }),
    ...(active ? {} : { active }),
  }
}

function channelToSpec({ sci = '0x', active = true, associations = [] }: MacsecChannel): MacsecChannel {
  return {
    ...partsOfSci(sci),
    ...(active ? {} : { active }),
    associations: associations.map(associationToSpec),
  }
}

/** How the family `macsec` reads and sets the keys of a device. */
export const macsecGeneric: GenericOptions = {
  family: MACSEC_GENL_NAME,
  byIndex: true,
  read: (generic, link, _context, request) => readMacsec(generic, link, request),
  readAll: (generic, request) => readAllMacsec(generic, request),
  differences: (wanted: MacsecConfiguration, actual: MacsecConfiguration | undefined) =>
    macsecDifferences(wanted, actual),
  missing: (wanted: MacsecConfiguration, actual: MacsecConfiguration | undefined) => missingMacsecKeys(wanted, actual),
  change: (wanted: MacsecConfiguration, actual: MacsecConfiguration | undefined) => macsecChange(wanted, actual),
  partOf: (change: MacsecChange, last) => partOfChange(change, last),
  lasting: (wanted) => wanted,
  former: (had: MacsecConfiguration, changes: readonly MacsecConfiguration[]) => withKeys(had, knownKeys(changes)),
  messages: (family, name, change: MacsecChange, context) =>
    orderedRequests(change).map((request) => changeMacsec(family, { name }, request, context)),
  commands: (name, change: MacsecChange) => orderedRequests(change).map((request) => commandOf(name, request)),
  toSpec({ transmitAssociations: sent = [], receiveChannels: received = [], ...others }: MacsecConfiguration) {
    return {
      ...others,
      transmitAssociations: sent.map(associationToSpec),
      receiveChannels: received.map(channelToSpec),
    }
  },
}
