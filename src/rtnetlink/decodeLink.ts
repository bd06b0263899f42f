import { type UnknownAttribute, walkAttributes } from '../netlink/attribute.js'
import type { Payload } from '../netlink/bytes.js'
import { type DecodeContext, withoutNames } from '../netlink/codec.js'
import { decodeMessage } from '../netlink/message.js'
import { text } from '../netlink/scalars.js'
import { linkKind } from './kinds/registry.js'
import type { ListedLink } from './link.js'
import { type LinkAttributes, linkHeader, linkLayout } from './linkAttributes.js'
import { flagProperties, plainProperties } from './linkProperties.js'

const flags = Object.entries(flagProperties)

/** Reads the body of an RTM_NEWLINK or RTM_DELLINK. */
export function decodeLink(body: Payload, context: DecodeContext = withoutNames): ListedLink {
  const unknown: UnknownAttribute[] = []
  const { header, attributes } = decodeMessage(linkLayout, body, { linkName: context.linkName, unknown })
  const { name = '', master, altNames, familySettings } = attributes
  const lower = lowerOf(attributes, context)
  // Of entries, since an object that grows by computed names is a hash table to V8.
  const properties: Property[] = [['name', name], ...linkInfoProperties(attributes, lower)]
  for (const plain of plainProperties) properties.push([plain, attributes[plain]])
  for (const [flag, { bit, inverted }] of flags) properties.push([flag, ((header.flags & bit) !== 0) !== inverted])
  properties.push(['master', master])
  properties.push(['altNames', altNames && altNames.length > 0 ? altNames : undefined])
  properties.push(['addressGenerationMode', familySettings?.ipv6?.addressGenerationMode])
  properties.push(['index', header.index], ['hardwareType', header.type], ['flags', header.flags])
  properties.push(...stateOf(attributes, lower), ['unknown', unknown.length > 0 ? unknown : undefined])
  return Object.fromEntries(properties.filter(([, value]) => value !== undefined)) as unknown as ListedLink
}

type Property = readonly [name: string, value: unknown]

const IFLA_IFNAME = 3
const ifname = text(15)

/** Index and name alone, for whoever needs the names before anything that refers to them can be decoded. */
export function decodeLinkName(body: Payload): { index: number; name: string } {
  let name = ''
  const attributes = body.slice(body.start + linkHeader.size)
  walkAttributes(attributes, (type, start, end) => {
    if (type === IFLA_IFNAME) name = ifname.decode(attributes.slice(start, end), withoutNames)
  })
  return { index: linkHeader.decode(body, withoutNames).index, name }
}

/** The device below by name, unless its index is one of another namespace. */
function lowerOf({ link, linkNamespaceId }: LinkAttributes, context: DecodeContext): string | number | undefined {
  return typeof link === 'number' && link !== 0 && linkNamespaceId === undefined ? context.linkName(link) : link
}

function linkInfoProperties(attributes: LinkAttributes, lower: string | number | undefined): Property[] {
  const { linkInfo: info } = attributes
  if (!info) return []
  const properties: Property[] = []
  if (info.kind !== undefined) {
    properties.push(['kind', info.kind])
    const outer = outerOptions(info.kind, attributes, lower)
    const options = outer ? { ...info.options, ...outer } : { ...info.options }
    if (Object.keys(options).length > 0) properties.push([info.kind, options])
  }
  if (info.masterKind !== undefined && info.portOptions) properties.push([`${info.masterKind}Port`, info.portOptions])
  return properties
}

/** Reads options that are attributes of the message itself; a link in another namespace has no name here. */
function outerOptions(
  kind: string,
  { linkNamespaceId }: LinkAttributes,
  lower: string | number | undefined,
): object | undefined {
  const table = linkKind(kind)?.options
  if (!table || lower === undefined || linkNamespaceId !== undefined) return undefined
  const outer = table.names.filter((name) => table.lines[name]?.outer)
  return Object.fromEntries(outer.map((name) => [name, lower]))
}

function stateOf(attributes: LinkAttributes, lower: string | number | undefined): Property[] {
  const { linkInfo, familySettings } = attributes
  return [
    ['operationalState', attributes.operationalState],
    ['carrier', attributes.carrier],
    ['masterKind', linkInfo?.masterKind],
    ['link', lower],
    ['linkNamespaceId', attributes.linkNamespaceId],
    ['minimumMtu', attributes.minimumMtu],
    ['maximumMtu', attributes.maximumMtu],
    ['permanentMac', attributes.permanentMac],
    ['status', linkInfo?.status],
    ['portStatus', linkInfo?.portStatus],
    ['ipv4Settings', familySettings?.ipv4?.settings],
    ['ipv6Settings', familySettings?.ipv6?.settings],
  ]
}
