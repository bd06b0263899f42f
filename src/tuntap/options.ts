import type { NamespaceReference } from '../system/namespace.js'
import type { TunTapFraming } from './configuration.js'
import type { offloadBits } from './constants.js'

/** Work that the kernel leaves to the program; all but `checksum` need `checksum` too. TUN_F_* of the kernel. */
export type Offload = keyof typeof offloadBits

/** How to open a TUN or TAP device. */
export interface OpenOptions extends TunTapFraming {
  /** The name, at most 15 bytes; `%d` in it lets the kernel choose a number. Default `tun%d` or `tap%d`. */
  readonly name?: string
  /** The network namespace of the device; the calling thread's own by default. The device is usable from anywhere. */
  readonly namespace?: NamespaceReference
  /** Whether the device must be new: an existing one is then the error `EEXIST`. Default false: attach to it. */
  readonly exclusive?: boolean
  /** Whether the device stays when its last descriptor closes. Default: as it was, and a new one does not stay. */
  readonly persist?: boolean
  /** The user who may attach without privileges: a number, or a name of /etc/passwd. Default: as it was. */
  readonly owner?: number | string
  /** The group whose members may attach without privileges: a number, or a name of /etc/group. Default: as it was. */
  readonly group?: number | string
  /**
   * What the program takes over from the kernel, with `vnetHeader` only. It holds for all queues of the device and
   * outlives the descriptor, so it is always set; default: nothing. `available` is all that this kernel has. The
   * environment variable `LINKWRIGHT_NO_OFFLOADS=1` turns it to nothing; `device.offloads` tells what was granted.
   */
  readonly offloads?: readonly Offload[] | 'available'
  /** Bytes of the header with `vnetHeader`: 10, or 12 with the number of merged buffers. Default 10. */
  readonly vnetHeaderSize?: number
  /**
   * Bytes of the largest packet that is read, headers included; longer ones are dropped, and counted. Default 65,536
   * plus headers.
   */
  readonly maxPacket?: number
  /**
   * Packets that wait for the program before the kernel drops them: `ip link set … txqueuelen`. Some 4,096 outlast a
   * main thread that is busy for a while. Default: as it was, and 500 for a new device.
   */
  readonly txQueueLength?: number
  /** Bytes of written packets that the kernel holds at most; `send` waits for room. Default: no limit. */
  readonly sendBuffer?: number
}
