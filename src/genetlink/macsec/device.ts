import { NetworkError } from '../../error.js'
import { withoutNames } from '../../netlink/codec.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import type { GenericNetlink } from '../genericNetlink.js'
import {
  type MacsecAssociationAttributes,
  type MacsecAttributes,
  type MacsecChannelAttributes,
  macsecLayout,
} from './attributes.js'
import type { MacsecAssociation, MacsecChannel, MacsecConfiguration } from './configuration.js'
import { dumpMacsec, MACSEC_GENL_NAME } from './messages.js'
import type {
  MacsecAssociationStatistics,
  MacsecChannelStatistics,
  MacsecDeviceStatistics,
  MacsecTransmitStatistics,
} from './statistics.js'

/** What an association tells besides. */
export interface MacsecAssociationStatus {
  /** Which of the four of its channel it is. */
  readonly number: number
  /** The number of the next packet. */
  readonly packetNumber?: number
  /** What it was used for. */
  readonly statistics?: MacsecAssociationStatistics
}

/** What a channel tells besides. */
export interface MacsecChannelStatus {
  /** The number of the channel. */
  readonly sci: string
  /** What came by it. */
  readonly statistics?: MacsecChannelStatistics
  /** What each of its associations tells. */
  readonly associations: readonly MacsecAssociationStatus[]
}

/** What a MACsec device tells of its keys besides: `ip -s macsec show`. */
export interface MacsecStatus {
  /** Whether it can send: the association of `encodingSa` is there, and active. */
  readonly operational?: boolean
  /** Packets that belong to no association. */
  readonly statistics?: MacsecDeviceStatistics
  /** What it sent. */
  readonly transmitStatistics?: MacsecTransmitStatistics
  /** What each association tells that it sends by. */
  readonly transmitAssociations: readonly MacsecAssociationStatus[]
  /** What each channel tells that it takes frames from. */
  readonly receiveChannels: readonly MacsecChannelStatus[]
}

/** The keys of a MACsec device as they are, but for the keys themselves, which the kernel keeps to itself. */
export interface MacsecDevice {
  readonly options: MacsecConfiguration
  readonly status: MacsecStatus
}

/** Reads the keys of all devices, by the index of the link: `ip macsec show`. */
export async function readAllMacsec(
  generic: GenericNetlink,
  options: RequestOptions = {},
): Promise<ReadonlyMap<number, MacsecDevice>> {
  const family = await generic.family(MACSEC_GENL_NAME, options)
  const devices = await generic.dump(macsecLayout, dumpMacsec(family), withoutNames, options)
  return new Map(devices.map((device) => [device.index ?? 0, deviceOf(device)]))
}

/** Reads the keys of one device: `ip macsec show NAME`. The kernel tells only of all. */
export async function readMacsec(
  generic: GenericNetlink,
  { name, index }: { readonly name: string; readonly index: number },
  options: RequestOptions = {},
): Promise<MacsecDevice> {
  const found = (await readAllMacsec(generic, options)).get(index)
  if (found) return found
  throw new NetworkError('ENODEV', `link ${name}: there is no MACsec device of this name`)
}

function deviceOf(device: MacsecAttributes): MacsecDevice {
  const { secy, statistics, transmitStatistics, transmitAssociations = [], receiveChannels = [] } = device
  // The kernel tells the newest first.
  const channels = [...receiveChannels].sort((one, other) => ((one.sci ?? '') < (other.sci ?? '') ? -1 : 1))
  return {
    options: {
      transmitAssociations: transmitAssociations.map(associationOf),
      receiveChannels: channels.map(channelOf),
    },
    status: {
      ...(secy?.operational === undefined ? {} : { operational: secy.operational }),
      ...(statistics ? { statistics } : {}),
      ...(transmitStatistics ? { transmitStatistics } : {}),
      transmitAssociations: transmitAssociations.map(statusOf),
      receiveChannels: channels.map(channelStatusOf),
    },
  }
}

function channelOf({ sci = '', active = true, associations = [] }: MacsecChannelAttributes): MacsecChannel {
  return { sci, active, associations: associations.map(associationOf) }
}

function associationOf(association: MacsecAssociationAttributes): MacsecAssociation {
  const { number = 0, active = false, keyId, ssci } = association
  return { number, active, ...(keyId === undefined ? {} : { keyId }), ...(ssci === undefined ? {} : { ssci }) }
}

function channelStatusOf({ sci = '', statistics, associations = [] }: MacsecChannelAttributes): MacsecChannelStatus {
  return { sci, ...(statistics ? { statistics } : {}), associations: associations.map(statusOf) }
}

function statusOf({ number = 0, packetNumber, statistics }: MacsecAssociationAttributes): MacsecAssociationStatus {
  return {
    number,
    ...(packetNumber === undefined ? {} : { packetNumber: Number(packetNumber) }),
    ...(statistics ? { statistics } : {}),
  }
}
