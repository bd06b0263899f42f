import * as v from 'valibot'
import { parseEndpoint } from '../genetlink/wireguard/endpoint.js'
import { parseKey } from '../genetlink/wireguard/key.js'
import { castOf, parseAddress } from '../ip/address.js'
import { parseMac } from '../ip/mac.js'
import { parsePrefix } from '../ip/prefix.js'
import type { Domain } from '../netlink/codec.js'
import { expectedOctets, octetsPattern } from '../netlink/octets.js'
import type { AnyAttributeTable } from '../netlink/table.js'
import { globalVlanEntry, vlanEntry } from '../rtnetlink/bridgeVlanAttributes.js'
import { lastVlan, parseRange } from '../rtnetlink/vlanRange.js'
import { lastVni } from '../rtnetlink/vniRange.js'
import { halfCharacter, isWholeText } from './wholeText.js'

/** A schema whose type is not known at compile time. */
export type AnySchema = v.GenericSchema<unknown>

const wholeCharacters = v.check<string, string>(isWholeText, halfCharacter)

/** Text that the kernel gives back as it took it; to it, a zero byte is the end. */
export function kernelText(maximumBytes: number): v.GenericSchema<string> {
  return v.pipe(
    v.string(),
    v.maxBytes(maximumBytes),
    v.check((text) => !text.includes('\0'), 'a text of the kernel has no zero byte'),
    wholeCharacters,
  )
}

/** An interface name as the kernel takes it: net/core/dev.c, dev_valid_name. */
export const linkName: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.check(
    (name) => name.length > 0 && Buffer.byteLength(name) <= 15,
    (issue) => `a link's name has 1 to 15 bytes, ${JSON.stringify(issue.input)} has ${Buffer.byteLength(issue.input)}`,
  ),
  v.check(
    (name) => !/[/:\s%\0]/.test(name) && name !== '.' && name !== '..',
    'a link’s name has no slash, colon, percent sign or white space, and is not "." or ".."',
  ),
  wholeCharacters,
)

/** How a spec refers to a link: by its name or by an alternative one, which may be longer (ALTIFNAMSIZ). */
export const linkReference: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.nonEmpty(),
  v.maxBytes(127, 'an alternative name has at most 127 bytes'),
  v.check((name) => !/[/:\s%\0]/.test(name), 'a link’s name has no slash, colon, percent sign or white space'),
  wholeCharacters,
)

/** A MAC address, or the link-layer address of another kind of device. */
export const macAddress: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.check((value) => parseMac(value) !== undefined, 'a MAC address is six pairs of hexadecimal digits between colons'),
)

/** An IP address without a prefix length, of one family or of either. */
export function ipAddressSchema(family?: 'inet' | 'inet6'): v.GenericSchema<string> {
  const bytes = family === 'inet' ? 4 : 16
  const kind = family === undefined ? 'an IP address' : family === 'inet' ? 'an IPv4 address' : 'an IPv6 address'
  return v.pipe(
    v.string(),
    v.check(
      (text) => {
        const parsed = parseAddress(text)
        return parsed !== undefined && (family === undefined || parsed.length === bytes)
      },
      (issue) => `${JSON.stringify(issue.input)} is not ${kind}`,
    ),
  )
}

/** A prefix, or an address alone. */
export const prefix: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.check(
    (text) => parsePrefix(text) !== undefined,
    (issue) => `${JSON.stringify(issue.input)} is not an IP address with or without a prefix length`,
  ),
)

/** A key in base64. The message never shows what was given, which may be most of a secret. */
const keySchema: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.check((text) => parseKey(text) !== undefined, 'a key is 32 bytes in base64: 44 characters, the last one ='),
)

/** Bytes in hexadecimal; here, too, what was given may be a secret. */
function octetsSchema(domain: Extract<Domain, { readonly type: 'octets' }>): v.GenericSchema<string> {
  return v.pipe(v.string(), v.regex(octetsPattern(domain), expectedOctets(domain)))
}

const endpointSchema: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.check(
    (text) => parseEndpoint(text) !== undefined,
    'an endpoint is an IP address with a port: 192.0.2.1:51820 or [2001:db8::1]:51820',
  ),
)

const markSchema: v.GenericSchema<string | number> = v.union([
  integer(0, 0xffffffff),
  v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{1,8}$/, 'a mark is a number, or hexadecimal such as 0x1')),
])

function hexadecimalSchema(bytes: number): v.GenericSchema<string> {
  const digits = bytes * 2
  return v.pipe(
    v.string(),
    v.regex(new RegExp(`^0x[0-9a-fA-F]{1,${digits}}$`), `0x and up to ${digits} hexadecimal digits are expected`),
  )
}

/** The name of a qdisc or of a class. */
export const handleSchema: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.check(
    (text) => /^[0-9a-f]{1,4}:[0-9a-f]{0,4}$/i.test(text),
    (issue) => `${JSON.stringify(issue.input)} is no name of a qdisc or a class, such as 1: or 1:10 (hexadecimal)`,
  ),
)

function castCheck(cast: 'unicast' | 'multicast') {
  return v.check<string, string>(
    (text) => {
      const bytes = parseAddress(text)
      return bytes === undefined || castOf(bytes) === cast
    },
    `the address must be ${cast === 'multicast' ? 'that of a multicast group' : 'that of one host, not of a group'}`,
  )
}

/** A whole number of a range. */
export function integer(minimum: number, maximum: number): v.GenericSchema<number> {
  return v.pipe(v.number(), v.integer(), v.minValue(minimum), v.maxValue(maximum))
}

/** A number, or a name that is looked up later. */
export const numberOrName: v.GenericSchema<number | string> = v.union([
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffffffff)),
  v.pipe(v.string(), v.nonEmpty()),
])

/** The schema of an attribute's values. `undefined` for what a spec cannot say. */
export function schemaOfDomain(domain: Domain): AnySchema | undefined {
  switch (domain.type) {
    case 'boolean':
      return v.boolean()
    case 'integer':
      return integer(domain.minimum, domain.maximum)
    case 'bigint':
      return v.pipe(v.number(), v.integer(), v.minValue(0))
    case 'seconds':
      return v.pipe(v.number(), v.minValue(domain.minimum ?? 0), v.maxValue(domain.maximum))
    case 'enumeration':
      return v.picklist([...domain.names])
    case 'text':
      return kernelText(domain.maximumLength)
    case 'mac':
      return macAddress
    case 'address':
      return domain.cast
        ? v.pipe(ipAddressSchema(domain.family), castCheck(domain.cast))
        : ipAddressSchema(domain.family)
    case 'link':
      return domain.nullable ? v.nullable(linkReference) : linkReference
    case 'namespace':
      return v.pipe(v.string(), v.nonEmpty(), wholeCharacters)
    case 'user':
    case 'userGroup':
      return numberOrName
    case 'bytes':
      return undefined
    case 'vlans':
      return domain.ofBridge ? globalVlanOptionsSchema : vlansSchema
    case 'vnis':
      return vnisSchema
    case 'key':
      return domain.nullable ? v.nullable(keySchema) : keySchema
    case 'octets':
      return octetsSchema(domain)
    case 'keyFile':
      return v.pipe(v.string(), v.nonEmpty())
    case 'endpoint':
      return endpointSchema
    case 'prefix':
      return prefix
    case 'hexadecimal':
      return hexadecimalSchema(domain.bytes)
    case 'mark':
      return markSchema
    case 'rate':
      return integer(0, Number.MAX_SAFE_INTEGER)
    case 'percent':
      return v.pipe(v.number(), v.minValue(0), v.maxValue(100))
    case 'handle':
      return handleSchema
    case 'list': {
      const item = schemaOfDomain(domain.item)
      return item && v.array(item)
    }
    case 'object':
      return optionsSchema(domain, domain.required)
  }
}

/** A number from 1 on, or a range of such numbers. */
function numberOrRange(what: string, last: number): v.GenericSchema<number | string> {
  const text = v.pipe(
    v.string(),
    v.check(
      (given) => parseRange(given, last) !== undefined,
      (issue) => `${JSON.stringify(issue.input)} is neither a ${what} from 1 to ${last} nor a range such as 100-200`,
    ),
  )
  return v.union([integer(1, last), text])
}

const vlanId = numberOrRange('VLAN', lastVlan)

/** Objects that say something of VLANs: the properties of a table, but those that are only read. */
function ofVlans(table: AnyAttributeTable, others: v.ObjectEntries, readOnly: readonly string[]): AnySchema {
  const { domain } = table
  const properties = domain.type === 'object' ? domain.properties : {}
  const kept = Object.fromEntries(Object.entries(properties).filter(([name]) => !readOnly.includes(name)))
  const inner = optionsSchema({ type: 'object', properties: kept, required: [] })
  return strictObject({ id: vlanId, ...('entries' in inner ? (inner.entries as v.ObjectEntries) : {}), ...others })
}

const vlansSchema: AnySchema = v.array(
  v.union([
    vlanId,
    ofVlans(
      vlanEntry,
      {
        pvid: v.exactOptional(v.boolean()),
        untagged: v.exactOptional(v.boolean()),
        tunnelId: v.exactOptional(integer(1, 0xffffff)),
      },
      ['info', 'range', 'tunnel', 'multicastGroups'],
    ),
  ]),
)

const globalVlanOptionsSchema: AnySchema = v.array(ofVlans(globalVlanEntry, {}, ['id', 'range']))

const vniId = numberOrRange('VNI', lastVni)

const vnisSchema: AnySchema = v.array(
  v.union([
    vniId,
    strictObject({
      id: vniId,
      group: v.exactOptional(v.pipe(ipAddressSchema(undefined), castCheck('multicast'))),
      remote: v.exactOptional(v.pipe(ipAddressSchema(undefined), castCheck('unicast'))),
    }),
  ]),
)

/** What valibot would take for an object without keys; a map may be one of another realm. */
function collectionName(value: unknown): string | undefined {
  if (Array.isArray(value)) return 'a list'
  const [, name] = /^\[object (Map|Set)\]$/.exec(Object.prototype.toString.call(value)) ?? []
  return name && `a ${name.toLowerCase()}`
}

/** An object with no other keys. */
export function strictObject(entries: v.ObjectEntries): AnySchema {
  return refusingCollections(v.strictObject(entries))
}

/** A schema of an object that takes no list, no map and no set for one; what is none for a user is shown as what it is. */
export function refusingCollections<Schema extends AnySchema>(schema: Schema): Schema {
  return {
    ...schema,
    '~run'(dataset, config) {
      const name = collectionName(dataset.value)
      return schema['~run'](name === undefined ? dataset : { value: name, typed: false }, config)
    },
  }
}

/** The schema of an object of options. At the top nothing is required: a link that exists need not say all. */
export function optionsSchema(domain: Domain, required: readonly string[] = []): AnySchema {
  const entries: v.ObjectEntries = {}
  if (domain.type !== 'object') return strictObject(entries)
  for (const [name, inner] of Object.entries(domain.properties)) {
    const schema = schemaOfDomain(inner)
    if (schema) entries[name] = required.includes(name) ? schema : v.exactOptional(schema)
  }
  return strictObject(entries)
}
