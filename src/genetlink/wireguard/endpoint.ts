import { formatAddress, parseAddress } from '../../ip/address.js'
import { littleEndian } from '../../netlink/bytes.js'
import { type Codec, MalformedError } from '../../netlink/codec.js'

// include/linux/socket.h; struct sockaddr_in and sockaddr_in6: include/uapi/linux/in.h, in6.h
const AF_INET = 2
const AF_INET6 = 10
const sizes = { [AF_INET]: 16, [AF_INET6]: 28 } as const

interface Parts {
  readonly address: Uint8Array
  readonly port: number
  /** The link of a link-local address: its name or index. */
  readonly zone?: string
}

/** Takes `192.0.2.1:51820` or `[fe80::1%eth0]:51820` apart; `undefined` where the text is none. */
export function parseEndpoint(text: string): Parts | undefined {
  const match = /^(?:\[([^\]%]+)(?:%([^\]%/\s]+))?\]|([^:[\]]+)):(\d{1,5})$/.exec(text)
  const [, inBrackets, zone, plain, digits] = match ?? []
  const address = parseAddress(inBrackets ?? plain ?? '')
  const port = Number(digits)
  const bytes = inBrackets === undefined ? 4 : 16
  if (!address || address.length !== bytes || port < 1 || port > 0xffff) return undefined
  return { address, port, ...(zone === undefined ? {} : { zone }) }
}

/** The one spelling of an endpoint; text that is none stays. */
export function canonicalEndpoint(text: string): string {
  const parts = parseEndpoint(text)
  return parts ? formatEndpoint(parts) : text
}

function formatEndpoint({ address, port, zone }: Parts): string {
  const host = formatAddress(address)
  return address.length === 4 ? `${host}:${port}` : `[${host}${zone === undefined ? '' : `%${zone}`}]:${port}`
}

/** Where packets go to: an address with a port, as a `sockaddr`. */
export const endpoint: Codec<string> = {
  domain: { type: 'endpoint' },
  encode(value, writer, context) {
    const parts = parseEndpoint(value)
    if (!parts) throw new RangeError(`${value} is not an address with a port, such as 192.0.2.1:51820`)
    const { address, port, zone } = parts
    const family = address.length === 4 ? AF_INET : AF_INET6
    const start = writer.reserve(sizes[family])
    writer.view.setUint16(start, family, littleEndian)
    writer.view.setUint16(start + 2, port)
    writer.bytes.set(address, start + (family === AF_INET ? 4 : 8))
    if (zone === undefined) return
    const index = /^\d+$/.test(zone) ? Number(zone) : context.linkIndex(zone)
    writer.view.setUint32(start + 24, index, littleEndian)
  },
  decode(payload, context) {
    const { view, start, bytes } = payload
    const family = payload.length < 8 ? 0 : view.getUint16(start, littleEndian)
    if ((family !== AF_INET && family !== AF_INET6) || payload.length < sizes[family]) {
      throw new MalformedError(`${payload.length} bytes of endpoint`)
    }
    const port = view.getUint16(start + 2)
    if (family === AF_INET) return formatEndpoint({ address: bytes.slice(start + 4, start + 8), port })
    const index = view.getUint32(start + 24, littleEndian)
    const zone = index === 0 ? {} : { zone: String(context.linkName(index)) }
    return formatEndpoint({ address: bytes.slice(start + 8, start + 24), port, ...zone })
  },
}
