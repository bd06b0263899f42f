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
   * outlives the descriptor, so it is always set; default: nothing.
   */
  readonly offloads?: readonly Offload[]
  /** Bytes of the header with `vnetHeader`: 10, or 12 with the number of merged buffers. Default 10. */
  readonly vnetHeaderSize?: number
  /**
   * Bytes of the largest packet that is read; a longer one is cut without notice, so it must not be below the MTU
   * plus headers. Default 65,536 plus headers.
   */
  readonly maxPacket?: number
}
