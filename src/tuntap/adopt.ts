import { NetworkError } from '../error.js'
import { littleEndian } from '../netlink/bytes.js'
import { attemptSync, type Result } from '../result.js'
import { O_NONBLOCK } from '../system/constants.js'
import { errnoName } from '../system/errno.js'
import { checked, libc } from '../system/libc.js'
import { checkAllowed } from '../system/optionValues.js'
import { CallFailure, getInterface } from './cloneDevice.js'
import { IFF_TAP, IFF_VNET_HDR, TUNGETVNETHDRSZ } from './constants.js'
import { TunTapDevice } from './device.js'
import { checkOffloads, setOffloads } from './offloads.js'
import { optionValues } from './open.js'
import type { OpenOptions } from './options.js'

const F_SETFD = 2
const F_GETFL = 3
const F_SETFL = 4
const FD_CLOEXEC = 1

/**
 * Takes over a descriptor of a TUN or TAP device that somebody with more privileges opened: a helper that started this
 * program with the descriptor among its `stdio`, systemd, a container runtime. Name, mode and framing are read from the
 * kernel; the descriptor is made non-blocking, and `close` closes it.
 *
 * @param fd such as 3, the first one behind standard error
 * @returns `INVALID_ARGUMENT` for what is no such descriptor; it is left as it was
 */
export function adoptTunTap(
  fd: number,
  options: Pick<OpenOptions, 'offloads' | 'maxPacket'> = {},
): Result<TunTapDevice> {
  return attemptSync(() => {
    const object = `descriptor ${String(fd)}`
    const { offloads: wanted, maxPacket: longest } = optionValues
    checkAllowed<typeof options>(options, { offloads: wanted, maxPacket: longest }, object)
    if (!Number.isInteger(fd)) throw new NetworkError('INVALID_ARGUMENT', `${object}: it is no number`, { object })
    try {
      const { name, flags } = getInterface(fd)
      const mode = flags & IFF_TAP ? 'tap' : 'tun'
      const vnetHeaderSize = flags & IFF_VNET_HDR ? getVnetHeaderSize(fd, object) : 0
      if (options.offloads !== 'available') checkOffloads(options.offloads ?? [], vnetHeaderSize > 0, object)
      const offloads = setOffloads(fd, options.offloads ?? [], vnetHeaderSize > 0, object)
      checked(libc.fcntl(fd, F_SETFL, checked(libc.fcntl(fd, F_GETFL, 0), object) | O_NONBLOCK), object)
      checked(libc.fcntl(fd, F_SETFD, FD_CLOEXEC), object)
      const maxPacket = options.maxPacket ?? 65_536 + 18 + 4 + vnetHeaderSize
      return new TunTapDevice({ fd, closeDescriptor: libc.close, name, mode, maxPacket, vnetHeaderSize, offloads })
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error
      const { errno, what } = error
      const message = `${object}: it is no open TUN or TAP device: ${what} (${errnoName(errno)})`
      throw new NetworkError('INVALID_ARGUMENT', message, { errno, object })
    }
  })
}

function getVnetHeaderSize(fd: number, object: string): number {
  const argument = new Uint8Array(4)
  checked(libc.ioctl(fd, TUNGETVNETHDRSZ, argument), `${object}: read the size of the header`)
  return new DataView(argument.buffer).getInt32(0, littleEndian)
}
