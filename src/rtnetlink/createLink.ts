import { type EncodeContext, withoutNames } from '../netlink/codec.js'
import type { NetlinkMessage } from '../netlink/message.js'
import { linkKind } from './kinds/registry.js'
import type { Link } from './link.js'
import { addAltNames, newLink, noteCarrier, setLink } from './linkMessages.js'
import { emptyProperties, kindOptionsOf, optionsOfNewPort, portOptionsOf } from './linkProperties.js'
import { protocolDownChanges } from './protocolDownReasons.js'

/**
 * Splits the properties of a link into what the kernel takes at creation and what only a later message can set.
 * IFLA_AF_SPEC is refused before the device exists (net/ipv6/addrconf.c, inet6_validate_link_af), options as a port
 * before it is one (net/core/rtnetlink.c, rtnl_changelink), an alias and IFLA_PROTO_DOWN with its reasons are not looked at
 * (rtnl_create_link), and alternative names have a message of their own. What is empty of a new link need not be said, which
 * it may even refuse.
 */
export function splitCreation(link: Link): { created: Link; later: Partial<Link>[]; altNames: readonly string[] } {
  const { altNames = [], addressGenerationMode, ipv6Token = '::', alias, master, up, ...others } = link
  const { protocolDown, protocolDownReasons = [], ...created } = others
  const port = portOptionsOf(link)
  const portName = port && `${port.masterKind}Port`
  const rest: Record<string, unknown> = Object.fromEntries(
    Object.entries(created).filter(([name]) => name !== portName),
  )
  const later: Partial<Link>[] = []
  const setLater = (link.kind === undefined ? undefined : linkKind(link.kind)?.setAfterCreation) ?? {}
  for (const [name, { ordinary, madeWith }] of Object.entries(setLater)) {
    const { [name]: wanted } = rest
    if (wanted === undefined) continue
    later.push({ [name]: wanted })
    if (madeWith !== undefined && wanted === ordinary) rest[name] = madeWith
    else delete rest[name]
  }
  const options = meaningfulOptions(link)
  if (link.kind !== undefined && options) rest[link.kind] = options
  if (alias !== undefined) later.push({ alias })
  if (addressGenerationMode !== undefined) later.push({ addressGenerationMode })
  if (ipv6Token !== emptyProperties.ipv6Token) later.push({ ipv6Token })
  if (master !== undefined) later.push({ master })
  const portOptions = port && optionsOfNewPort(port)
  if (portOptions && portName) later.push({ [portName]: portOptions })
  if (up !== undefined) later.push({ up })
  later.push(
    ...protocolDownChanges({
      ...(protocolDown ? { protocolDown } : {}),
      ...(protocolDownReasons.length > 0 ? { protocolDownReasons } : {}),
    }),
  )
  return { created: { ...rest, name: link.name }, later, altNames }
}

/**
 * The options of the kind without each `false` that a new link has anyway: a kernel that lacks a feature refuses to
 * switch it off, too (net/bridge/br_private.h, br_vlan_filter_toggle without CONFIG_BRIDGE_VLAN_FILTERING).
 */
function meaningfulOptions(link: Link): object | undefined {
  const options = kindOptionsOf(link, link.kind)
  const kind = linkKind(link.kind ?? '')
  const defaults = new Map<string, unknown>(Object.entries(kind?.defaults ?? {}))
  const byOthers = options && kind?.followingUnsaid ? kind.defaultsBy?.(options, link.mac) : undefined
  const following = new Map<string, unknown>(Object.entries(byOthers ?? {}))
  return (
    options &&
    Object.fromEntries(
      Object.entries(options)
        .filter(([name, value]) => defaults.get(name) !== value || !(kind?.defaultsUnsaid || value === false))
        .filter(([name, value]) => following.get(name) !== value),
    )
  )
}

/** The messages that create a link with all its properties, in order. */
export function createLinkMessages(link: Link, context: EncodeContext = withoutNames): NetlinkMessage[] {
  const { created, later, altNames } = splitCreation(link)
  const target = { name: link.name }
  const byDevice = link.kind !== undefined && linkKind(link.kind)?.creation === 'tuntap'
  return [
    ...(byDevice ? configureExisting(created, context) : [newLink(created, context)]),
    ...(altNames.length > 0 ? [addAltNames(target, altNames)] : []),
    // Nobody holds its other end. A bridge that did not know would enable the port, to disable it soon after.
    ...(byDevice && typeof link.master === 'string' ? [noteCarrier(target)] : []),
    ...later.map((changes) => setLink(target, changes, context)),
  ]
}

/** The first of those messages, for a link on what is in another namespace, which the socket's knows by an id. */
export function newLinkOn(linkNamespaceId: number, link: Link, context: EncodeContext): NetlinkMessage {
  return newLink(splitCreation(link).created, context, linkNamespaceId)
}

/** What rtnetlink can set of a device that /dev/net/tun made: everything but the kind's options. */
function configureExisting(link: Link, context: EncodeContext): NetlinkMessage[] {
  const { name, kind, ...others } = link
  const changes = Object.fromEntries(Object.entries(others).filter(([property]) => property !== kind))
  return Object.keys(changes).length > 0 ? [setLink({ name }, changes, context)] : []
}
