import * as v from 'valibot'
import { parseAddress } from '../ip/address.js'
import { parsePrefix } from '../ip/prefix.js'
import { integer, ipAddressSchema, linkName, macAddress } from './domainSchema.js'
import type {
  ConfineSpec,
  HostAccessSpec,
  MasqueradeSpec,
  NatSpec,
  PortForwardSpec,
  RateSpec,
} from './firewallTypes.js'
import { objectSchema } from './objectSchema.js'

const port = integer(1, 0xffff)
const transport = v.picklist(['tcp', 'udp', 'sctp'])

const masquerade: v.GenericSchema<MasqueradeSpec> = objectSchema<MasqueradeSpec>(
  {
    from: v.pipe(
      v.string(),
      v.check(
        (text) => parsePrefix(text) !== undefined,
        (issue) => `${JSON.stringify(issue.input)} is not an IP prefix or address`,
      ),
    ),
    out: linkName,
    absent: v.boolean(),
  },
  ['from'],
)

/** Where a forwarded port leads: an address, and a port where one is told. */
export function parseEndpoint(text: string): { readonly address: string; readonly port?: number } | undefined {
  if (parseAddress(text)) return { address: text }
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text)
  const address = match?.[1] ?? match?.[2]
  const number = Number(match?.[3])
  // Brackets are for IPv6 alone: RFC 3986 §3.2.2.
  if (address === undefined || !parseAddress(address) || address.includes(':') !== (match?.[1] !== undefined))
    return undefined
  return number >= 1 && number <= 0xffff ? { address, port: number } : undefined
}

const portForward: v.GenericSchema<PortForwardSpec> = objectSchema<PortForwardSpec>(
  {
    protocol: transport,
    port,
    to: v.pipe(
      v.string(),
      v.check(
        (text) => parseEndpoint(text) !== undefined,
        (issue) => `${JSON.stringify(issue.input)} is not an address with or without a port: 10.0.0.2:80, [fd00::2]:80`,
      ),
    ),
    in: linkName,
    address: ipAddressSchema(),
    absent: v.boolean(),
  },
  ['protocol', 'port'],
)

/** The schema of `nat`. */
export const nat: v.GenericSchema<NatSpec> = objectSchema<NatSpec>({
  masquerade: v.array(masquerade),
  portForward: v.array(portForward),
})

const hostAccess: v.GenericSchema<HostAccessSpec> = objectSchema<HostAccessSpec>(
  { protocol: v.picklist(['tcp', 'udp', 'sctp', 'icmp']), port },
  ['protocol'],
)

// Limits count in tokens of a nanosecond: a second's worth of bytes must fit in 64 bits of them, and a packet must cost
// some (net/netfilter/nft_limit.c).
const rate: v.GenericSchema<RateSpec> = objectSchema<RateSpec>({
  bits: integer(8, 147_000_000_000),
  packets: integer(1, 100_000_000),
})

/** The schema of a link's `confine`; `null` takes the confinement away. */
export const confine: v.GenericSchema<ConfineSpec | null> = v.nullable(
  objectSchema<ConfineSpec>({
    mac: macAddress,
    addresses: v.array(ipAddressSchema()),
    host: v.array(hostAccess),
    isolated: v.boolean(),
    ingress: rate,
    egress: rate,
  }),
)
