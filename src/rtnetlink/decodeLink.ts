import { findAttribute, type UnknownAttribute } from '../netlink/attribute.js'
import type { Payload } from '../netlink/bytes.js'
import { type DecodeContext, noting, withoutNames } from '../netlink/codec.js'
import { decodeMessage } from '../netlink/message.js'
import { text, u32 } from '../netlink/scalars.js'
import { type Gathered, Shape } from '../netlink/shape.js'
import { ownValue } from '../ownValue.js'
import { linkKind } from './kinds/registry.js'
import type { ListedLink } from './link.js'
import { type LinkAttributes, type LinkHeader, linkHeader, linkLayout } from './linkAttributes.js'
import { emptyProperties, flagProperties, plainProperties } from './linkProperties.js'
import { attachedXdp } from './linkXdp.js'

const flags = Object.entries(flagProperties)

/** Reads the body of an RTM_NEWLINK or RTM_DELLINK. */
export function decodeLink(body: Payload, context: DecodeContext = withoutNames): ListedLink {
  const { settingsOnly, ignored } = context
  const unknown: UnknownAttribute[] = []
  const named = noting(context, unknown)
  const how = settingsOnly ? { linkName: named.linkName, settingsOnly, ...(ignored && { ignored }) } : named
  const { header, attributes } = decodeMessage(linkLayout, body, how)
  const lower =
    attributes.linkNamespaceId === undefined ? lowerOf(attributes, context) : lowerElsewhere(attributes, body)
  return shape.objectOf((properties) => {
    addSettings(properties, header, attributes, lower)
    properties.add('index', header.index)
    properties.add('hardwareType', header.type)
    properties.add('flags', header.flags)
    addState(properties, attributes, lower)
    properties.add('unknown', unknown.length > 0 ? unknown : undefined)
  }) as unknown as ListedLink
}

const shape = new Shape()

// include/uapi/linux/if_link.h
const IFLA_IFNAME = 3
const IFLA_MTU = 4
const IFLA_LINK = 5
const IFLA_MASTER = 10
const IFLA_LINKINFO = 18
const IFLA_INFO_KIND = 1
const ifname = text(15)
const kindName = text(255)

/** Index and name alone, for whoever needs the names before anything that refers to them can be decoded. */
export function decodeLinkName(body: Payload): { index: number; name: string } {
  const name = findAttribute(body.slice(body.start + linkHeader.size), IFLA_IFNAME)
  return {
    index: linkHeader.decode(body, withoutNames).index,
    name: name === undefined ? '' : ifname.decode(name, withoutNames),
  }
}

/** What the kernel calls the kind, and the index of the device below alone, for whoever looks for few of many links. */
export function decodeLinkPlace(body: Payload): { kind: string; lower: number | undefined } {
  const attributes = body.slice(body.start + linkHeader.size)
  const info = findAttribute(attributes, IFLA_LINKINFO)
  const kind = info && findAttribute(info, IFLA_INFO_KIND)
  const lower = findAttribute(attributes, IFLA_LINK)
  return {
    kind: kind === undefined ? '' : kindName.decode(kind, withoutNames),
    lower: lower === undefined ? undefined : u32.decode(lower, withoutNames),
  }
}

/** The index of the master and the MTU alone, for whoever looks through many ports. */
export function decodePortMtu(body: Payload): { master: number | undefined; mtu: number | undefined } {
  const attributes = body.slice(body.start + linkHeader.size)
  const numberOf = (type: number): number | undefined => {
    const found = findAttribute(attributes, type)
    return found === undefined ? undefined : u32.decode(found, withoutNames)
  }
  return { master: numberOf(IFLA_MASTER), mtu: numberOf(IFLA_MTU) }
}

/** The link that it was made a port of. HSR's two are ports in newer kernels (net/hsr/hsr_slave.c), which no message makes. */
function masterOf({ master, linkInfo }: LinkAttributes): string | number | undefined {
  const kind = linkInfo?.masterKind === undefined ? undefined : linkKind(linkInfo.masterKind)
  return kind && !kind.hasPorts ? undefined : master
}

/** The device below by name. */
function lowerOf({ link }: LinkAttributes, context: DecodeContext): string | number | undefined {
  return typeof link === 'number' && link !== 0 ? context.linkName(link) : link
}

/** The device below in another namespace by its index, for which an option of the kind has a name of this one. */
function lowerElsewhere({ link, linkInfo }: LinkAttributes, body: Payload): string | number | undefined {
  const kind = linkInfo?.kind === undefined ? undefined : linkKind(linkInfo.kind)
  const line = kind?.dependsOn?.includes('link') ? kind.options.lines['link'] : undefined
  if (!line || line.outer) return link
  const { attributes } = decodeMessage(linkLayout, body, { linkName: (index) => index })
  const index = ownValue(attributes.linkInfo?.options, 'link')
  return typeof index === 'number' && index !== 0 ? index : undefined
}

function addSettings(
  properties: Gathered,
  header: LinkHeader,
  attributes: LinkAttributes,
  lower: string | number | undefined,
): void {
  const { name = '', altNames, familySettings } = attributes
  properties.add('name', name)
  addLinkInfo(properties, attributes, lower)
  for (const plain of plainProperties) properties.add(plain, attributes[plain])
  for (const [flag, { bit, inverted }] of flags) properties.add(flag, ((header.flags & bit) !== 0) !== inverted)
  properties.add('master', masterOf(attributes))
  properties.add('altNames', altNames && altNames.length > 0 ? altNames : undefined)
  const { addressGenerationMode, token } = familySettings?.ipv6 ?? {}
  properties.add('addressGenerationMode', addressGenerationMode)
  properties.add('ipv6Token', token === emptyProperties.ipv6Token ? undefined : token)
  properties.add('protocolDown', attributes.protocolDown || undefined)
}

function addLinkInfo(properties: Gathered, attributes: LinkAttributes, lower: string | number | undefined): void {
  const { linkInfo: info } = attributes
  if (!info) return
  if (info.kind !== undefined) {
    properties.add('kind', info.kind)
    const outer = outerOptions(info.kind, attributes, lower)
    const own = attributes.linkNamespaceId === undefined ? info.options : withoutLower(info.kind, info.options)
    const options = outer ? { ...own, ...outer } : (own ?? {})
    if (Object.keys(options).length > 0) properties.add(info.kind, options)
  }
  if (info.masterKind !== undefined) properties.add(`${info.masterKind}Port`, info.portOptions)
}

/** Options without the device below, which has no name here. */
function withoutLower(kind: string, options: object | undefined): object | undefined {
  if (!options || !linkKind(kind)?.dependsOn?.includes('link')) return options
  return Object.fromEntries(Object.entries(options).filter(([name]) => name !== 'link'))
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

function addState(properties: Gathered, attributes: LinkAttributes, lower: string | number | undefined): void {
  const { linkInfo, familySettings } = attributes
  properties.add('operationalState', attributes.operationalState)
  properties.add('carrier', attributes.carrier)
  properties.add('masterKind', linkInfo?.masterKind)
  properties.add('link', lower)
  properties.add('linkNamespaceId', attributes.linkNamespaceId)
  properties.add('minimumMtu', attributes.minimumMtu)
  properties.add('maximumMtu', attributes.maximumMtu)
  properties.add('permanentMac', attributes.permanentMac)
  properties.add('namespaceImmutable', attributes.namespaceImmutable || undefined)
  properties.add('xdp', attachedXdp(attributes.xdp))
  properties.add('devlinkPort', unlessEmpty(attributes.devlinkPort))
  properties.add('dpllPin', unlessEmpty(attributes.dpllPin))
  properties.add('statistics', attributes.statistics)
  properties.add('status', linkInfo?.status)
  properties.add('portStatus', linkInfo?.portStatus)
  properties.add('ipv4Settings', familySettings?.ipv4?.settings)
  properties.add('ipv6Settings', familySettings?.ipv6?.settings)
}

/** Attributes that the kernel sends also of links that have nothing of it. */
function unlessEmpty(properties: object | undefined): object | undefined {
  return properties && Object.keys(properties).length > 0 ? properties : undefined
}
