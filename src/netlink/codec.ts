import type { UnknownAttribute } from './attribute.js'
import type { Payload, Writer } from './bytes.js'

/** What values an attribute takes. Validation, the JSON Schema and the messages about bad input come from it. */
export type Domain =
  | { readonly type: 'boolean' }
  | { readonly type: 'integer'; readonly minimum: number; readonly maximum: number }
  | { readonly type: 'bigint' }
  | { readonly type: 'seconds'; readonly minimum?: number; readonly maximum: number; readonly resolution: number }
  | { readonly type: 'enumeration'; readonly names: readonly string[] }
  | { readonly type: 'text'; readonly maximumLength: number }
  | { readonly type: 'mac' }
  | { readonly type: 'address'; readonly family?: 'inet' | 'inet6'; readonly cast?: 'unicast' | 'multicast' }
  /** A link; `null` where it can be none. */
  | { readonly type: 'link'; readonly nullable?: boolean }
  | { readonly type: 'namespace' }
  | { readonly type: 'user' }
  | { readonly type: 'userGroup' }
  | { readonly type: 'bytes' }
  /** VLANs of a bridge or of a port of one; `ofBridge` for what a VLAN has on the bridge as a whole. */
  | { readonly type: 'vlans'; readonly ofBridge?: boolean }
  /** The VNIs that a VXLAN takes. */
  | { readonly type: 'vnis' }
  /** Bytes of a fixed number as base64; `null` where it can be none. A secret one is never shown. */
  | { readonly type: 'key'; readonly length: number; readonly secret: boolean; readonly nullable: boolean }
  /** Bytes as pairs of hexadecimal digits; where `padded`, fewer are filled up with zeros. Secret ones are never shown. */
  | { readonly type: 'octets'; readonly lengths: readonly number[]; readonly padded: boolean; readonly secret: boolean }
  /** The path of a file that has a key as its text, in base64 if not hexadecimal; it says the same as another property. */
  | { readonly type: 'keyFile'; readonly property: string; readonly hexadecimal?: boolean }
  /** An IP address with a port: `192.0.2.1:51820`, `[2001:db8::1]:51820`. */
  | { readonly type: 'endpoint' }
  /** A prefix without host bits; without a length that of a single host. */
  | { readonly type: 'prefix' }
  /** Bytes as a number in hexadecimal, of which the first is the most significant: `0xf7ffffff000000ff`. */
  | { readonly type: 'hexadecimal'; readonly bytes: number }
  /** A mark of packets: a number, or its text in hexadecimal. */
  | { readonly type: 'mark' }
  /** Bits a second. */
  | { readonly type: 'rate' }
  /** Hundredths, from 0 to 100. */
  | { readonly type: 'percent' }
  /** The name of a qdisc or of a class of traffic: `1:`, `1:10`. */
  | { readonly type: 'handle' }
  | { readonly type: 'list'; readonly item: Domain; readonly maximum?: number; readonly unordered?: boolean }
  | {
      readonly type: 'object'
      readonly properties: Readonly<Record<string, Domain>>
      readonly required: readonly string[]
    }

/** Turns names into the numbers that a message holds. */
export interface EncodeContext {
  /** The interface index of a link; throws where there is none. */
  linkIndex(name: string): number
  /** An open descriptor of a namespace; throws where there is none. */
  namespaceFd(name: string): number
  /** Whether IPv4 routes with metrics may lead through a nexthop object; none do without it. */
  nexthopHasMetrics?(id: number): boolean
}

/** Turns the numbers of a message into names. */
export interface DecodeContext {
  /** The name of a link, or its index where it has none that is known. */
  linkName(index: number): string | number
  /** Takes the attributes that no table knows, and the malformed ones; without it they are dropped. */
  readonly unknown?: UnknownAttribute[]
  /** Whether attributes that only tell of a state are left out. */
  readonly settingsOnly?: boolean
  /** Takes where the payloads lie of attributes that were not looked at. */
  readonly ignored?: { readonly start: number; readonly end: number }[]
}

/** A context for one message, with a list of its own of what no table knows. The given one may be an object of a class. */
export function noting(context: DecodeContext, unknown: UnknownAttribute[]): DecodeContext {
  return { linkName: (index) => context.linkName(index), unknown }
}

/** Writes a value as an attribute's payload, and reads it. */
export interface Codec<T> {
  readonly domain: Domain
  /** Whether the payload is attributes again, which the kernel marks by NLA_F_NESTED. */
  readonly nested?: boolean
  /** Whether the attribute is a flag: it is there for true and left out for false. */
  readonly presence?: boolean
  /** Whether the attribute stands once for each item of the list, which is then written alone. */
  readonly repeats?: boolean
  /** Writes a value. */
  encode(value: T, writer: Writer, context: EncodeContext): void
  /** Reads the payload, which is another one afterwards; a {@link MalformedError} spoils this attribute alone. */
  decode(payload: Payload, context: DecodeContext): T
  /** Names the part of the payload that lies at an offset, for the path of an offending attribute. */
  locate?(payload: Payload, offset: number): readonly string[]
}

/** The payload is not what the table says. It never leaves the decoder. */
export class MalformedError extends Error {
  override name = 'MalformedError'
}

/** A context for messages that need no names: an unresolved name is a mistake of the caller's. */
export const withoutNames: EncodeContext & DecodeContext = {
  linkIndex(name) {
    throw new TypeError(`the link ${name} must be given by its interface index here`)
  },
  namespaceFd(name) {
    throw new TypeError(`the namespace ${name} must be opened before the message is built`)
  },
  linkName: (index) => index,
}
