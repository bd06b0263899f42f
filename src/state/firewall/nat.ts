import { familyOf, parseAddress } from '../../ip/address.js'
import { familyOfPrefix, type Prefix, parsePrefix } from '../../ip/prefix.js'
import type { Expression } from '../../nftables/expressions.js'
import type { Chain, FirewallRule } from '../../nftables/ruleset.js'
import {
  comesFrom,
  destinationNat,
  different,
  equal,
  header,
  leavesBy,
  masked,
  masquerade,
  meta,
} from '../../nftables/statements.js'
import { mapInTurns } from '../../system/inTurns.js'
import { type Firewall, type Masquerade, masqueradeKey, type PortForward, portForwardKey } from './firewall.js'

// NFPROTO_IPV4, NFPROTO_IPV6: include/uapi/linux/netfilter.h
const familyNumbers = { inet: 2, inet6: 10 } as const
/** Where the addresses stand in the header: RFC 791 §3.1, RFC 8200 §3. */
export const addressOffsets = {
  inet: { source: 12, destination: 16, length: 4 },
  inet6: { source: 8, destination: 24, length: 16 },
} as const
// IPPROTO_*: include/uapi/linux/in.h
const protocolNumbers = { tcp: 6, udp: 17, sctp: 132 } as const

const masqueradeWord = 'masquerade '
const portForwardWord = 'port-forward '

/** The chains of network address translation with the rules of a part: only those that have any in the whole. */
export async function natChains({ masquerades, portForwards }: Firewall, whole: Firewall): Promise<Map<string, Chain>> {
  const chains = new Map<string, Chain>()
  // NF_IP_PRI_NAT_DST, NF_IP_PRI_NAT_SRC: include/uapi/linux/netfilter_ipv4.h
  if (whole.portForwards.size > 0) {
    chains.set('natPrerouting', {
      hook: { type: 'nat', hook: 'prerouting', priority: -100 },
      rules: await mapInTurns(portForwards.values(), portForwardRule),
      independent: true,
    })
  }
  if (whole.masquerades.size > 0) {
    chains.set('natPostrouting', {
      hook: { type: 'nat', hook: 'postrouting', priority: 100 },
      rules: await mapInTurns(masquerades.values(), masqueradeRule),
      independent: true,
    })
  }
  return chains
}

function masqueradeRule(one: Masquerade): FirewallRule {
  const prefix = prefixOf(one.from)
  const family = familyOfPrefix(prefix)
  const { source, destination, length } = addressOffsets[family]
  const rest = one.out === undefined ? inPrefix(prefix, destination, length, different) : leavesBy(one.out)
  return {
    expressions: [...ofFamily(family), ...inPrefix(prefix, source, length, equal), ...rest, masquerade],
    comment: `${masqueradeWord}${masqueradeKey(one)}`,
  }
}

function portForwardRule(one: PortForward): FirewallRule {
  const { protocol, port, to, toPort, in: link, address } = one
  const family = familyOf(to)
  const { destination, length } = addressOffsets[family]
  return {
    expressions: [
      ...ofFamily(family),
      ...(link === undefined ? [] : comesFrom(link)),
      ...(address === undefined ? [] : [header('network', destination, length), equal(...bytesOf(address))]),
      meta('l4proto'),
      equal(protocolNumbers[protocol]),
      header('transport', 2, 2),
      equal(port >> 8, port & 0xff),
      ...destinationNat(familyNumbers[family], bytesOf(to), toPort),
    ],
    comment: `${portForwardWord}${portForwardKey(one)} to ${to} ${toPort}`,
    // The narrower one counts: what is for one address of the host more than what comes in by one link.
    rank: (address === undefined ? 2 : 0) + (link === undefined ? 1 : 0),
  }
}

/** The masquerade that a rule says it is. */
export function masqueradeOf({ comment = '' }: FirewallRule): Masquerade | undefined {
  const match = /^masquerade (\S+)(?: out (\S+))?$/.exec(comment)
  if (match?.[1] === undefined) return undefined
  return { from: match[1], ...(match[2] === undefined ? {} : { out: match[2] }) }
}

/** The forwarded port that a rule says it is. */
export function portForwardOf({ comment = '' }: FirewallRule): PortForward | undefined {
  const match = /^port-forward (tcp|udp|sctp) (\d+)(?: inet6)?(?: in (\S+))?(?: address (\S+))? to (\S+) (\d+)$/.exec(
    comment,
  )
  if (!match) return undefined
  const [, protocol, port, link, address, to = '', toPort] = match
  if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp') return undefined
  return {
    protocol,
    port: Number(port),
    to,
    toPort: Number(toPort),
    ...(link === undefined ? {} : { in: link }),
    ...(address === undefined ? {} : { address }),
  }
}

/** `meta nfproto ipv4`: in a table of both families. */
export function ofFamily(family: 'inet' | 'inet6'): Expression[] {
  return [meta('nfproto'), equal(familyNumbers[family])]
}

function inPrefix(
  prefix: Prefix,
  offset: number,
  length: number,
  compare: (...value: readonly number[]) => Expression,
): Expression[] {
  if (prefix.length === length * 8) return [header('network', offset, length), compare(...prefix.bytes)]
  return [header('network', offset, length), masked(maskOf(prefix.length, length)), compare(...prefix.bytes)]
}

function maskOf(bits: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => 0xff & ~(0xff >> Math.max(0, Math.min(8, bits - index * 8))))
}

function prefixOf(text: string): Prefix {
  const prefix = parsePrefix(text)
  if (!prefix) throw new RangeError(`${text} is not a prefix`)
  return prefix
}

/** The bytes of an address that was checked before. */
export function bytesOf(text: string): Uint8Array {
  const bytes = parseAddress(text)
  if (!bytes) throw new RangeError(`${text} is not an IP address`)
  return bytes
}
