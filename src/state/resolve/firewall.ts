import { familyOf } from '../../ip/address.js'
import { formatPrefix, networkOf, parsePrefix } from '../../ip/prefix.js'
import { parseEndpoint } from '../../spec/firewallSchema.js'
import type { ConfineSpec, MasqueradeSpec, PortForwardSpec, RateSpec } from '../../spec/firewallTypes.js'
import { type Path, pointer } from '../../spec/pointer.js'
import type { NetworkSpec } from '../../spec/types.js'
import { eachInTurns } from '../../system/inTurns.js'
import type { DesiredEntry, DesiredFirewall } from '../firewall/desiredFirewall.js'
import { type Confinement, masqueradeKey, type PortForward, portForwardKey } from '../firewall/firewall.js'
import { sortedAddresses, sortedHost } from '../firewall/parse.js'
import { canonicalAddress, canonicalMac } from './canonical.js'

/** What a spec says of the firewall; `undefined` where it does not speak of it. */
export async function resolveFirewall(
  { nat, links = [] }: NetworkSpec,
  path: Path,
): Promise<DesiredFirewall | undefined> {
  const { masquerade = [], portForward = [] } = nat ?? {}
  const entries: DesiredEntry[] = []
  await eachInTurns(masquerade.entries(), ([index, one]) => {
    entries.push(masqueradeEntry(one, [...path, 'nat', 'masquerade', index]))
  })
  await eachInTurns(portForward.entries(), ([index, one]) => {
    entries.push(...portForwardEntries(one, [...path, 'nat', 'portForward', index]))
  })
  await eachInTurns(links.entries(), ([index, { name, confine, absent }]) => {
    if (!absent && confine === undefined) return
    const at = pointer([...path, 'links', index, ...(absent ? [] : ['confine'])])
    const entry = { kind: 'confinement' as const, key: name, path: at }
    // A confinement goes with its link: the next device of that name is another one.
    entries.push(absent || !confine ? entry : { ...entry, value: confinementOf(confine) })
  })
  return nat || entries.length > 0 ? { entries } : undefined
}

function masqueradeEntry({ from, out, absent }: MasqueradeSpec, path: Path): DesiredEntry {
  const prefix = parsePrefix(from)
  const value = { from: prefix ? formatPrefix(networkOf(prefix)) : from, ...(out === undefined ? {} : { out }) }
  const named = { kind: 'masquerade' as const, key: masqueradeKey(value), path: pointer(path) }
  return absent ? named : { ...named, value }
}

/** One; of what is to be absent one of each family that may be meant. */
function portForwardEntries({ to, absent, ...named }: PortForwardSpec, path: Path): DesiredEntry[] {
  const { address } = named
  const targets = to === undefined ? ['0.0.0.0', '::'].filter((any) => !address || isSameFamily(any, address)) : [to]
  return targets.map((target) => {
    const value = portForwardTo(target, named)
    const entry = { kind: 'portForward' as const, key: portForwardKey(value), path: pointer(path) }
    return absent ? entry : { ...entry, value }
  })
}

function isSameFamily(one: string, other: string): boolean {
  return familyOf(one) === familyOf(other)
}

function portForwardTo(to: string, { protocol, port, in: link, address }: Omit<PortForwardSpec, 'to'>): PortForward {
  const target = parseEndpoint(to)
  return {
    protocol,
    port,
    to: canonicalAddress(target?.address ?? to),
    toPort: target?.port ?? port,
    ...(link === undefined ? {} : { in: link }),
    ...(address === undefined ? {} : { address: canonicalAddress(address) }),
  }
}

function confinementOf({ mac, addresses, host, isolated, ingress, egress }: ConfineSpec): Confinement {
  return {
    ...(mac === undefined ? {} : { mac: canonicalMac(mac) }),
    ...(addresses ? { addresses: sortedAddresses(addresses.map(canonicalAddress)) } : {}),
    ...(host ? { host: sortedHost(host) } : {}),
    ...(isolated ? { isolated } : {}),
    ...rateOf('ingress', ingress),
    ...rateOf('egress', egress),
  }
}

/** The kernel counts bytes. */
function rateOf(name: 'ingress' | 'egress', rate: RateSpec | undefined): Pick<Confinement, 'ingress' | 'egress'> {
  if (!rate || (rate.bits === undefined && rate.packets === undefined)) return {}
  const { bits, packets } = rate
  const kept: RateSpec = {
    ...(bits === undefined ? {} : { bits: Math.floor(bits / 8) * 8 }),
    ...(packets === undefined ? {} : { packets }),
  }
  return name === 'ingress' ? { ingress: kept } : { egress: kept }
}
