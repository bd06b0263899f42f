import { type Family, familyOf } from '../../ip/address.js'
import type { Neighbor } from '../../rtnetlink/neighbor.js'
import type { NetworkState } from '../../state/model.js'
import type { NexthopRecord } from '../../state/nexthop.js'
import { linksOfRoute, type RouteRecord, routeKey, unlinked } from '../../state/route.js'
import { priorityGroup, type RuleRecord } from '../../state/rule.js'
import { eachInTurns } from '../../system/inTurns.js'
import type { Operation } from '../steps/operation.js'
import type { PlannedStep } from '../steps/step.js'
import { FallenLinks } from './fallenLinks.js'
import { Ipv4Addresses } from './ipv4Addresses.js'

/** How wide a reach is taken: what the steps surely can take along, or also what undoing them in any way can. */
export type Width = 'doing' | 'undoing'

/** Below it a link has no addresses of the family: RFC 791, and RFC 8200 §5. */
export const minimumMtu: Readonly<Record<Family, number>> = { inet: 68, inet6: 1280 }

/**
 * What steps can take along without naming it. Whatever else goes meanwhile, somebody else removed, and nobody may put
 * it back.
 *
 * The kernel takes a link's IPv4 routes and neighbors with its last address, and those of a preferred source with that
 * one (net/ipv4/fib_frontend.c, fib_disable_ip and fib_sync_down_addr); everything with a link that goes down;
 * everything of IPv6 with an MTU that is too small; and all neighbors with a MAC address, also that of a master which
 * changes with its ports (net/core/neighbour.c, neigh_changeaddr).
 */
export class Reach {
  readonly #before: NetworkState
  readonly #width: Width
  readonly #nameOf: (name: string) => string
  readonly #fallen: FallenLinks
  /** Links that are put into another master, which ends all that the former had of them. */
  readonly #ports = new Set<string>()
  readonly #sources = new Set<string>()
  readonly #routes = new Set<string>()
  readonly #nexthops = new Set<number>()
  readonly #nexthopsBefore: ReadonlyMap<number, NexthopRecord>
  readonly #rules = new Set<string>()
  /** The IPv4 addresses of each link as the steps go on, primaries first. */
  readonly #addresses = new Map<string, Ipv4Addresses>()

  private constructor(before: NetworkState, width: Width, nameOf: (name: string) => string) {
    this.#before = before
    this.#fallen = new FallenLinks(before)
    this.#width = width
    this.#nexthopsBefore = new Map(before.nexthops.map((nexthop) => [nexthop.id, nexthop]))
    this.#nameOf = nameOf
  }

  /** @param nameOf the name that a link had before, where steps rename it */
  static async of(
    before: NetworkState,
    steps: readonly PlannedStep[],
    width: Width,
    nameOf: (name: string) => string = (name) => name,
  ): Promise<Reach> {
    const reach = new Reach(before, width, nameOf)
    await eachInTurns(steps, ({ operation }) => reach.#follow(operation))
    reach.#takeSources()
    return reach
  }

  /** Whether a route can be lost. */
  takesRoute(route: RouteRecord): boolean {
    return this.#routes.has(routeKey(route)) || this.takesAlong(route)
  }

  /** Whether a route can be lost with something else, whatever its destination. */
  takesAlong(route: RouteRecord): boolean {
    if (route.nexthopId !== undefined && this.takesNexthop(route.nexthopId)) return true
    if (route.src !== undefined && this.#sources.has(route.src)) return true
    const fallen = this.#fallen.families[route.family]
    // IPv6 hangs what leads nowhere on the loopback device (net/ipv6/route.c, fib6_nh_init).
    const isOnLoopback = route.family === 'inet6' && unlinked.has(route.type ?? 'unicast')
    return (isOnLoopback && fallen.has('lo')) || linksOfRoute(route).some((dev) => fallen.has(String(dev)))
  }

  /** Whether a nexthop object can be lost: it goes with the carrier of its link, and a group with its members. */
  takesNexthop(id: number): boolean {
    const { dev, group = [] } = this.#nexthopsBefore.get(id) ?? {}
    if (this.#nexthops.has(id)) return true
    if (typeof dev === 'string' && (this.#fallen.carriers.has(dev) || this.takesAddresses(dev))) return true
    return group.some((member) => this.takesNexthop(member.id))
  }

  /** Whether a neighbor can be lost: one that is not permanent also goes with the carrier of its link. */
  takesNeighbor({ dev, address, state }: Pick<Neighbor, 'dev' | 'address' | 'state'>): boolean {
    const link = String(dev)
    const { neighbors, families, carriers } = this.#fallen
    if (state !== 'permanent' && carriers.has(link)) return true
    return neighbors.has(link) || families[familyOf(address)].has(link)
  }

  /** Whether the addresses of a link can be lost. */
  takesAddresses(dev: string): boolean {
    return this.#fallen.families.inet.has(dev) || this.#fallen.families.inet6.has(dev)
  }

  /** Whether the entries of a link in forwarding and multicast databases can be lost. */
  takesEntries(dev: string | number | undefined): boolean {
    return this.#fallen.gone.has(String(dev)) || this.#ports.has(String(dev))
  }

  /** Whether a rule can be lost: the kernel deletes the first that has all that is told, which can be another one. */
  takesRule(rule: RuleRecord): boolean {
    return this.#rules.has(priorityGroup(rule))
  }

  #follow(operation: Operation): void {
    switch (operation.type) {
      case 'createLink':
        this.#followCreation(operation)
        break
      case 'deleteLink':
        this.#fallen.takeLink(this.#nameOf(operation.name))
        break
      case 'updateLink':
        this.#followUpdate(operation)
        break
      case 'renameLink':
        if (operation.bounce) this.#fallen.takeDown(this.#nameOf(operation.to))
        break
      case 'setSysctl':
        // Without IPv6 it has no addresses and no routes of it (net/ipv6/addrconf.c, addrconf_disable_ipv6); whoever
        // wants it so wants them gone.
        if (this.#width === 'undoing' && 'ipv6/disable_ipv6' in operation.values)
          this.#fallen.families.inet6.add(this.#nameOf(operation.name))
        break
      case 'addAddress':
      case 'replaceAddress':
      case 'deleteAddress':
        this.#followAddress(operation)
        break
      case 'addRoute':
      case 'deleteRoute':
        this.#routes.add(routeKey(operation.route))
        break
      case 'replaceRoute':
        this.#routes.add(routeKey(operation.route)).add(routeKey(operation.previous))
        break
      case 'createNexthop':
      case 'replaceNexthop':
      case 'deleteNexthop':
        this.#nexthops.add(operation.nexthop.id)
        break
      case 'addRule':
      case 'deleteRule':
        this.#rules.add(priorityGroup(operation.rule))
        break
      case 'replaceRule':
        this.#rules.add(priorityGroup(operation.rule)).add(priorityGroup(operation.previous))
        break
    }
  }

  /** The addresses of links that can lose them are sources of routes by other links, too. */
  #takeSources(): void {
    for (const family of ['inet', 'inet6'] as const) {
      for (const dev of this.#fallen.families[family]) {
        const { addresses = [] } = this.#before.links.get(dev) ?? {}
        for (const { address } of addresses) if (familyOf(address) === family) this.#sources.add(sourceOf(address))
      }
    }
  }

  #followCreation({ link: { name, master } }: Extract<Operation, { type: 'createLink' }>): void {
    this.#fallen.takeLink(this.#nameOf(name))
    if (typeof master === 'string') this.#fallen.takeNeighbors(this.#nameOf(master))
  }

  #followUpdate({ name: given, changes, bounce }: Extract<Operation, { type: 'updateLink' }>): void {
    const name = this.#nameOf(given)
    const { up, mtu, mac, arp, master } = changes
    if (up !== undefined || master !== undefined) this.#fallen.takeCarrier(name)
    if (typeof master === 'string') this.#fallen.takeCarrier(this.#nameOf(master))
    if (master !== undefined) this.#ports.add(name)
    if (bounce || up === false || (up !== undefined && this.#width === 'undoing')) this.#fallen.takeDown(name)
    for (const family of ['inet', 'inet6'] as const) {
      const tooSmall = [mtu, this.#before.links.get(name)?.link.mtu].some(
        (size = Infinity) => size < minimumMtu[family],
      )
      if (mtu !== undefined && tooSmall) this.#fallen.families[family].add(name)
    }
    if (mac !== undefined || arp !== undefined || master !== undefined) this.#fallen.takeNeighbors(name)
    if (typeof master === 'string') this.#fallen.takeNeighbors(this.#nameOf(master))
  }

  #followAddress({ type, address }: Extract<Operation, { address: unknown }>): void {
    const dev = this.#nameOf(String(address.dev))
    const family = familyOf(address.address)
    if (type !== 'addAddress') this.#sources.add(sourceOf(address.address))
    // Undoing can take any of them away for a moment.
    if (this.#width === 'undoing') this.#fallen.families[family].add(dev)
    if (family === 'inet6' || type === 'replaceAddress') return
    const addresses = this.#addresses.get(dev) ?? new Ipv4Addresses(this.#before.links.get(dev)?.addresses ?? [])
    this.#addresses.set(dev, addresses)
    if (type === 'addAddress') addresses.add(address)
    else for (const key of addresses.delete(address, this.#before.promoteSecondaries)) this.#sources.add(sourceOf(key))
    if (addresses.size === 0) this.#fallen.families.inet.add(dev)
  }
}

function sourceOf(key: string): string {
  return key.split('/')[0] ?? ''
}
