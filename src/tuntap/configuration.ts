import { NetworkError } from '../error.js'
import { systemNames } from '../system/names.js'
import {
  type Allowed,
  account,
  checkAllowed,
  checkObject,
  flag,
  oneOf,
  text,
  type Values,
} from '../system/optionValues.js'
import { IFNAMSIZ } from './constants.js'

/** What a device carries: IP packets (`tun`) or Ethernet frames (`tap`). */
export type TunTapMode = 'tun' | 'tap'

/** How packets look on the descriptor of a device. */
export interface TunTapFraming {
  /** Whether several descriptors may be open, a queue each: `ip tuntap add … multi_queue`. Default false. */
  readonly multiQueue?: boolean
  /** Whether a `virtio_net_hdr` stands in front of each packet: `ip tuntap add … vnet_hdr`. Default false. */
  readonly vnetHeader?: boolean
  /** Whether four bytes of flags and protocol stand in front of each packet: `ip tuntap add … pi`. Default false. */
  readonly packetInfo?: boolean
}

/**
 * A persistent device. With neither owner nor group, everyone who may open `/dev/net/tun` may attach to it; with
 * either, only they and holders of CAP_NET_ADMIN may.
 */
export interface TunTapConfiguration extends TunTapFraming {
  /** The name of the device, at most 15 bytes. */
  readonly name: string
  /** `tun` for IP packets, `tap` for Ethernet frames. */
  readonly mode: TunTapMode
  /** The user who may attach without privileges: a number, or a name of /etc/passwd. Default: no restriction. */
  readonly owner?: number | string
  /** The group whose members may attach without privileges: a number, or a name of /etc/group. */
  readonly group?: number | string
}

/** What the framing of a device can be. */
export const framingValues: Allowed<TunTapFraming> = { multiQueue: flag, vnetHeader: flag, packetInfo: flag }

/** What its mode can be. */
export const modeValues: Values = oneOf('tun', 'tap')

const deviceValues: Allowed<TunTapConfiguration> = {
  name: text,
  mode: modeValues,
  owner: account,
  group: account,
  ...framingValues,
}

/** Checks a persistent device; `mode` has no default, since the kernel would take any other word for TUN. */
export function checkDevice(device: TunTapConfiguration): void {
  checkObject(device)
  checkAllowed({ ...device, mode: device.mode ?? '' }, deviceValues, describeLink(device.name))
  checkName(device.name, 'exact')
}

/** How errors name an interface; a name that no terminal would show is quoted. */
export function describeLink(name: string): string {
  if (typeof name !== 'string') return `link ${String(name)}`
  return `link ${/^[^\p{Cc}\s]+$/u.test(name) ? name : JSON.stringify(name)}`
}

/**
 * Checks a name as the kernel would (net/core/dev.c, dev_valid_name), but says what is wrong with it. A template, such
 * as `tap%d`, leaves the number to the kernel.
 */
export function checkName(name: string, template: 'template' | 'exact'): void {
  const problem = problemOfName(name, template === 'template')
  if (problem === undefined) return
  const object = describeLink(name)
  throw new NetworkError('INVALID_ARGUMENT', `${object}: ${problem}`, { object, attribute: 'name' })
}

function problemOfName(name: string, mayBeTemplate: boolean): string | undefined {
  if (name === '') return 'the name of a device must not be empty'
  const length = Buffer.byteLength(name)
  if (length >= IFNAMSIZ) return `the name has ${length} bytes, the kernel allows ${IFNAMSIZ - 1}; choose a shorter one`
  if (name === '.' || name === '..') return 'the kernel does not allow this name'
  // The kernel's isspace also counts 0xa0, which no UTF-8 text of valid characters starts with.
  if (/[/:\s\0]/.test(name)) return `the name ${JSON.stringify(name)} must not contain "/", ":" or white space`
  if (!name.includes('%')) return undefined
  if (!mayBeTemplate) return 'a name template leaves the name to the kernel; give the name of one device'
  return /^[^%]*%d[^%]*$/.test(name) ? undefined : 'a name template must contain "%d" once and no other "%"'
}

let names: ReturnType<typeof systemNames> | undefined

/** The number of an account; names are read from the machine's files. */
export function accountNumber(kind: 'user' | 'group', account: number | string, object: string): number {
  if (typeof account === 'number') {
    if (Number.isInteger(account) && account >= -1 && account <= 0xffffffff) return account
    const attribute = kind === 'user' ? 'owner' : 'group'
    throw new NetworkError('INVALID_ARGUMENT', `${object}: ${account} is no ${kind} id`, { object, attribute })
  }
  names ??= systemNames()
  const number = (kind === 'user' ? names.users : names.userGroups).number(account)
  if (number !== undefined) return number
  throw new NetworkError('NOT_FOUND', `${object}: no ${kind} is named ${JSON.stringify(account)}`, { object })
}
