import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { DesiredLink, DesiredNetwork } from '../../state/desired.js'
import type { NetworkState } from '../../state/model.js'

/**
 * A port that stays leaves a master that goes before it goes, where that takes the port down: the kernel brings only
 * some of them up again, and none has its IPv6 addresses then (drivers/net/vrf.c, cycle_netdev; bonding/bond_main.c,
 * __bond_release_one).
 */
export function withReleasedPorts(desired: DesiredNetwork, actual: NetworkState): DesiredNetwork {
  const going = new Set<string>()
  for (const { name, absent } of desired.links) {
    const { kind = '' } = actual.links.get(name)?.link ?? {}
    if (absent && linkKind(kind)?.portsGoDown) going.add(name)
  }
  if (going.size === 0) return desired
  const isLeft = (name: string): boolean => {
    const { up, master } = actual.links.get(name)?.link ?? {}
    return up === true && typeof master === 'string' && going.has(master)
  }
  const named = new Set(desired.links.map(({ name }) => name))
  const unnamed = [...actual.links.keys()].filter((name) => !named.has(name) && isLeft(name))
  return {
    ...desired,
    links: [
      ...desired.links.map((link) => (link.absent || !isLeft(link.name) ? link : leaving(link))),
      ...unnamed.map((name) => leaving({ name, absent: false, properties: {} })),
    ],
  }
}

function leaving(link: DesiredLink): DesiredLink {
  return { ...link, properties: { master: null, ...link.properties } }
}
