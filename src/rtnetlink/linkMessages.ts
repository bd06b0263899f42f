import { type EncodeContext, withoutNames } from '../netlink/codec.js'
import {
  buildMessage,
  type NetlinkMessage,
  NLM_F_APPEND,
  NLM_F_CREATE,
  NLM_F_ECHO,
  NLM_F_EXCL,
} from '../netlink/message.js'
import { RTM_DELLINK, RTM_DELLINKPROP, RTM_GETLINK, RTM_NEWLINK, RTM_NEWLINKPROP } from './constants.js'
import { linkKind } from './kinds/registry.js'
import type { GeneralLink, Link } from './link.js'
import { type LinkAttributes, type LinkHeader, linkLayout } from './linkAttributes.js'
import { flagProperties, kindOptionsOf, plainProperties, portOptionsOf } from './linkProperties.js'

/** Which link a message is about: its index, with a name for what is said of it, or its name. */
export type LinkTarget = { readonly index: number; readonly name?: string } | { readonly name: string }

// RTEXT_FILTER_SKIP_STATS: include/uapi/linux/rtnetlink.h; counters would be half of every dump.
const extendedMask = 1 << 3
/** The kernel's names fit in one byte less; longer ones are alternative names. */
export const IFNAMSIZ = 16

const noHeader: LinkHeader = { family: 0, type: 0, index: 0, flags: 0, change: 0 }

const flagLines = Object.entries(flagProperties)

function flagsOf(link: Partial<GeneralLink>): { flags: number; change: number } {
  let flags = 0
  let change = 0
  for (const [name, { bit, inverted }] of flagLines) {
    const value = link[name as keyof typeof flagProperties]
    if (value === undefined) continue
    change |= bit
    if (value !== inverted) flags |= bit
  }
  return { flags, change }
}

function attributesOf(link: Partial<Link>): LinkAttributes {
  const attributes: { -readonly [Name in keyof LinkAttributes]: LinkAttributes[Name] } = {}
  for (const name of plainProperties) if (link[name] !== undefined) Object.assign(attributes, { [name]: link[name] })
  if (link.master !== undefined) attributes.master = link.master ?? 0
  const { addressGenerationMode, ipv6Token: token, protocolDown } = link
  if (addressGenerationMode || token !== undefined) {
    attributes.familySettings = {
      ipv6: { ...(addressGenerationMode ? { addressGenerationMode } : {}), ...(token === undefined ? {} : { token }) },
    }
  }
  if (protocolDown !== undefined) attributes.protocolDown = protocolDown
  const options = kindOptionsOf(link, link.kind)
  const outer = options && outerOptions(link.kind, options)
  const port = portOptionsOf(link)
  if (link.kind !== undefined || port) {
    attributes.linkInfo = {
      ...(link.kind === undefined ? {} : { kind: link.kind }),
      ...(options ? { options } : {}),
      ...(port ? { masterKind: port.masterKind, portOptions: port.options } : {}),
    }
  }
  return outer ? { ...attributes, ...outer } : attributes
}

/** Options that are attributes of the message itself: the device below. */
function outerOptions(kind: string | undefined, options: object): LinkAttributes {
  const lines = kind === undefined ? undefined : linkKind(kind)?.options.lines
  return Object.fromEntries(Object.entries(options).filter(([name]) => lines?.[name]?.outer))
}

/**
 * RTM_NEWLINK that creates: `ip link add`. TUN and TAP devices come from `linkwright/tuntap` instead.
 *
 * @param linkNamespaceId the socket's id of another namespace that it shall stand on: `link-netnsid`. Links that the
 * context names are those of that one.
 */
export function newLink(
  link: Link,
  context: EncodeContext = withoutNames,
  linkNamespaceId: number | undefined = undefined,
): NetlinkMessage {
  return buildMessage({
    layout: linkLayout,
    type: RTM_NEWLINK,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    subject: `link ${link.name}: create`,
    header: { ...noHeader, ...flagsOf(link) },
    attributes: {
      name: link.name,
      ...attributesOf(link),
      ...(linkNamespaceId === undefined ? {} : { linkNamespaceId }),
    },
    context,
  })
}

/**
 * RTM_NEWLINK that changes: `ip link set`. `name` among the changes renames. Options as a port need the link to be
 * a port already, so they go into a message after the one that sets the master.
 */
export function setLink(
  target: LinkTarget,
  changes: Partial<Link>,
  context: EncodeContext = withoutNames,
): NetlinkMessage {
  const { name: newName, ...others } = changes
  const renames = newName !== undefined && 'index' in target
  return buildMessage({
    layout: linkLayout,
    type: RTM_NEWLINK,
    flags: 0,
    subject: `link ${describeTarget(target)}: set ${Object.keys(changes).join(', ')}`,
    header: { ...headerOf(target), ...flagsOf(others) },
    attributes: { ...attributesOf(others), ...nameOf(target), ...(renames ? { name: newName } : {}) },
    context,
    // Routes go with a link that goes down, and those of its addresses come with one that comes up.
    slow: changes.up !== undefined,
  })
}

/** RTM_NEWLINK that moves a link into another namespace: `ip link set NAME netns`. */
export function moveLink(target: LinkTarget, namespaceFd: number): NetlinkMessage {
  return buildMessage({
    layout: linkLayout,
    type: RTM_NEWLINK,
    flags: 0,
    subject: `link ${describeTarget(target)}: move to another namespace`,
    header: headerOf(target),
    attributes: { ...nameOf(target), namespaceFd },
    context: withoutNames,
    slow: true,
  })
}

/** RTM_DELLINK: `ip link delete`. */
export function deleteLink(target: LinkTarget): NetlinkMessage {
  return buildMessage({
    layout: linkLayout,
    type: RTM_DELLINK,
    flags: 0,
    subject: `link ${describeTarget(target)}: delete`,
    header: headerOf(target),
    attributes: nameOf(target),
    context: withoutNames,
    slow: true,
  })
}

/** RTM_DELLINK of all links of a group, in one go: `ip link delete group`. */
export function deleteLinkGroup(group: number): NetlinkMessage {
  return buildMessage({
    layout: linkLayout,
    type: RTM_DELLINK,
    flags: 0,
    subject: `links of group ${group}: delete`,
    header: noHeader,
    attributes: { group },
    context: withoutNames,
    slow: true,
  })
}

/** RTM_GETLINK of one link: `ip link show`. A long name is taken for an alternative name. */
export function getLink(target: LinkTarget): NetlinkMessage {
  return linkRequest(target, 0)
}

/**
 * RTM_GETLINK for what it does besides answering: the kernel takes note of a link's carrier at once, and not when it comes
 * to it within a second (net/core/rtnetlink.c, rtnl_getlink, since Linux 6.8). The answer counts like an echo.
 */
export function noteCarrier(target: LinkTarget): NetlinkMessage {
  return linkRequest(target, NLM_F_ECHO)
}

function linkRequest(target: LinkTarget, flags: number): NetlinkMessage {
  return buildMessage({
    layout: linkLayout,
    type: RTM_GETLINK,
    flags,
    subject: `link ${describeTarget(target)}: get`,
    header: headerOf(target),
    attributes: { ...nameOf(target), extendedMask },
    context: withoutNames,
  })
}

/** What {@link dumpLinks} asks the kernel to leave out. */
export interface LinkFilter {
  /** Only ports of this link. */
  readonly master?: string | number
  /** Only links of this kind. */
  readonly kind?: string
}

/** RTM_GETLINK of all links, without their counters: `ip link`. */
export function dumpLinks(filter: LinkFilter = {}, context: EncodeContext = withoutNames): NetlinkMessage {
  return buildMessage({
    layout: linkLayout,
    type: RTM_GETLINK,
    flags: 0,
    subject: 'links: list',
    header: noHeader,
    attributes: {
      extendedMask,
      ...(filter.master === undefined ? {} : { master: filter.master }),
      ...(filter.kind === undefined ? {} : { linkInfo: { kind: filter.kind } }),
    },
    context,
  })
}

/** RTM_NEWLINKPROP: `ip link property add dev NAME altname`. */
export function addAltNames(target: LinkTarget, altNames: readonly string[]): NetlinkMessage {
  return altNameMessage(RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND, 'add', target, altNames)
}

/** RTM_DELLINKPROP: `ip link property del dev NAME altname`. */
export function deleteAltNames(target: LinkTarget, altNames: readonly string[]): NetlinkMessage {
  return altNameMessage(RTM_DELLINKPROP, 0, 'delete', target, altNames)
}

function altNameMessage(
  type: number,
  flags: number,
  verb: string,
  target: LinkTarget,
  altNames: readonly string[],
): NetlinkMessage {
  return buildMessage({
    layout: linkLayout,
    type,
    flags,
    subject: `link ${describeTarget(target)}: ${verb} altNames ${altNames.join(', ')}`,
    header: headerOf(target),
    attributes: { ...nameOf(target), altNames },
    context: withoutNames,
  })
}

function headerOf(target: LinkTarget): LinkHeader {
  return 'index' in target ? { ...noHeader, index: target.index } : noHeader
}

function nameOf(target: LinkTarget): LinkAttributes {
  if ('index' in target) return {}
  return Buffer.byteLength(target.name) < IFNAMSIZ ? { name: target.name } : { altName: target.name }
}

function describeTarget(target: LinkTarget): string {
  return target.name ?? ('index' in target ? `#${target.index}` : '')
}
