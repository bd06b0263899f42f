import { addressBits, familyOf } from '../../ip/address.js'
import type { Address } from '../../rtnetlink/address.js'
import type { Neighbor } from '../../rtnetlink/neighbor.js'
import { words } from './words.js'

/** The `ip address` command for an address. */
export function addressCommand(verb: 'add' | 'replace' | 'delete', address: Address): string {
  const { peer } = address
  const what = peer === undefined ? address.address : `${address.address.split('/')[0]} peer ${peer}`
  const named = words('ip address', verb, what, 'dev', String(address.dev))
  if (verb === 'delete') return named
  return words(
    named,
    address.broadcast !== undefined && `broadcast ${address.broadcast}`,
    address.scope !== undefined && `scope ${address.scope}`,
    address.label !== undefined && `label ${address.label}`,
    address.metric !== undefined && `metric ${address.metric}`,
    address.validLifetime !== undefined && `valid_lft ${address.validLifetime}`,
    address.preferredLifetime !== undefined && `preferred_lft ${address.preferredLifetime}`,
    address.noPrefixRoute && 'noprefixroute',
    address.home && 'home',
    address.noDad && 'nodad',
    address.manageTemporaryAddress && 'mngtmpaddr',
    address.optimistic && 'optimistic',
    address.autoJoin && 'autojoin',
    address.protocol !== undefined && `proto ${address.protocol}`,
  )
}

/** The `ip neighbor` command for a neighbor. */
export function neighborCommand(verb: 'add' | 'replace' | 'delete', neighbor: Neighbor): string {
  const { proxy, address, dev, mac, state, router, externallyLearned, managed } = neighbor
  const named = words('ip neighbor', verb, proxy && 'proxy', address, 'dev', String(dev))
  if (verb === 'delete') return named
  return words(
    named,
    mac !== undefined && `lladdr ${mac}`,
    state && `nud ${state}`,
    router && 'router',
    managed && 'managed',
    externallyLearned && 'extern_learn',
  )
}

/** Whether a prefix is a single host. */
export function isHost(prefix: string): boolean {
  return prefix.endsWith(`/${addressBits(familyOf(prefix))}`)
}
