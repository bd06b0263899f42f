import { closeSync } from 'node:fs'
import { NetworkError } from '../error.js'
import { littleEndian } from '../netlink/bytes.js'
import { attemptSync, type Result } from '../result.js'
import { errnoNumber } from '../system/errno.js'
import { lastErrno, libc } from '../system/libc.js'
import { inNamespace, openNamespace } from '../system/namespace.js'
import {
  type AttachedInterface,
  CallFailure,
  control,
  framingFlags,
  getInterface,
  openCloneDevice,
  setInterface,
} from './cloneDevice.js'
import { accountNumber, checkName, describeLink, type TunTapMode } from './configuration.js'
import {
  IFF_MULTI_QUEUE,
  IFF_NO_PI,
  IFF_VNET_HDR,
  offloadBits,
  TUNSETGROUP,
  TUNSETOFFLOAD,
  TUNSETOWNER,
  TUNSETPERSIST,
  TUNSETVNETHDRSZ,
} from './constants.js'
import { TunTapDevice } from './device.js'
import { explain } from './explain.js'
import type { OpenOptions } from './options.js'

const framing = IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE
const packetInfoSize = 4
const shortestVnetHeader = 10
const ethernetHeaderSize = 18

/**
 * Opens a TUN device, whose packets are IP packets: creates it, or attaches to it where it exists. With `multiQueue`
 * each call opens one more queue. A device that nobody made persistent vanishes when its last descriptor closes.
 */
export function openTun(options: OpenOptions = {}): Result<TunTapDevice> {
  return attemptSync(() => open('tun', options))
}

/** {@link openTun} for a TAP device, whose packets are Ethernet frames without their checksum. */
export function openTap(options: OpenOptions = {}): Result<TunTapDevice> {
  return attemptSync(() => open('tap', options))
}

function open(mode: TunTapMode, options: OpenOptions): TunTapDevice {
  const name = options.name ?? `${mode}%d`
  const object = describeLink(name)
  checkName(name, 'template')
  checkOptions(options, object)
  const namespaceFd = options.namespace === undefined ? undefined : openNamespace(options.namespace)
  try {
    const fd =
      namespaceFd === undefined ? openCloneDevice(object) : inNamespace(namespaceFd, () => openCloneDevice(object))
    try {
      const device = { ...options, name, mode }
      const attached = setInterface(fd, device, options.exclusive ?? false)
      checkFraming(fd, device, attached)
      configure(fd, options, describeLink(attached.name))
      const headers = (mode === 'tap' ? ethernetHeaderSize : 0) + headerSizes(options)
      return new TunTapDevice({
        fd,
        name: attached.name,
        mode,
        maxPacket: options.maxPacket ?? 65_536 + headers,
      })
    } catch (error) {
      libc.close(fd)
      throw error
    }
  } catch (error) {
    const action = options.exclusive ? 'create' : 'attach'
    throw explain(error, { ...options, name, mode, action }, namespaceFd)
  } finally {
    if (namespaceFd !== undefined) closeSync(namespaceFd)
  }
}

function headerSizes(options: OpenOptions): number {
  return (options.packetInfo ? packetInfoSize : 0) + (options.vnetHeader ? vnetHeaderSize(options) : 0)
}

function vnetHeaderSize(options: OpenOptions): number {
  return options.vnetHeaderSize ?? shortestVnetHeader
}

function checkOptions(options: OpenOptions, object: string): void {
  const { maxPacket, offloads = [] } = options
  const problem = (text: string, attribute: string): NetworkError =>
    new NetworkError('INVALID_ARGUMENT', `${object}: ${text}`, { object, attribute })
  if (maxPacket !== undefined && !(Number.isInteger(maxPacket) && maxPacket >= 64 && maxPacket <= 1 << 24)) {
    throw problem('maxPacket must be an integer from 64 to 16,777,216', 'maxPacket')
  }
  if (offloads.length > 0 && !options.vnetHeader) throw problem('offloads need vnetHeader', 'offloads')
  if (offloads.length > 0 && !offloads.includes('checksum')) {
    throw problem('offloads need "checksum" among them', 'offloads')
  }
  const unknown = offloads.find((offload) => !(offload in offloadBits))
  if (unknown !== undefined) throw problem(`there is no offload ${JSON.stringify(unknown)}`, 'offloads')
}

/**
 * The kernel takes over the framing of whoever attaches, except while the device has other queues open: then it keeps
 * its own and says nothing.
 */
function checkFraming(fd: number, device: Parameters<typeof framingFlags>[0], attached: AttachedInterface): void {
  const { flags } = getInterface(fd)
  if (((flags ^ framingFlags(device)) & framing) === 0) return
  const object = describeLink(attached.name)
  const differs = (flags ^ framingFlags(device)) & IFF_VNET_HDR ? 'vnetHeader' : 'packetInfo'
  const is = differs === 'vnetHeader' ? (flags & IFF_VNET_HDR) !== 0 : (flags & IFF_NO_PI) === 0
  throw new NetworkError('EINVAL', `${object}: its open queues have ${differs} ${is}; open this one the same way`, {
    object,
    attribute: differs,
  })
}

function configure(fd: number, options: OpenOptions, object: string): void {
  const { offloads = [], owner, group, persist } = options
  if (options.vnetHeader) setVnetHeaderSize(fd, vnetHeaderSize(options))
  const mask = offloads.reduce((bits, offload) => bits | offloadBits[offload], 0)
  // The mask outlives its program: without a reset, packets of another one's taste would come (tun.c, set_offload).
  control(fd, TUNSETOFFLOAD, mask, `set offloads ${offloads.join(', ')}`)
  if (owner !== undefined) control(fd, TUNSETOWNER, accountNumber('user', owner, object), `set owner ${owner}`)
  if (group !== undefined) control(fd, TUNSETGROUP, accountNumber('group', group, object), `set group ${group}`)
  if (persist !== undefined) control(fd, TUNSETPERSIST, persist ? 1 : 0, `set persist ${persist}`)
}

function setVnetHeaderSize(fd: number, size: number): void {
  const argument = new Uint8Array(4)
  new DataView(argument.buffer).setInt32(0, size, littleEndian)
  if (libc.ioctl(fd, TUNSETVNETHDRSZ, argument) >= 0) return
  const errno = lastErrno()
  if (errno !== errnoNumber('EINVAL')) throw new CallFailure('other', errno, `set vnetHeaderSize ${size}`)
  throw new CallFailure('other', errno, `set vnetHeaderSize ${size}, which must be at least ${shortestVnetHeader}`)
}
