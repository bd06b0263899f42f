import { type UnknownAttribute, walkAttributes } from '../netlink/attribute.js'
import type { Payload } from '../netlink/bytes.js'
import { type DecodeContext, withoutNames } from '../netlink/codec.js'
import { decodeMessage } from '../netlink/message.js'
import { text } from '../netlink/scalars.js'
import { linkKind } from './kinds/registry.js'
import type { Link, LinkState, ListedLink } from './link.js'
import { type LinkAttributes, type LinkHeader, linkHeader, linkLayout } from './linkAttributes.js'
import type { LinkInfo } from './linkInfo.js'
import { flagProperties, plainProperties } from './linkProperties.js'

/** Reads the body of an RTM_NEWLINK or RTM_DELLINK. */
export function decodeLink(body: Payload, context: DecodeContext = withoutNames): ListedLink {
  const unknown: UnknownAttribute[] = []
  const { header, attributes: raw } = decodeMessage(linkLayout, body, { linkName: context.linkName, unknown })
  const attributes = { ...raw, ...lowerName(raw, context) }
  const { linkInfo, familySettings, operationalState, altNames, master, ...others } = attributes
  const link: Record<string, unknown> = { name: others.name ?? '', ...linkInfoProperties(linkInfo, attributes) }
  for (const name of plainProperties) if (others[name] !== undefined) link[name] = others[name]
  for (const [name, { bit, inverted }] of Object.entries(flagProperties)) {
    link[name] = ((header.flags & bit) !== 0) !== inverted
  }
  if (master !== undefined) link['master'] = master
  if (altNames && altNames.length > 0) link['altNames'] = altNames
  const mode = familySettings?.ipv6?.addressGenerationMode
  if (mode !== undefined) link['addressGenerationMode'] = mode
  return Object.assign(link as unknown as Link, stateOf(header, attributes, unknown))
}

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
function lowerName({ link, linkNamespaceId }: LinkAttributes, context: DecodeContext): LinkAttributes {
  return typeof link === 'number' && link !== 0 && linkNamespaceId === undefined ? { link: context.linkName(link) } : {}
}

function linkInfoProperties(info: LinkInfo | undefined, attributes: LinkAttributes): Record<string, unknown> {
  if (!info) return {}
  const properties: Record<string, unknown> = {}
  if (info.kind !== undefined) {
    properties['kind'] = info.kind
    const options = { ...info.options, ...outerValues(info.kind, attributes) }
    if (Object.keys(options).length > 0) properties[info.kind] = options
  }
  if (info.masterKind !== undefined && info.portOptions) properties[`${info.masterKind}Port`] = info.portOptions
  return properties
}

/** Reads options that are attributes of the message itself; a link in another namespace has no name here. */
function outerValues(kind: string, attributes: LinkAttributes): Record<string, unknown> {
  const table = linkKind(kind)?.options
  const values: Record<string, unknown> = {}
  for (const name of table?.names ?? []) {
    if (!table?.lines[name]?.outer || attributes.link === undefined) continue
    if (attributes.linkNamespaceId === undefined) values[name] = attributes.link
  }
  return values
}

function stateOf(header: LinkHeader, attributes: LinkAttributes, unknown: readonly UnknownAttribute[]): LinkState {
  const { linkInfo, familySettings } = attributes
  const optional = {
    operationalState: attributes.operationalState,
    carrier: attributes.carrier,
    masterKind: linkInfo?.masterKind,
    link: attributes.link,
    linkNamespaceId: attributes.linkNamespaceId,
    minimumMtu: attributes.minimumMtu,
    maximumMtu: attributes.maximumMtu,
    permanentMac: attributes.permanentMac,
    status: linkInfo?.status,
    portStatus: linkInfo?.portStatus,
    ipv4Settings: familySettings?.ipv4?.settings,
    ipv6Settings: familySettings?.ipv6?.settings,
    unknown: unknown.length > 0 ? unknown : undefined,
  }
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined))
  return { index: header.index, hardwareType: header.type, flags: header.flags, ...given }
}
