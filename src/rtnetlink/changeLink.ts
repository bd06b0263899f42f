import { type EncodeContext, withoutNames } from '../netlink/codec.js'
import type { NetlinkMessage } from '../netlink/message.js'
import { linkKind } from './kinds/registry.js'
import type { Link } from './link.js'
import { addAltNames, deleteAltNames, type LinkTarget, setLink } from './linkMessages.js'
import { kindOptionsOf, optionsOfNewPort, portOptionsOf } from './linkProperties.js'
import { protocolDownChanges } from './protocolDownReasons.js'

/** A change of a living link. */
export interface LinkChange {
  readonly target: LinkTarget
  /** The kind that it has; needed where options of the kind change. */
  readonly kind?: string | undefined
  readonly changes: Partial<Link>
  readonly addedAltNames?: readonly string[]
  readonly removedAltNames?: readonly string[]
  /** Whether it must be taken down for the change. */
  readonly bounce?: boolean
  /** Whether it leaves its master before all else. */
  readonly releasedFirst?: boolean
}

/**
 * The messages that change a link, in order: down first, so that whatever needs it down finds it so; options as a port
 * after the master that they are for; up last, but for what takes the carrier away again.
 */
export function changeLinkMessages(change: LinkChange, context: EncodeContext = withoutNames): NetlinkMessage[] {
  const { target, kind, changes, bounce = false, releasedFirst, addedAltNames = [], removedAltNames = [] } = change
  const port = portOptionsOf(changes)
  const portKey = port && `${port.masterKind}Port`
  const {
    up,
    protocolDown: _protocolDown,
    protocolDownReasons: _reasons,
    altNames: _altNames,
    ...rest
  } = Object.fromEntries(Object.entries(changes).filter(([property]) => property !== portKey && property !== 'kind'))
  const own: Partial<Link> = { ...rest, ...(kind !== undefined && kind in changes ? { kind } : {}) }
  const messages: NetlinkMessage[] = []
  if (removedAltNames.length > 0) messages.push(deleteAltNames(target, removedAltNames))
  if (addedAltNames.length > 0) messages.push(addAltNames(target, addedAltNames))
  if (bounce || up === false) messages.push(setLink(target, { up: false }, context))
  if (releasedFirst) messages.push(setLink(target, { master: null }, context))
  const { bridge } = own
  // With the spanning tree on, the kernel takes no short forwarding delay, which it looks at first
  // (net/bridge/br_netlink.c, br_changelink; net/bridge/br_stp.c, br_set_forward_delay).
  if (kind === 'bridge' && bridge?.stp === false && bridge.forwardDelay !== undefined) {
    messages.push(setLink(target, { kind, bridge: { stp: false } }, context))
  }
  // Below an MTU of 1280 a link has no IPv6 side that could take these (net/ipv6/addrconf.c, inet6_validate_link_af).
  if (own.mtu !== undefined && (own.addressGenerationMode ?? own.ipv6Token) !== undefined) {
    messages.push(setLink(target, { mtu: own.mtu }, context))
  }
  const later = (kind !== undefined && kind in changes && linkKind(kind)?.setAfterOptions) || []
  const isLater = ([property]: [string, unknown]): boolean => later.includes(property)
  for (const part of [Object.entries(own).filter((one) => !isLater(one)), Object.entries(own).filter(isLater)]) {
    if (part.length > 0) messages.push(setLink(target, Object.fromEntries(part), context))
  }
  const portOptions = port && (changes.master == null ? port.options : optionsOfNewPort(port))
  if (portOptions && portKey) messages.push(setLink(target, { [portKey]: portOptions }, context))
  if (up === true || (bounce && up !== false)) messages.push(setLink(target, { up: true }, context))
  for (const last of protocolDownChanges(changes)) messages.push(setLink(target, last, context))
  return messages
}

/** The changes with the other options that the link has and would lose by them, as its kind tells. */
export function wholeChanges(changes: Partial<Link>, current: Partial<Link>): Partial<Link> {
  const { kind } = current
  const changed = kindOptionsOf(changes, kind)
  const known = kind === undefined ? undefined : linkKind(kind)
  if (!known || !changed) return changes
  const present = Object.entries(kindOptionsOf(current, kind) ?? {})
  const multiples = Object.entries(changed).flatMap(([name, value]) => (value ? (known.multiplesOf?.[name] ?? []) : []))
  const restated = present.filter(([name, value]) => known.changedAsWhole || (multiples.includes(name) && value))
  return { ...changes, [known.kind]: { ...Object.fromEntries(restated), ...changed } }
}
