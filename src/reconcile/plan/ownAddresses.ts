import { addToGroup } from '../../grouped.js'
import { familyOf, parseAddress } from '../../ip/address.js'
import { isLinkLocal } from '../../ip/linkLocal.js'
import type { Address } from '../../rtnetlink/address.js'
import type { Nexthop } from '../../rtnetlink/route.js'
import { isLent, isManageable } from '../../state/address.js'
import type { DesiredLink } from '../../state/desired.js'
import type { LinkRecord } from '../../state/model.js'
import { desiredLink, kindOf, vrfOf } from '../diff/lookup.js'
import { withDownAlong } from '../losses/downAlong.js'
import type { Losses } from '../losses/losses.js'

/** The addresses that a host has once a plan is done, as far as that is sure: of links that are up. */
export class OwnAddresses {
  readonly #network: Pick<Losses, 'desired' | 'actual'>
  #known: ReadonlyMap<string, readonly string[]> | undefined

  constructor(network: Pick<Losses, 'desired' | 'actual'>) {
    this.#network = network
  }

  /**
   * The link whose address a gateway is, where the kernel takes none that is its own: for IPv4 with onlink, as it is
   * looked up otherwise, and a route to it will do; for IPv6 of all links, but a link-local one of the same link.
   * Each VRF has addresses of its own. net/ipv4/fib_semantics.c, fib_check_nh_v4_gw; net/ipv6/route.c, ip6_validate_gw.
   */
  linkOfGateway({ via = '', dev, onlink = false }: Pick<Nexthop, 'via' | 'dev' | 'onlink'>): string | undefined {
    const gateway = parseAddress(via)
    // What leads to lo was no route with a gateway for some kernels (fib6_is_reject).
    if (!gateway || typeof dev === 'number' || dev === 'lo') return undefined
    if (familyOf(gateway) === 'inet' && !onlink) return undefined
    const links = this.#linksByAddress().get(via) ?? []
    if (isLinkLocal(gateway)) return links.find((link) => link === dev)
    // The kernel finds the link itself, perhaps one in a VRF.
    if (dev === undefined) return this.#hasVrfs() ? undefined : links[0]
    return links.find((link) => vrfOf(this.#network, link) === vrfOf(this.#network, dev))
  }

  /** Found out once it is asked for: few routes make it necessary. */
  #linksByAddress(): ReadonlyMap<string, readonly string[]> {
    if (this.#known) return this.#known
    const links = new Map<string, string[]>()
    const down = this.#goingDown()
    for (const name of this.#names()) {
      for (const { address } of this.#addressesOf(name)) {
        const [own = ''] = address.split('/')
        // Those of IPv4 stay the host's own: net/ipv4/fib_semantics.c, fib_sync_down_dev.
        if (own.includes(':') && down.has(name)) continue
        addToGroup(links, own, name)
      }
    }
    this.#known = links
    return links
  }

  #addressesOf(name: string): readonly Address[] {
    const wanted = desiredLink(this.#network, name)
    const record = this.#network.actual.links.get(name)
    const isUp = wanted?.properties.up ?? record?.link.up ?? true
    if (wanted?.absent || !isUp) return []
    return wanted?.addresses ?? stayingAddresses(wanted, record)
  }

  /** The links that are to be down, with the VLANs that go down with them. */
  #goingDown(): ReadonlySet<string> {
    const { desired, actual } = this.#network
    const down = desired.links.filter(({ properties }) => properties.up === false)
    return withDownAlong(new Set(down.map(({ name }) => name)), new Set(), desired, actual)
  }

  #names(): ReadonlySet<string> {
    const { desired, actual } = this.#network
    return new Set([...desired.links.map(({ name }) => name), ...actual.links.keys()])
  }

  #hasVrfs(): boolean {
    return [...this.#names()].some((link) => kindOf(this.#network, link) === 'vrf')
  }
}

/** Those of a link of which none are listed; what is said of it can change the ones that are the kernel's own. */
function stayingAddresses(wanted: DesiredLink | undefined, record: LinkRecord | undefined): LinkRecord['addresses'] {
  const { addresses = [] } = record ?? {}
  if (!wanted) return addresses
  const hasIpv6 = wanted.sysctl?.['ipv6/disable_ipv6'] !== '1'
  return addresses.filter(
    (address) => (isManageable(address) || isLent(address)) && (hasIpv6 || address.family === 'inet'),
  )
}
