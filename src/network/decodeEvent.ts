import type { DecodeContext } from '../netlink/codec.js'
import type { ReceivedMessage } from '../netlink/message.js'
import { decodeAddress } from '../rtnetlink/address.js'
import { decodeGlobalVlanOptions, decodeVlans } from '../rtnetlink/bridgeVlan.js'
import {
  AF_UNSPEC,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_DELMDB,
  RTM_DELNEIGH,
  RTM_DELNEXTHOP,
  RTM_DELROUTE,
  RTM_DELRULE,
  RTM_DELTUNNEL,
  RTM_DELVLAN,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWMDB,
  RTM_NEWNEIGH,
  RTM_NEWNEXTHOP,
  RTM_NEWROUTE,
  RTM_NEWRULE,
  RTM_NEWTUNNEL,
  RTM_NEWVLAN,
} from '../rtnetlink/constants.js'
import { decodeLink } from '../rtnetlink/decodeLink.js'
import { decodeRoute } from '../rtnetlink/decodeRoute.js'
import { decodeFdbEntry } from '../rtnetlink/fdb.js'
import { decodeMdb } from '../rtnetlink/mdb.js'
import { decodeNeighbor } from '../rtnetlink/neighbor.js'
import { decodeNexthop } from '../rtnetlink/nexthopMessages.js'
import { decodeRule } from '../rtnetlink/ruleMessages.js'
import { decodeVnis } from '../rtnetlink/vxlanVni.js'
import type { ChangeAction, NetworkChange } from './event.js'
import type { LinkNames } from './linkNames.js'

const newTypes = new Set([
  RTM_NEWLINK,
  RTM_NEWADDR,
  RTM_NEWROUTE,
  RTM_NEWRULE,
  RTM_NEWNEIGH,
  RTM_NEWNEXTHOP,
  RTM_NEWMDB,
  RTM_NEWVLAN,
  RTM_NEWTUNNEL,
])

/** Reads a notification; those about links keep the names up to date. */
export function decodeEvent(message: ReceivedMessage, names: LinkNames): NetworkChange | undefined {
  const { type, body } = message
  const action: ChangeAction = newTypes.has(type) ? 'new' : 'delete'
  const context: DecodeContext = { linkName: (index) => names.nameOf(index) }
  switch (type) {
    case RTM_NEWLINK:
    case RTM_DELLINK: {
      // A bridge tells about its ports by messages of a family of its own: one that ends a port ends no link.
      if (body.length === 0 || body.bytes[body.start] !== AF_UNSPEC) return undefined
      const link = decodeLink(body, context)
      if (action === 'new') names.set(link.index, link.name)
      else names.delete(link.index)
      return { kind: 'link', action, link }
    }
    case RTM_NEWADDR:
    case RTM_DELADDR: {
      const address = decodeAddress(body, context)
      return address && { kind: 'address', action, address }
    }
    case RTM_NEWROUTE:
    case RTM_DELROUTE: {
      const route = decodeRoute(body, context)
      return route && { kind: 'route', action, route }
    }
    case RTM_NEWNEXTHOP:
    case RTM_DELNEXTHOP:
      return { kind: 'nexthop', action, nexthop: decodeNexthop(body, context) }
    case RTM_NEWRULE:
    case RTM_DELRULE: {
      const rule = decodeRule(body)
      return rule && { kind: 'rule', action, rule }
    }
    case RTM_NEWNEIGH:
    case RTM_DELNEIGH: {
      const entry = decodeFdbEntry(body, context)
      if (entry) return { kind: 'fdb', action, entry }
      const neighbor = decodeNeighbor(body, context)
      return neighbor && { kind: 'neighbor', action, neighbor }
    }
    case RTM_NEWMDB:
    case RTM_DELMDB: {
      const entries = decodeMdb(body, context)
      return entries.length > 0 ? { kind: 'mdb', action, entries } : undefined
    }
    case RTM_NEWVLAN:
    case RTM_DELVLAN: {
      const vlans = decodeVlans(body, context)
      if (vlans.length > 0) return { kind: 'vlan', action, vlans }
      const options = decodeGlobalVlanOptions(body, context)
      return options.length > 0 ? { kind: 'globalVlan', action, vlans: options } : undefined
    }
    case RTM_NEWTUNNEL:
    case RTM_DELTUNNEL: {
      const vnis = decodeVnis(body, context)
      return vnis.length > 0 ? { kind: 'vni', action, vnis } : undefined
    }
    default:
      return undefined
  }
}
