/** What went one way through one queue since it was opened. */
export interface DirectionCounters {
  /** Packets that were passed on. */
  readonly packets: number
  /** Their bytes, headers in front of them included. */
  readonly bytes: number
  /** Received: packets longer than `maxPacket`. Sent: packets that the kernel refused. */
  readonly dropped: number
}

/** What went through one queue since it was opened; the device's own counters are those of its link. */
export interface QueueCounters {
  /** From the kernel to the program. */
  readonly received: DirectionCounters
  /** From the program into the kernel. */
  readonly sent: DirectionCounters
}

/** Counters while they count. */
export class Counter implements DirectionCounters {
  packets = 0
  bytes = 0
  dropped = 0

  add(bytes: number): void {
    this.packets++
    this.bytes += bytes
  }

  snapshot(): DirectionCounters {
    return { packets: this.packets, bytes: this.bytes, dropped: this.dropped }
  }
}
