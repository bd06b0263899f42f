import type { TableFamily } from '../../nftables/constants.js'
import type { Chain, ChainHook, FirewallRule } from '../../nftables/ruleset.js'
import { beyondLimitOf, inSet, jump, meta } from '../../nftables/statements.js'
import type { SetName } from './confinementSets.js'
import { forwardRules, fromNobody4, hostRules, inputRules, relatedChain, relatedRules } from './hostRules.js'
import { drop, type Has, rule } from './matches.js'
import { controlRules, linkOptionRules, senderRules } from './senderRules.js'
import { sourceChains } from './sourceRules.js'

const hook = (name: ChainHook['hook'], priority: number): ChainHook => ({ type: 'filter', hook: name, priority })

// NF_IP_PRI_RAW_BEFORE_DEFRAG: a guest's fragments must not get among those of others. NF_IP_PRI_FILTER, and
// NF_IP_PRI_LAST for what leaves.
const priorities = { first: -450, filter: 0, last: 300 } as const

/**
 * The chains of confinement in a table, for the sets that it has; a table without any has none.
 *
 * @param translates whether the host translates addresses
 */
export function confinementChains(
  family: TableFamily,
  sets: ReadonlySet<string>,
  translates: boolean,
): Map<string, Chain> {
  const has: Has = (...names) => names.some((name) => sets.has(name))
  const chains = new Map<string, Chain>()
  const put = (name: string, base: ChainHook, rules: readonly FirewallRule[]): void => {
    if (rules.length > 0) chains.set(name, { hook: base, rules })
  }
  if (has('macs')) {
    chains.set('sender', { rules: senderRules(family) })
    if (family !== 'arp') chains.set('linkOptions', { rules: linkOptionRules() })
  }
  if (has('addressLinks')) for (const [name, chain] of sourceChains(family, has)) chains.set(name, chain)
  const control = family === 'bridge' ? controlRules(has) : []
  const entering = [...limits('iifname', ['ingressBits', 'ingressPackets'], has), ...control, ...checks(has)]
  if (family === 'arp') {
    put('input', hook('input', priorities.filter), entering)
    return chains
  }
  put('prerouting', hook('prerouting', priorities.first), entering)
  const leaving = limits('oifname', ['egressBits', 'egressPackets'], has)
  put('postrouting', hook('postrouting', priorities.last), leaving)
  if (family === 'bridge') {
    // Most of what bridges say to each other does not come by prerouting: net/bridge/br_input.c, br_handle_frame.
    const bare = has('withoutDhcp') ? [rule(meta('iifname'), inSet('withoutDhcp'), fromNobody4(family), drop)] : []
    put('input', hook('input', priorities.filter), [...control, ...bare])
  } else {
    addRouted(chains, put, has, translates)
  }
  return chains
}

function addRouted(
  chains: Map<string, Chain>,
  put: (name: string, base: ChainHook, rules: readonly FirewallRule[]) => void,
  has: Has,
  translates: boolean,
): void {
  for (const family of ['inet', 'inet6'] as const) {
    const number = family === 'inet' ? 4 : 6
    const isConfined = has(`confined${number}`)
    const isTranslated = translates && has(`addresses${number}`)
    if (isConfined || isTranslated) chains.set(relatedChain(family), { rules: relatedRules(family) })
    if (isConfined) chains.set(`host${number}`, { rules: hostRules(family, has) })
  }
  put('forward', hook('forward', priorities.filter), forwardRules(has, translates))
  put('input', hook('input', priorities.filter), inputRules(has))
}

function limits(key: 'iifname' | 'oifname', maps: readonly SetName[], has: Has): FirewallRule[] {
  return maps.filter((map) => has(map)).map((map) => rule(meta(key), beyondLimitOf(map), drop))
}

function checks(has: Has): FirewallRule[] {
  return [
    ...(has('macs') ? [rule(meta('iifname'), inSet('macLinks'), jump('sender'))] : []),
    ...(has('addressLinks') ? [rule(meta('iifname'), inSet('addressLinks'), jump('source'))] : []),
  ]
}
