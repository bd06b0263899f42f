import { u32, u64AsNumber } from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'

/** Packets of one association: `ip -s macsec show`, IEEE 802.1AE, 10.7. Those of its own direction are told. */
export interface MacsecAssociationStatistics {
  /** Packets that came and were right. */
  readonly receivedOk?: number
  /** Packets that were not right, and taken since `validate` is not `strict`. */
  readonly receivedInvalid?: number
  /** Packets that were not right, and refused: another key than the sender's, or changed on the way. */
  readonly receivedNotValid?: number
  /** Packets for a number that no active association has, refused. */
  readonly receivedNotUsing?: number
  /** The same, taken since `validate` is not `strict`. */
  readonly receivedUnused?: number
  /** Packets that went out protected, and not encrypted. */
  readonly sentProtected?: number
  /** Packets that went out encrypted. */
  readonly sentEncrypted?: number
}

// enum macsec_sa_stats_attr: include/uapi/linux/if_macsec.h
export const macsecAssociationStatistics: AttributeTable<MacsecAssociationStatistics> =
  attributeTable<MacsecAssociationStatistics>({
    receivedOk: attribute(1, u32),
    receivedInvalid: attribute(2, u32),
    receivedNotValid: attribute(3, u32),
    receivedNotUsing: attribute(4, u32),
    receivedUnused: attribute(5, u32),
    sentProtected: attribute(6, u32),
    sentEncrypted: attribute(7, u32),
  })

/** Packets and bytes that came by a channel. */
export interface MacsecChannelStatistics {
  /** Bytes of packets that were protected, and not encrypted. */
  readonly validatedBytes?: number
  /** Bytes of packets that were encrypted. */
  readonly decryptedBytes?: number
  /** Packets that were taken unchecked, since `validate` is `disabled`. */
  readonly unchecked?: number
  /** Packets that were taken late, within the window. */
  readonly delayed?: number
  /** Packets that were right. */
  readonly ok?: number
  /** Packets that were not right, and taken since `validate` is not `strict`. */
  readonly invalid?: number
  /** Packets that were too late for the window, refused. */
  readonly late?: number
  /** Packets that were not right, refused. */
  readonly notValid?: number
  /** Packets for a number that no active association has, refused. */
  readonly notUsing?: number
  /** The same, taken since `validate` is not `strict`. */
  readonly unused?: number
}

// enum macsec_rxsc_stats_attr
export const macsecChannelStatistics: AttributeTable<MacsecChannelStatistics> = attributeTable<MacsecChannelStatistics>(
  {
    validatedBytes: attribute(1, u64AsNumber),
    decryptedBytes: attribute(2, u64AsNumber),
    unchecked: attribute(3, u64AsNumber),
    delayed: attribute(4, u64AsNumber),
    ok: attribute(5, u64AsNumber),
    invalid: attribute(6, u64AsNumber),
    late: attribute(7, u64AsNumber),
    notValid: attribute(8, u64AsNumber),
    notUsing: attribute(9, u64AsNumber),
    unused: attribute(10, u64AsNumber),
  },
)

/** Packets and bytes that a device sent. */
export interface MacsecTransmitStatistics {
  /** Packets that went out protected, and not encrypted. */
  readonly protected?: number
  /** Packets that went out encrypted. */
  readonly encrypted?: number
  /** Bytes of the former. */
  readonly protectedBytes?: number
  /** Bytes of the latter. */
  readonly encryptedBytes?: number
}

// enum macsec_txsc_stats_attr
export const macsecTransmitStatistics: AttributeTable<MacsecTransmitStatistics> =
  attributeTable<MacsecTransmitStatistics>({
    protected: attribute(1, u64AsNumber),
    encrypted: attribute(2, u64AsNumber),
    protectedBytes: attribute(3, u64AsNumber),
    encryptedBytes: attribute(4, u64AsNumber),
  })

/** Packets of a device that belong to no association. */
export interface MacsecDeviceStatistics {
  /** Packets that went out as they are, with `protect: false`. */
  readonly sentUntagged?: number
  /** Packets that came as they are, taken since `validate` is not `strict`. */
  readonly receivedUntagged?: number
  /** Packets that were too long to go out. */
  readonly sentTooLong?: number
  /** Packets that came as they are, refused. */
  readonly receivedNoTag?: number
  /** Packets whose tag was wrong. */
  readonly receivedBadTag?: number
  /** Packets of an unknown channel, taken since `validate` is not `strict`. */
  readonly receivedUnknownSci?: number
  /** Packets of an unknown channel, refused. */
  readonly receivedNoSci?: number
  /** Packets that came faster than they could be checked. */
  readonly receivedOverrun?: number
}

// enum macsec_secy_stats_attr
export const macsecDeviceStatistics: AttributeTable<MacsecDeviceStatistics> = attributeTable<MacsecDeviceStatistics>({
  sentUntagged: attribute(1, u64AsNumber),
  receivedUntagged: attribute(2, u64AsNumber),
  sentTooLong: attribute(3, u64AsNumber),
  receivedNoTag: attribute(4, u64AsNumber),
  receivedBadTag: attribute(5, u64AsNumber),
  receivedUnknownSci: attribute(6, u64AsNumber),
  receivedNoSci: attribute(7, u64AsNumber),
  receivedOverrun: attribute(8, u64AsNumber),
})
