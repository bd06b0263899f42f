import type { Payload } from '../netlink/bytes.js'
import { withoutNames } from '../netlink/codec.js'
import { buildMessage, decodeMessage, type MessageLayout, type NetlinkMessage } from '../netlink/message.js'
import { i32, u8, u32 } from '../netlink/scalars.js'
import { field, struct } from '../netlink/struct.js'
import { attribute, attributeTable } from '../netlink/table.js'
import { RTM_GETNSID, RTM_NEWNSID } from './constants.js'

/** struct rtgenmsg: include/uapi/linux/rtnetlink.h */
export interface NamespaceIdHeader {
  readonly family: number
}

/** The attributes of a message about the number of a namespace. */
export interface NamespaceIdAttributes {
  readonly id?: number
  readonly pid?: number
  readonly fd?: number
}

// NETNSA_*: include/uapi/linux/net_namespace.h
/** RTM_GETNSID and its kin. */
export const namespaceIdLayout: MessageLayout<NamespaceIdHeader, NamespaceIdAttributes> = {
  header: struct<NamespaceIdHeader>(1, { family: field(0, u8) }),
  attributes: attributeTable<NamespaceIdAttributes>({
    id: attribute(1, i32),
    pid: attribute(2, u32),
    fd: attribute(3, u32),
  }),
}

/** RTM_GETNSID: the number that the asking namespace has for another one, as links refer to it. */
export function getNamespaceId(fd: number): NetlinkMessage {
  return about(RTM_GETNSID, 'namespace: get id', { fd })
}

/**
 * What the kernel tells of a namespace that has no id, such as the asking one itself, and of one that is about to vanish
 * with its links. NETNSA_NSID_NOT_ASSIGNED: include/uapi/linux/net_namespace.h
 */
export const noNamespaceId = -1

/** RTM_GETNSID: whether the asking namespace has one of a number that is still alive; the error is `ENOENT`. Since Linux 5.0. */
export function getNamespaceOfId(id: number): NetlinkMessage {
  return about(RTM_GETNSID, 'namespace: get by id', { id })
}

/** RTM_NEWNSID: has the asking namespace choose a number for another one that it has none for: `ip netns set`. */
export function newNamespaceId(fd: number): NetlinkMessage {
  return about(RTM_NEWNSID, 'namespace: give id', { fd, id: -1 })
}

/** RTM_GETNSID of all namespaces that have a number here: `ip netns list-id`. */
export function dumpNamespaceIds(): NetlinkMessage {
  return about(RTM_GETNSID, 'namespace ids: list', {})
}

function about(type: number, subject: string, attributes: NamespaceIdAttributes): NetlinkMessage {
  return buildMessage({
    layout: namespaceIdLayout,
    type,
    flags: 0,
    subject,
    header: { family: 0 },
    attributes,
    context: withoutNames,
  })
}

/** Reads an answer or an entry of a list; −1 where no link leads into that namespace. */
export function decodeNamespaceId(body: Payload): number | undefined {
  return decodeMessage(namespaceIdLayout, body, withoutNames).attributes.id
}
