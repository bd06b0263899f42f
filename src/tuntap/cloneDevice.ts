import { openSync } from 'node:fs'
import { NetworkError } from '../error.js'
import { littleEndian } from '../netlink/bytes.js'
import { O_CLOEXEC, O_NONBLOCK, O_RDWR } from '../system/constants.js'
import { codeOf, errnoName, errnoNumber } from '../system/errno.js'
import { lastErrno, libc } from '../system/libc.js'
import type { TunTapFraming, TunTapMode } from './configuration.js'
import {
  IFF_MULTI_QUEUE,
  IFF_NO_PI,
  IFF_TAP,
  IFF_TUN,
  IFF_TUN_EXCL,
  IFF_VNET_HDR,
  IFNAMSIZ,
  TUNGETIFF,
  TUNSETIFF,
} from './constants.js'

const path = '/dev/net/tun'

/**
 * A system call on `/dev/net/tun` that failed. What its number means depends on the device that is there, which is
 * looked up only when somebody is to be told (`explain.ts`).
 */
export class CallFailure extends Error {
  readonly call: 'TUNSETIFF' | 'other'
  readonly errno: number
  readonly what: string

  constructor(call: 'TUNSETIFF' | 'other', errno: number, what: string) {
    super(what)
    this.call = call
    this.errno = errno
    this.what = what
  }
}

/**
 * Opens `/dev/net/tun` in the calling thread's namespace, non-blocking, and closed in child processes. Node does it,
 * since it closes what a worker opened that way when the worker ends, however it ends; so Node must close it too.
 */
export function openCloneDevice(object: string): number {
  try {
    return openSync(path, O_RDWR | O_CLOEXEC | O_NONBLOCK)
  } catch (error) {
    throw openError(errnoNumber(codeOf(error)), object)
  }
}

function openError(errno: number, object: string): NetworkError {
  const code = errnoName(errno)
  const details = { errno, object }
  if (code === 'ENOENT' || code === 'ENODEV' || code === 'ENXIO') {
    const advice = 'load the module (modprobe tun), or hand the device file to the container (--device /dev/net/tun)'
    return new NetworkError('UNSUPPORTED', `${object}: there is no ${path} here: ${advice} (${code})`, details)
  }
  if (code === 'EACCES' || code === 'EPERM') {
    const advice = 'its mode must let this user read and write it, and a container must be allowed to use it'
    return new NetworkError(code, `${object}: no permission to open ${path}: ${advice} (${code})`, details)
  }
  if (code === 'EMFILE' || code === 'ENFILE') {
    const advice = 'too many open files; raise the limit (ulimit -n) or close some'
    return new NetworkError(code, `${object}: cannot open ${path}: ${advice} (${code})`, details)
  }
  return new NetworkError(code, `${object}: cannot open ${path} (${code})`, details)
}

// struct ifreq: a name of 16 bytes, then a union whose first two bytes are the flags.
const request = new Uint8Array(40)
const requestView = new DataView(request.buffer)

/** The name and the flags of the interface behind a descriptor. */
export interface AttachedInterface {
  readonly name: string
  readonly flags: number
}

/** Creates the interface, or attaches to it when it exists (never with `exclusive`). */
export function setInterface(
  fd: number,
  device: TunTapFraming & { readonly name: string; readonly mode: TunTapMode },
  exclusive: boolean,
): AttachedInterface {
  const flags = framingFlags(device) | (exclusive ? IFF_TUN_EXCL : 0)
  request.fill(0)
  Buffer.from(request.buffer).write(device.name, 0, IFNAMSIZ - 1)
  requestView.setUint16(IFNAMSIZ, flags, littleEndian)
  if (libc.ioctl(fd, TUNSETIFF, request) < 0) throw new CallFailure('TUNSETIFF', lastErrno(), 'attach')
  return requestedInterface()
}

/** Asks which interface a descriptor belongs to; its name may have changed since it was attached. */
export function getInterface(fd: number): AttachedInterface {
  request.fill(0)
  if (libc.ioctl(fd, TUNGETIFF, request) < 0) throw new CallFailure('other', lastErrno(), 'read the state')
  return requestedInterface()
}

function requestedInterface(): AttachedInterface {
  const end = request.indexOf(0)
  return {
    name: Buffer.from(request.buffer, 0, end).toString(),
    flags: requestView.getUint16(IFNAMSIZ, littleEndian),
  }
}

/** The flags that say how packets look. */
export function framingFlags(device: TunTapFraming & { readonly mode: TunTapMode }): number {
  return (
    (device.mode === 'tap' ? IFF_TAP : IFF_TUN) |
    (device.packetInfo ? 0 : IFF_NO_PI) |
    (device.vnetHeader ? IFF_VNET_HDR : 0) |
    (device.multiQueue ? IFF_MULTI_QUEUE : 0)
  )
}

/** An ioctl whose argument is a number. */
export function control(fd: number, number: number, value: number, what: string): void {
  if (libc.ioctlValue(fd, number, value >>> 0) < 0) throw new CallFailure('other', lastErrno(), what)
}
