import type { EncodeContext } from '../../netlink/codec.js'
import { type NetlinkMessage, NLM_F_EXCL } from '../../netlink/message.js'
import { deleteAddress, newAddress, replaceAddress } from '../../rtnetlink/address.js'
import { addVlans, deleteVlans, setGlobalVlanOptions } from '../../rtnetlink/bridgeVlan.js'
import { changeLinkMessages } from '../../rtnetlink/changeLink.js'
import { createLinkMessages } from '../../rtnetlink/createLink.js'
import { deletedAs } from '../../rtnetlink/deletedRoute.js'
import { appendFdbEntry, deleteFdbEntry, replaceFdbEntry } from '../../rtnetlink/fdb.js'
import type { Link } from '../../rtnetlink/link.js'
import { deleteAltNames, deleteLink, setLink } from '../../rtnetlink/linkMessages.js'
import { linkOptionsOf } from '../../rtnetlink/linkProperties.js'
import { deleteMdbEntry, newMdbEntry, replaceMdbEntry } from '../../rtnetlink/mdb.js'
import { deleteNeighbor, replaceNeighbor } from '../../rtnetlink/neighbor.js'
import { deleteNexthop, newNexthop, replaceNexthop } from '../../rtnetlink/nexthopMessages.js'
import { changeQdisc, deleteQdisc, type Qdisc, replaceQdisc } from '../../rtnetlink/qdiscs/qdisc.js'
import { deleteTrafficClass, replaceTrafficClass } from '../../rtnetlink/qdiscs/trafficClass.js'
import { appendRoute, deleteRoute, newRoute, replaceRoute } from '../../rtnetlink/routeMessages.js'
import { deleteRule, newRule } from '../../rtnetlink/ruleMessages.js'
import { setVnis } from '../../rtnetlink/vniChanges.js'
import { sectionOf } from '../../state/link.js'
import type { PlacedQdisc, QdiscChange } from '../../state/qdiscDifference.js'
import type { Operation } from './operation.js'

/** The operations that rtnetlink messages carry out. */
export type MessageOperation = Exclude<
  Operation,
  | { type: 'createNamespace' }
  | { type: 'deleteNamespace' }
  | { type: 'setForwarding' }
  | { type: 'setSysctl' }
  | { type: 'changeFirewall' }
  | { type: 'bulkRoutes' }
>

/** The messages of an operation, in order. Names are resolved now, so every link that it names must be there. */
export function messagesOf(operation: MessageOperation, context: EncodeContext): NetlinkMessage[] {
  switch (operation.type) {
    case 'createLink':
      return createLinkMessages(operation.link, context)
    case 'updateLink':
      return changeLinkMessages({ ...operation, target: { name: operation.name } }, context)
    case 'renameLink':
      return renameMessages(operation, context)
    case 'deleteLink':
      return [deleteLink({ name: operation.name })]
    case 'setVlans': {
      const { dev, changes, up } = operation
      return [
        ...deleteVlans(dev, changes.deleted, context),
        ...addVlans(dev, changes.released, context),
        ...addVlans(dev, changes.added, context),
        ...(up ? [setLink({ name: dev }, { up }, context)] : []),
      ]
    }
    case 'setGlobalVlans':
      return setGlobalVlanOptions(operation.dev, operation.options, context)
    case 'setVnis':
      return setVnis(operation.dev, operation.changes, context)
    case 'setQdisc':
      return operation.changes.map((change) => qdiscMessage(operation.dev, change, context))
    case 'addAddress':
      return [newAddress(operation.address, context)]
    case 'replaceAddress':
      return [replaceAddress(operation.address, context)]
    case 'deleteAddress':
      return [deleteAddress(operation.address, context)]
    case 'addRoute': {
      const { route, place } = operation
      if (place === 'last') return [appendRoute(route, context)]
      const message = newRoute(route, context)
      return [place === 'first' ? notExclusive(message) : message]
    }
    case 'replaceRoute': {
      const { route, previous, exact } = operation
      if (exact) return [replaceRoute(route, context)]
      const [added, deleted] = [notExclusive(newRoute(route, context)), deleteRoute(deletedAs(previous), context)]
      // The first that has all that is told is deleted. An IPv4 route comes before those of its key, and may have all of
      // the old one and more: that goes before, while packets take the others, of which there are some. An IPv6 route
      // comes behind (net/ipv4/fib_trie.c, fib_table_insert, fib_table_delete; net/ipv6/route.c, ip6_route_del).
      return route.family === 'inet' ? [deleted, added] : [added, deleted]
    }
    case 'deleteRoute': {
      const { protocol, ...route } = operation.route
      const isAny = operation.anyProtocol || protocol === undefined
      return [deleteRoute(deletedAs(isAny ? route : { ...route, protocol }), context)]
    }
    case 'createNexthop': {
      const { nexthop, replaces } = operation
      return [...(replaces ? [deleteNexthop(nexthop)] : []), newNexthop(nexthop, context)]
    }
    case 'replaceNexthop':
      return [replaceNexthop(operation.nexthop, context)]
    case 'deleteNexthop':
      return [deleteNexthop(operation.nexthop)]
    case 'addRule':
      return [notExclusive(newRule(operation.rule, context))]
    // The new one first, so that packets never miss both.
    case 'replaceRule':
      return [notExclusive(newRule(operation.rule, context)), deleteRule(operation.previous, context)]
    case 'deleteRule':
      return [deleteRule(operation.rule, context)]
    case 'addFdbEntry':
      return [(operation.append ? appendFdbEntry : replaceFdbEntry)(operation.entry, context)]
    case 'replaceFdbEntry':
      return [replaceFdbEntry(operation.entry, context)]
    case 'deleteFdbEntry':
      return [deleteFdbEntry(operation.entry, context)]
    case 'addMdbEntry':
      return [newMdbEntry(operation.entry, context)]
    // A bridge changes an entry since Linux 6.3 only.
    case 'replaceMdbEntry':
      if (operation.entry.dst !== undefined) return [replaceMdbEntry(operation.entry, context)]
      return [deleteMdbEntry(operation.entry, context), newMdbEntry(operation.entry, context)]
    case 'deleteMdbEntry':
      return [deleteMdbEntry(operation.entry, context)]
    case 'addNeighbor':
      // The kernel may have learned it meanwhile.
      return [replaceNeighbor(operation.neighbor, context)]
    case 'replaceNeighbor':
      return [replaceNeighbor(operation.neighbor, context)]
    case 'deleteNeighbor':
      return [deleteNeighbor(operation.neighbor, context)]
  }
}

/**
 * For NLM_F_EXCL the kernel takes every route of the same key for the same, and a rule with more selectors, or one that differs by `not` alone, for the same
 * (net/core/fib_rules.c, rule_exists). The differences have told already that there is none.
 */
function notExclusive(message: NetlinkMessage): NetlinkMessage {
  return { ...message, flags: message.flags & ~NLM_F_EXCL }
}

function qdiscMessage(dev: string, change: QdiscChange, context: EncodeContext): NetlinkMessage {
  switch (change.action) {
    // It takes the place of one that somebody has put there meanwhile.
    case 'create':
      return replaceQdisc(withDev(dev, change.qdisc), context)
    case 'change':
      return changeQdisc(withDev(dev, change.qdisc), context)
    case 'delete':
      return deleteQdisc({ dev, parent: change.parent }, context)
    case 'createClass':
    case 'changeClass':
      return replaceTrafficClass({ dev, ...change.class }, context)
    case 'deleteClass':
      return deleteTrafficClass({ dev, id: change.id }, context)
  }
}

function withDev(dev: string, qdisc: PlacedQdisc): Qdisc {
  return Object.assign({ dev }, qdisc)
}

function renameMessages(
  { name, to, removedAltNames, bounce }: Extract<Operation, { type: 'renameLink' }>,
  context: EncodeContext,
): NetlinkMessage[] {
  const target = { index: context.linkIndex(name) }
  return [
    ...(removedAltNames.length > 0 ? [deleteAltNames(target, removedAltNames)] : []),
    ...(bounce ? [setLink(target, { up: false }, context)] : []),
    setLink(target, { name: to }, context),
    ...(bounce ? [setLink(target, { up: true }, context)] : []),
  ]
}

/** The preferred source of an IPv6 route that an operation makes, which has to have passed its check for duplicates. */
export function ipv6SourceOf(operation: Operation): string | undefined {
  if (operation.type !== 'addRoute' && operation.type !== 'replaceRoute') return undefined
  return operation.route.family === 'inet6' ? operation.route.src : undefined
}

/** The links whose indices an operation's messages hold. */
export function linksNeeded(operation: Operation): readonly (string | number)[] {
  switch (operation.type) {
    case 'createLink':
      return referencesOf(operation.link)
    case 'updateLink':
      return referencesOf(operation.changes)
    case 'renameLink':
      return [operation.name]
    case 'setVlans':
    case 'setGlobalVlans':
    case 'setVnis':
    case 'setQdisc':
      return [operation.dev]
    case 'addAddress':
    case 'replaceAddress':
    case 'deleteAddress':
      return [operation.address.dev]
    case 'addRoute':
    case 'deleteRoute':
    case 'replaceRoute': {
      const { dev, nexthops = [] } = operation.route
      const previous = operation.type === 'replaceRoute' ? operation.previous : undefined
      const all = [
        dev,
        previous?.dev,
        ...nexthops.map((hop) => hop.dev),
        ...(previous?.nexthops ?? []).map((hop) => hop.dev),
      ]
      return all.filter((link) => link !== undefined)
    }
    case 'createNexthop':
    case 'replaceNexthop':
      return operation.nexthop.dev === undefined ? [] : [operation.nexthop.dev]
    case 'addNeighbor':
    case 'replaceNeighbor':
    case 'deleteNeighbor':
      return [operation.neighbor.dev]
    case 'addFdbEntry':
    case 'replaceFdbEntry':
    case 'deleteFdbEntry': {
      const { dev, via } = operation.entry
      return via === undefined ? [dev] : [dev, via]
    }
    case 'addMdbEntry':
    case 'replaceMdbEntry':
    case 'deleteMdbEntry': {
      const { dev, port, via } = operation.entry
      return via === undefined ? [dev, port] : [dev, port, via]
    }
    default:
      return []
  }
}

/** Names of links among the properties: the master, and whatever an option calls a link. */
function referencesOf(properties: Partial<Link>): string[] {
  const names: string[] = []
  if (typeof properties.master === 'string') names.push(properties.master)
  for (const section of Object.keys(properties)) {
    const options = sectionOf(properties, section)
    for (const property of options ? linkOptionsOf(section) : []) {
      const value = options?.[property]
      if (typeof value === 'string') names.push(value)
    }
  }
  return names
}
