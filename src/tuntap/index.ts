/**
 * TUN and TAP devices: {@link openTun} and {@link openTap} for packets, {@link createTunTap} for persistent devices.
 *
 * @module tuntap
 */
export { NetworkError } from '../error.js'
export { checksumOfPseudoHeader, internetChecksum } from '../packet/checksum.js'
export { Err, Ok, type Result } from '../result.js'
export type { NamespaceReference } from '../system/namespace.js'
export { adoptTunTap } from './adopt.js'
export { PacketBatch } from './batch.js'
export { coalescePackets } from './coalesce.js'
export type { TunTapConfiguration, TunTapFraming, TunTapMode } from './configuration.js'
export type { DirectionCounters, QueueCounters } from './counters.js'
export { TunTapDevice } from './device.js'
export { configureTunTap, configureTunTaps, createTunTap, createTunTaps, deleteTunTap } from './manage.js'
export { openTap, openTapQueues, openTun, openTunQueues } from './open.js'
export type { Offload, OpenOptions } from './options.js'
export { splitPacket } from './split.js'
export { type PacketStreams, packetDuplex, packetStreams } from './streams.js'
export { type SegmentKind, VnetHeader } from './vnetHeader.js'
