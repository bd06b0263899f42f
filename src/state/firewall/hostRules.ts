import type { TableFamily } from '../../nftables/constants.js'
import type { Expression } from '../../nftables/expressions.js'
import type { FirewallRule } from '../../nftables/ruleset.js'
import { connection, different, equal, header, inSet, jump, masked, meta, notInSet } from '../../nftables/statements.js'
import type { SetName } from './confinementSets.js'
import { back, drop, type Has, hostOrder32, icmpv6, icmpv6Is, is, rule, sourceOf } from './matches.js'
import { addressOffsets, ofFamily } from './nat.js'

type Family = 'inet' | 'inet6'
const families: readonly Family[] = ['inet', 'inet6']

const setOf = (name: 'isolated' | 'confined' | 'pairs' | 'addresses' | 'hostPorts' | 'hostProtocols', of: Family) =>
  `${name}${of === 'inet' ? 4 : 6}` as const satisfies SetName

// NF_CT_STATE_BIT: include/uapi/linux/netfilter/nf_conntrack_common.h
const inState = (bits: number): Expression[] => [connection('state'), masked(hostOrder32(bits)), different(0, 0, 0, 0)]
const invalid = inState(1)
const established = inState(2)
const related = inState(4)
/** What the other side of the connection began. */
const answers: readonly Expression[] = [...established, connection('direction'), equal(1)]

/**
 * Rules of what goes through the host.
 *
 * @param translates whether addresses are translated, so that errors of ICMP go where their connection does
 */
export function forwardRules(has: Has, translates: boolean): FirewallRule[] {
  const present = families.filter((family) => has(setOf('addresses', family)))
  return [
    ...(translates
      ? present.flatMap((family) => [
          rule(related, comesFromGuest(family), jump(relatedChain(family))),
          // What belongs to no connection would leave under the guest's own address.
          rule(invalid, comesFromGuest(family), drop),
        ])
      : []),
    ...present.map(onlyToItsAddresses),
    ...families.filter((family) => has(setOf('isolated', family))).map(isolationRule),
  ]
}

/** A routed guest gets what is for its addresses, so that nobody makes the host look for others behind its link. */
function onlyToItsAddresses(family: Family): FirewallRule {
  const { destination, length } = addressOffsets[family]
  const [mask, group] = family === 'inet' ? [0xf0, 0xe0] : [0xff, 0xff]
  return rule(
    [meta('oifname'), inSet('addressLinks'), ...ofFamily(family)],
    [header('network', destination, 1), masked(Uint8Array.of(mask)), different(group)],
    [meta('oifname'), header('network', destination, length, 16), notInSet(setOf('addresses', family))],
    drop,
  )
}

/** Isolated guests do not reach each other by way of the host. */
function isolationRule(family: Family): FirewallRule {
  const set = setOf('isolated', family)
  const { destination, length } = addressOffsets[family]
  return rule(ofFamily(family), sourceOf(family), inSet(set), header('network', destination, length), inSet(set), drop)
}

/** What is for the host. */
export function inputRules(has: Has): FirewallRule[] {
  return [
    ...(has('withoutDhcp') ? [rule(meta('iifname'), inSet('withoutDhcp'), fromNobody4('inet'), drop)] : []),
    ...families
      .filter((family) => has(setOf('confined', family)))
      .map((family) =>
        rule(ofFamily(family), sourceOf(family), inSet(setOf('confined', family)), jump(hostChain(family))),
      ),
  ]
}

/** What has no IPv4 address yet. */
export function fromNobody4(family: TableFamily): Expression[] {
  return [...is(family, 'ip'), sourceOf('inet'), equal(0, 0, 0, 0)]
}

const hostChain = (family: Family): string => (family === 'inet' ? 'host4' : 'host6')
export const relatedChain = (family: Family): string => (family === 'inet' ? 'related4' : 'related6')

function comesFromGuest(family: Family): Expression[] {
  const { length } = addressOffsets[family]
  return [...ofFamily(family), sourceOf(family), sourceOf(family, length), inSet(setOf('pairs', family))]
}

/** Returns for errors about the guest's own connections, whichever side began them, and drops the others. */
export function relatedRules(family: Family): FirewallRule[] {
  const { length } = addressOffsets[family]
  const key = family === 'inet' ? 'source4' : 'source6'
  const own = (direction: 'original' | 'reply'): FirewallRule =>
    rule(sourceOf(family), connection(key, direction, length), inSet(setOf('pairs', family)), back)
  return [own('original'), own('reply'), rule(drop)]
}

/** What a guest may reach of the host; neighbors must be found in any case. */
export function hostRules(family: Family, has: Has): FirewallRule[] {
  const { length } = addressOffsets[family]
  const [ports, protocols] = [setOf('hostPorts', family), setOf('hostProtocols', family)]
  const protocol = meta('l4proto', length)
  const discovery = [icmpv6.routerSolicit, icmpv6.neighborSolicit, icmpv6.neighborAdvert, icmpv6.report2]
  return [
    rule(answers, back),
    rule(related, jump(relatedChain(family))),
    rule(related, back),
    ...(family === 'inet6' ? discovery.map((type) => rule(icmpv6Is(type), back)) : []),
    ...(has(protocols) ? [rule(ofFamily(family), sourceOf(family), protocol, inSet(protocols), back)] : []),
    ...(has(ports)
      ? [rule(ofFamily(family), sourceOf(family), protocol, header('transport', 2, 2, length + 4), inSet(ports), back)]
      : []),
    rule(drop),
  ]
}
