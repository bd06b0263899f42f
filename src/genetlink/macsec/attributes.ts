import { type Codec, MalformedError } from '../../netlink/codec.js'
import { indexedListOf } from '../../netlink/lists.js'
import { octets } from '../../netlink/octets.js'
import { boolean, hexadecimal, ranged, u8, u32, u64 } from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'
import { type GenericLayout, genericLayout } from '../message.js'
import {
  type MacsecAssociationStatistics,
  type MacsecChannelStatistics,
  type MacsecDeviceStatistics,
  type MacsecTransmitStatistics,
  macsecAssociationStatistics,
  macsecChannelStatistics,
  macsecDeviceStatistics,
  macsecTransmitStatistics,
} from './statistics.js'

/** A secure association as messages have it. */
export interface MacsecAssociationAttributes {
  readonly number?: number
  readonly active?: boolean
  /** The number of the next packet: in four bytes, or as a bigint in eight, which extended ones take. */
  readonly packetNumber?: number | bigint
  readonly key?: string
  readonly keyId?: string
  readonly statistics?: MacsecAssociationStatistics
  readonly ssci?: string
  readonly salt?: string
}

const packetNumber: Codec<number | bigint> = {
  domain: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
  encode(value, writer, context) {
    if (typeof value === 'bigint') u64.encode(value, writer, context)
    else u32.encode(value, writer, context)
  },
  decode(payload, context) {
    if (payload.length === 8) return u64.decode(payload, context)
    if (payload.length === 4) return u32.decode(payload, context)
    throw new MalformedError(`${payload.length} bytes of packet number`)
  },
}

const bit = boolean(u8)

// enum macsec_sa_attrs, MACSEC_KEYID_LEN, MACSEC_SALT_LEN: include/uapi/linux/if_macsec.h
export const macsecAssociation: AttributeTable<MacsecAssociationAttributes> =
  attributeTable<MacsecAssociationAttributes>({
    number: attribute(1, ranged(u8, 0, 3)),
    active: attribute(2, bit),
    packetNumber: attribute(3, packetNumber),
    key: attribute(4, octets([16, 32], { secret: true })),
    keyId: attribute(5, octets([16], { padded: true })),
    statistics: attribute(6, macsecAssociationStatistics),
    ssci: attribute(8, hexadecimal(4)),
    salt: attribute(9, octets([12])),
  })

/** A secure channel that frames are taken from, as messages have it. */
export interface MacsecChannelAttributes {
  readonly sci?: string
  readonly active?: boolean
  readonly associations?: readonly MacsecAssociationAttributes[]
  readonly statistics?: MacsecChannelStatistics
}

// enum macsec_rxsc_attrs
export const macsecChannel: AttributeTable<MacsecChannelAttributes> = attributeTable<MacsecChannelAttributes>({
  sci: attribute(1, hexadecimal(8)),
  active: attribute(2, bit),
  associations: attribute(3, indexedListOf(macsecAssociation, 4)),
  statistics: attribute(4, macsecChannelStatistics),
})

/** What the family tells of a device that rtnetlink does not. */
export interface MacsecDeviceAttributes {
  readonly operational?: boolean
}

// enum macsec_secy_attrs
export const macsecSecy: AttributeTable<MacsecDeviceAttributes> = attributeTable<MacsecDeviceAttributes>({
  operational: attribute(8, bit),
})

/** A MACsec device as messages have it. */
export interface MacsecAttributes {
  readonly index?: number
  /** The channel that a request is about. */
  readonly channel?: MacsecChannelAttributes
  /** The association that a request is about. */
  readonly association?: MacsecAssociationAttributes
  readonly secy?: MacsecDeviceAttributes
  readonly transmitAssociations?: readonly MacsecAssociationAttributes[]
  readonly receiveChannels?: readonly MacsecChannelAttributes[]
  readonly transmitStatistics?: MacsecTransmitStatistics
  readonly statistics?: MacsecDeviceStatistics
}

// enum macsec_attrs
export const macsecAttributes: AttributeTable<MacsecAttributes> = attributeTable<MacsecAttributes>({
  index: attribute(1, u32),
  channel: attribute(2, macsecChannel),
  association: attribute(3, macsecAssociation),
  secy: attribute(4, macsecSecy),
  transmitAssociations: attribute(5, indexedListOf(macsecAssociation, 4)),
  receiveChannels: attribute(6, indexedListOf(macsecChannel, 0xffff)),
  transmitStatistics: attribute(7, macsecTransmitStatistics),
  statistics: attribute(8, macsecDeviceStatistics),
})

/** MACSEC_CMD_*. */
export const macsecLayout: GenericLayout<MacsecAttributes> = genericLayout(macsecAttributes)
