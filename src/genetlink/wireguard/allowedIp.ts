import { formatAddress } from '../../ip/address.js'
import { formatPrefix, networkOf, parsePrefix } from '../../ip/prefix.js'
import { type Codec, MalformedError } from '../../netlink/codec.js'
import { ipAddress, u8, u16 } from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'

// include/linux/socket.h
const AF_INET = 2
const AF_INET6 = 10

/** WGALLOWEDIP_A_*: one prefix that a peer may send from. */
export interface AllowedIpAttributes {
  readonly family?: number
  readonly address?: string
  readonly length?: number
}

// enum wgallowedip_attribute: include/uapi/linux/wireguard.h
export const allowedIpAttributes: AttributeTable<AllowedIpAttributes> = attributeTable<AllowedIpAttributes>({
  family: attribute(1, u16),
  address: attribute(2, ipAddress),
  length: attribute(3, u8),
})

/** A prefix as its family, address and length. */
export const allowedIp: Codec<string> = {
  domain: { type: 'prefix' },
  nested: true,
  encode(value, writer, context) {
    const prefix = parsePrefix(value)
    if (!prefix) throw new RangeError(`${value} is not a prefix`)
    const { bytes, length } = networkOf(prefix)
    const family = bytes.length === 4 ? AF_INET : AF_INET6
    allowedIpAttributes.encode({ family, address: formatAddress(bytes), length }, writer, context)
  },
  decode(payload, context) {
    const { address, length } = allowedIpAttributes.decode(payload, context)
    const prefix = parsePrefix(`${address}/${length}`)
    if (!prefix) throw new MalformedError(`${address}/${length} is no prefix`)
    return formatPrefix(networkOf(prefix))
  },
  locate: (payload, offset) => allowedIpAttributes.locate(payload, offset),
}
