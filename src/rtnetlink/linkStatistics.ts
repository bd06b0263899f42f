import type { Codec } from '../netlink/codec.js'
import { readU64AsNumber, u64AsNumber } from '../netlink/scalars.js'
import { Shape } from '../netlink/shape.js'

/**
 * What went through a link since it was made: `ip -s -s link`. What of it a device counts, its driver decides; what it
 * does not count is 0. All are exact up to 2^53.
 */
export interface LinkStatistics {
  /** Packets that came in and went to the host. */
  readonly rxPackets: number
  /** Packets that went out. */
  readonly txPackets: number
  /** Bytes that came in. */
  readonly rxBytes: number
  /** Bytes that went out. */
  readonly txBytes: number
  /** Packets that came in wrong, for whatever reason. */
  readonly rxErrors: number
  /** Packets that could not go out, for whatever reason. */
  readonly txErrors: number
  /** Packets that came in and were not taken, such as for want of memory. */
  readonly rxDropped: number
  /** Packets that were dropped on their way out. */
  readonly txDropped: number
  /** Packets to a group that came in. */
  readonly multicast: number
  /** Collisions while packets went out. */
  readonly collisions: number
  /** Packets whose length was wrong. */
  readonly rxLengthErrors: number
  /** Packets that were too long for where they were put. */
  readonly rxOverErrors: number
  /** Packets with a wrong checksum of the frame. */
  readonly rxCrcErrors: number
  /** Packets that were not a whole number of bytes. */
  readonly rxFrameErrors: number
  /** Packets that the device had no place for. */
  readonly rxFifoErrors: number
  /** Packets that the device missed, since the host was too slow. */
  readonly rxMissedErrors: number
  /** Packets whose sending was given up. */
  readonly txAbortedErrors: number
  /** Packets during which the carrier was lost. */
  readonly txCarrierErrors: number
  /** Packets that the device could not send in time. */
  readonly txFifoErrors: number
  /** Missing heartbeats, of half-duplex Ethernet. */
  readonly txHeartbeatErrors: number
  /** Collisions that came too late. */
  readonly txWindowErrors: number
  /** Compressed packets that came in. */
  readonly rxCompressed: number
  /** Compressed packets that went out. */
  readonly txCompressed: number
  /** Packets that came in and that nothing here takes, such as of an inactive port of a bond. */
  readonly rxNohandler: number
  /** Packets that came in for another host's MAC address. Since Linux 5.19. */
  readonly rxOtherhostDropped?: number
}

/** The fields of struct rtnl_link_stats64, 64 bits each: include/uapi/linux/if_link.h */
export const statisticsFields: readonly (keyof LinkStatistics)[] = [
  ...(['rxPackets', 'txPackets', 'rxBytes', 'txBytes', 'rxErrors', 'txErrors', 'rxDropped', 'txDropped'] as const),
  ...(['multicast', 'collisions', 'rxLengthErrors', 'rxOverErrors', 'rxCrcErrors', 'rxFrameErrors'] as const),
  ...(['rxFifoErrors', 'rxMissedErrors', 'txAbortedErrors', 'txCarrierErrors', 'txFifoErrors'] as const),
  ...(['txHeartbeatErrors', 'txWindowErrors', 'rxCompressed', 'txCompressed', 'rxNohandler'] as const),
  'rxOtherhostDropped',
]

const shape = new Shape()

/** They are only read; an older kernel's are fewer. */
export const linkStatistics: Codec<LinkStatistics> = {
  domain: {
    type: 'object',
    properties: Object.fromEntries(statisticsFields.map((name) => [name, u64AsNumber.domain])),
    required: [],
  },
  encode() {
    throw new TypeError('a link is not told its statistics')
  },
  decode({ view, start, length }) {
    return shape.objectOf((found) => {
      for (const [index, name] of statisticsFields.slice(0, length >> 3).entries())
        found.add(name, readU64AsNumber(view, start + index * 8))
    }) as unknown as LinkStatistics
  },
}
