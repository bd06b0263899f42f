import { closeSync } from 'node:fs'
import { NetworkError } from '../error.js'
import { littleEndian } from '../netlink/bytes.js'
import { attemptSync, type Result } from '../result.js'
import { lastErrno, libc } from '../system/libc.js'
import { inNamespace, openNamespace } from '../system/namespace.js'
import {
  type Allowed,
  account,
  checkAllowed,
  checkObject,
  flag,
  integer,
  maximumInt,
  text,
} from '../system/optionValues.js'
import {
  type AttachedInterface,
  CallFailure,
  control,
  framingFlags,
  getInterface,
  openCloneDevice,
  setInterface,
} from './cloneDevice.js'
import { accountNumber, checkName, describeLink, framingValues, type TunTapMode } from './configuration.js'
import {
  IFF_MULTI_QUEUE,
  IFF_NO_PI,
  IFF_VNET_HDR,
  TUNSETGROUP,
  TUNSETOWNER,
  TUNSETPERSIST,
  TUNSETSNDBUF,
  TUNSETVNETHDRSZ,
} from './constants.js'
import { TunTapDevice } from './device.js'
import { explain } from './explain.js'
import { checkOffloads, setOffloads } from './offloads.js'
import type { Offload, OpenOptions } from './options.js'
import { setTxQueueLength } from './txQueueLength.js'

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

/**
 * Opens several queues of one device, among which the kernel shares out flows by their hash: `multiQueue` is implied.
 * Either all are opened or none.
 */
export function openTunQueues(count: number, options: OpenOptions = {}): Result<TunTapDevice[]> {
  return attemptSync(() => openQueues('tun', count, options))
}

/** {@link openTunQueues} for a TAP device. */
export function openTapQueues(count: number, options: OpenOptions = {}): Result<TunTapDevice[]> {
  return attemptSync(() => openQueues('tap', count, options))
}

const queueCount = integer(1, maximumInt)

function openQueues(mode: TunTapMode, count: number, options: OpenOptions): TunTapDevice[] {
  checkAllowed<{ count: number }>({ count: count ?? 0 }, { count: queueCount }, `queues of a ${mode} device`)
  checkObject(options)
  if (options.multiQueue === false) {
    throw new NetworkError('INVALID_ARGUMENT', `queues of a ${mode} device: multiQueue cannot be false`, {
      attribute: 'multiQueue',
    })
  }
  const queues: TunTapDevice[] = []
  try {
    for (let index = 0; index < count; index++) {
      const [first] = queues
      const attached = first && { name: first.name, exclusive: false }
      queues.push(open(mode, { ...options, multiQueue: true, ...attached }))
    }
    return queues
  } catch (error) {
    for (const queue of queues) queue.close()
    throw error
  }
}

function open(mode: TunTapMode, options: OpenOptions): TunTapDevice {
  checkObject(options)
  const name = options.name ?? `${mode}%d`
  const object = describeLink(name)
  checkOptions(options, object)
  checkName(name, 'template')
  const namespaceFd = options.namespace === undefined ? undefined : openNamespace(options.namespace)
  const inside = <T>(work: () => T): T => (namespaceFd === undefined ? work() : inNamespace(namespaceFd, work))
  try {
    const fd = inside(() => openCloneDevice(object))
    try {
      const device = { ...options, name, mode }
      const attached = setInterface(fd, device, options.exclusive ?? false)
      checkFraming(fd, device, attached)
      const { txQueueLength } = options
      if (txQueueLength !== undefined) inside(() => setTxQueueLength(attached.name, txQueueLength))
      const offloads = configure(fd, options, describeLink(attached.name))
      const headers = (mode === 'tap' ? ethernetHeaderSize : 0) + headerSizes(options)
      return new TunTapDevice({
        fd,
        closeDescriptor: closeSync,
        name: attached.name,
        mode,
        maxPacket: options.maxPacket ?? 65_536 + headers,
        vnetHeaderSize: options.vnetHeader ? vnetHeaderSize(options) : 0,
        offloads,
      })
    } catch (error) {
      closeSync(fd)
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

export const optionValues: Allowed<OpenOptions> = {
  name: text,
  // Whoever opens it says what is wrong with it.
  namespace: { words: 'a namespace', include: () => true },
  exclusive: flag,
  persist: flag,
  owner: account,
  group: account,
  offloads: { words: 'a list or "available"', include: (value) => Array.isArray(value) || value === 'available' },
  vnetHeaderSize: integer(shortestVnetHeader, maximumInt),
  maxPacket: integer(64, 1 << 24),
  txQueueLength: integer(0, maximumInt),
  sendBuffer: integer(1, maximumInt),
  ...framingValues,
}

/** Refuses options that there are not, and values that mean nothing. */
function checkOptions(options: OpenOptions, object: string): void {
  checkAllowed(options, optionValues, object)
  const { offloads = [], vnetHeader = false, vnetHeaderSize: size } = options
  if (size !== undefined && !vnetHeader) {
    throw new NetworkError('INVALID_ARGUMENT', `${object}: vnetHeaderSize needs vnetHeader`, {
      object,
      attribute: 'vnetHeaderSize',
    })
  }
  if (offloads !== 'available') checkOffloads(offloads, vnetHeader, object)
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

function configure(fd: number, options: OpenOptions, object: string): readonly Offload[] {
  const { owner, group, persist, sendBuffer } = options
  if (options.vnetHeader) setVnetHeaderSize(fd, vnetHeaderSize(options))
  const offloads = setOffloads(fd, options.offloads ?? [], options.vnetHeader ?? false, object)
  if (owner !== undefined) control(fd, TUNSETOWNER, accountNumber('user', owner, object), `set owner ${owner}`)
  if (group !== undefined) control(fd, TUNSETGROUP, accountNumber('group', group, object), `set group ${group}`)
  if (persist !== undefined) control(fd, TUNSETPERSIST, persist ? 1 : 0, `set persist ${persist}`)
  if (sendBuffer !== undefined) setNumber(fd, TUNSETSNDBUF, sendBuffer, `set sendBuffer ${sendBuffer}`)
  return offloads
}

/** An ioctl that reads an int from memory. */
function setNumber(fd: number, request: number, value: number, what: string): void {
  const argument = new Uint8Array(4)
  new DataView(argument.buffer).setInt32(0, value, littleEndian)
  if (libc.ioctl(fd, request, argument) < 0) throw new CallFailure('other', lastErrno(), what)
}

function setVnetHeaderSize(fd: number, size: number): void {
  setNumber(fd, TUNSETVNETHDRSZ, size, `set vnetHeaderSize ${size}`)
}
