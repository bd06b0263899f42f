import { findAttribute } from '../netlink/attribute.js'
import { littleEndian, type Payload } from '../netlink/bytes.js'
import { withoutNames } from '../netlink/codec.js'
import { AF_INET, AF_INET6 } from './constants.js'
import { linkHeader } from './linkAttributes.js'

// include/uapi/linux/if_link.h
const IFLA_AF_SPEC = 26
const IFLA_INET_CONF = 1
const IFLA_INET6_CONF = 2

/** The place of IPv6's own MTU, which follows the link's: DEVCONF_MTU6 of include/uapi/linux/ipv6.h. */
const mtuPlace = 2

/** The settings under /proc/sys of a link, as a list of the kernel's that comes with the link. */
export interface ListedSettings {
  readonly index: number
  /** What links have in common whose settings are alike; `undefined` where the kernel tells no settings. */
  readonly likeness: string | undefined
  /** The MTU of IPv6, which no likeness is about. */
  readonly ipv6Mtu?: number
}

/** Reads of an RTM_NEWLINK which settings the link has, without looking at anything else. */
export function decodeListedSettings(body: Payload): ListedSettings {
  const { index } = linkHeader.decode(body, withoutNames)
  const families = findAttribute(body.slice(body.start + linkHeader.size), IFLA_AF_SPEC)
  const ipv4 = families && nested(families, AF_INET, IFLA_INET_CONF)
  const ipv6 = families && nested(families, AF_INET6, IFLA_INET6_CONF)
  if (!ipv4 && !ipv6) return { index, likeness: undefined }
  const settings = Buffer.concat([ipv4 ?? noBytes, ipv6 ?? noBytes])
  const start = (ipv4?.length ?? 0) + 4 * mtuPlace
  const mtu = ipv6 && start + 4 <= settings.length ? new DataView(settings.buffer, settings.byteOffset) : undefined
  const ipv6Mtu = mtu?.getInt32(start, littleEndian)
  settings.fill(0, start, start + 4)
  return { index, likeness: settings.toString('latin1'), ...(ipv6Mtu === undefined ? {} : { ipv6Mtu }) }
}

const noBytes = new Uint8Array(0)

function nested(families: Payload, family: number, type: number): Uint8Array | undefined {
  const own = findAttribute(families, family)
  const settings = own && findAttribute(own, type)
  return settings?.bytes.subarray(settings.start, settings.end)
}
