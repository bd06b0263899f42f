import { NetworkError, type Problem } from '../error.js'
import { parseAddress } from '../ip/address.js'
import { hasHostBits, type Prefix, parsePrefix } from '../ip/prefix.js'
import { attemptSync, type Result } from '../result.js'
import { invalidSpec } from '../spec/invalidSpec.js'
import type { LinkSpec, Spec } from '../spec/types.js'
import { capacity, macOf, type Place, placeOf } from './addresses.js'
import { checkGuestOptions } from './checkOptions.js'
import { describeGuest, type Guest } from './guest.js'
import type { GuestNetworkOptions, GuestPort } from './options.js'
import { type PlacedGuest, placeGuests } from './slots.js'

/** A network of guests: the spec of the host's side, and what each guest's VMM needs. */
export interface GuestNetwork {
  /** Everything on the host, for `apply`. */
  readonly spec: Spec
  /** The guests, in the order in which they were given. */
  readonly guests: readonly Guest[]
  /** The place of each guest by name: what to give as `slots` the next time, so that nobody moves. */
  readonly slots: Readonly<Record<string, number>>
  /** What belongs to one guest alone, to add it to a network that is there; throws where there is none of that name. */
  specOf(name: string): Spec
  /** What takes one guest away, and disturbs no other. */
  removalOf(name: string): Spec
}

/**
 * Makes the spec of a network of virtual machines: a TAP device for each, on one bridge or routed, each kept to its own
 * addresses, led into the world by address translation. Nothing is changed before the spec is applied.
 *
 * @returns the network, or the error `INVALID_SPEC` with everything that is wrong with the options
 */
export function guestNetwork(options: GuestNetworkOptions): Result<GuestNetwork> {
  return attemptSync(() => {
    checkGuestOptions(options)
    const problems: Problem[] = []
    const subnet = subnetOf(options.subnet, 4, '/subnet', problems)
    const subnet6 = options.subnet6 === undefined ? undefined : subnetOf(options.subnet6, 16, '/subnet6', problems)
    if (!subnet || problems.length > 0) throw invalidSpec(problems)
    const limit = Math.min(capacity(subnet, options), subnet6 ? capacity(subnet6, options) : Number.POSITIVE_INFINITY)
    const guests = placeGuests(options, limit, problems)
    nameProblems(guests, options, problems)
    if (problems.length > 0) throw invalidSpec(problems)
    return new Network(options, subnet, subnet6, guests)
  })
}

function subnetOf(text: string, bytes: 4 | 16, path: string, problems: Problem[]): Prefix | undefined {
  const prefix = parsePrefix(text)
  if (prefix?.bytes.length === bytes && !hasHostBits(prefix)) return prefix
  const family = bytes === 4 ? 'an IPv4' : 'an IPv6'
  const message = `${JSON.stringify(text)} is not ${family} prefix without bits behind its length`
  problems.push({ path, message, expected: bytes === 4 ? '10.0.0.0/24' : 'fd00::/64' })
  return undefined
}

function nameProblems(guests: readonly PlacedGuest[], options: GuestNetworkOptions, problems: Problem[]): void {
  const longest = tapName(Math.max(0, ...guests.map(({ slot }) => slot)), options)
  if (longest.length > 15) {
    problems.push({ path: '/tapPrefix', message: `${longest} is longer than 15 bytes, the longest name of a link` })
  }
  for (const [index, { name }] of guests.entries()) {
    // It stands between colons in the kernel's argument: RFC 1123 §2.1.
    if (!/^[A-Za-z0-9]([A-Za-z0-9.-]{0,62})$/.test(name)) {
      problems.push({ path: `/guests/${index}/name`, message: `${JSON.stringify(name)} is not the name of a host` })
    }
  }
  for (const [index, server] of (options.nameServers ?? []).entries()) {
    if (!parseAddress(server))
      problems.push({ path: `/nameServers/${index}`, message: `${server} is not an IP address` })
  }
}

function tapName(slot: number, { tapPrefix = 'tap' }: GuestNetworkOptions): string {
  return `${tapPrefix}${slot}`
}

/** One guest with everything that is known of it. */
interface Member {
  readonly options: PlacedGuest
  readonly guest: Guest
  readonly place: Place
  readonly place6: Place | undefined
}

class Network implements GuestNetwork {
  readonly guests: readonly Guest[]
  readonly slots: Readonly<Record<string, number>>
  readonly #options: GuestNetworkOptions
  readonly #subnets: readonly Prefix[]
  readonly #members = new Map<string, Member>()

  constructor(
    options: GuestNetworkOptions,
    subnet: Prefix,
    subnet6: Prefix | undefined,
    placed: readonly PlacedGuest[],
  ) {
    this.#options = options
    this.#subnets = subnet6 ? [subnet, subnet6] : [subnet]
    for (const one of placed) {
      const place = placeOf(subnet, one.slot, options)
      const place6 = subnet6 && placeOf(subnet6, one.slot, options)
      const { name, slot } = one
      const { nameServers = [], mtu } = options
      const mac = macOf(parseAddress(place.address) ?? new Uint8Array(4))
      const tap = tapName(slot, options)
      const guest = describeGuest({ name, slot, tap, mac, place, place6, nameServers, mtu })
      this.#members.set(name, { options: one, guest, place, place6 })
    }
    this.guests = [...this.#members.values()].map(({ guest }) => guest)
    this.slots = Object.fromEntries(this.guests.map(({ name, slot }) => [name, slot]))
  }

  get spec(): Spec {
    const members = [...this.#members.values()]
    const { mode, uplink, subnet, subnet6 } = this.#options
    const taps = members.map((member) => this.#tap(member))
    const masquerade = [subnet, subnet6].flatMap((from) =>
      from === undefined || uplink === undefined ? [] : [{ from, out: uplink }],
    )
    const portForward = members.flatMap((member) => this.#portForward(member))
    const nat = {
      ...(masquerade.length > 0 ? { masquerade } : {}),
      ...(portForward.length > 0 ? { portForward } : {}),
    }
    // Guests that are routed reach each other and the world by way of the host.
    const forwards = uplink !== undefined || mode === 'routed' || portForward.length > 0
    return {
      links: mode === 'bridged' ? [this.#bridge(), ...taps] : taps,
      ...this.#forwardingDatabase(members),
      ...(forwards ? { forwarding: { ipv4: true, ...(subnet6 === undefined ? {} : { ipv6: true }) } } : {}),
      ...(Object.keys(nat).length > 0 ? { nat } : {}),
    }
  }

  specOf(name: string): Spec {
    const member = this.#member(name)
    const portForward = this.#portForward(member)
    return {
      links: [this.#tap(member)],
      ...this.#forwardingDatabase([member]),
      ...(portForward.length > 0 ? { nat: { portForward } } : {}),
    }
  }

  removalOf(name: string): Spec {
    const member = this.#member(name)
    const portForward = this.#portForward(member).map((one) => ({ ...one, absent: true }))
    return {
      links: [{ name: member.guest.tap, absent: true }],
      ...(portForward.length > 0 ? { nat: { portForward } } : {}),
    }
  }

  #member(name: string): Member {
    const member = this.#members.get(name)
    if (!member) throw new NetworkError('NOT_FOUND', `guest ${name}: there is none of that name`)
    return member
  }

  #bridge(): LinkSpec {
    const { bridge = 'guests', mtu } = this.#options
    // Bridged, all slots have the same gateway.
    const gateways = this.#subnets.map((subnet) => placeOf(subnet, 0, this.#options))
    const [first] = gateways
    return {
      name: bridge,
      kind: 'bridge',
      // A bridge of no MAC address of its own takes one of its ports, and changes it as guests come and go, who then
      // look for their gateway where it was.
      mac: macOf(parseAddress(first?.gateway ?? '') ?? new Uint8Array(4)),
      bridge: { forwardDelay: 0 },
      ...(mtu === undefined ? {} : { mtu }),
      addresses: gateways.map(({ gateway, prefixLength }) => `${gateway}/${prefixLength}`),
    }
  }

  #tap({ options, guest, place, place6 }: Member): LinkSpec {
    const { mode, bridge = 'guests', mtu } = this.#options
    const settings = { ...this.#options, ...options }
    const { host, isolated = true, ingress, egress, owner, group } = settings
    const gateways = [place, ...(place6 ? [place6] : [])].map((one) => `${one.gateway}/${one.prefixLength}`)
    return {
      name: guest.tap,
      kind: 'tap',
      ...(owner === undefined && group === undefined
        ? {}
        : { tap: { ...(owner === undefined ? {} : { owner }), ...(group === undefined ? {} : { group }) } }),
      ...(mtu === undefined ? {} : { mtu }),
      ...(mode === 'bridged'
        ? { master: bridge, bridgePort: { isolated, learning: false, flood: false } }
        : { addresses: gateways }),
      confine: {
        mac: guest.mac,
        addresses: [place.address, ...(place6 ? [place6.address] : [])],
        isolated,
        ...(host ? { host } : {}),
        ...(ingress ? { ingress } : {}),
        ...(egress ? { egress } : {}),
      },
    }
  }

  /**
   * Where each guest is, told once: a bridge that learns it is told by guests, in frames that no rule sees, and sends
   * what is for a guest that was silent to all of them.
   */
  #forwardingDatabase(members: readonly Member[]): Pick<Spec, 'fdb'> {
    if (this.#options.mode === 'routed' || members.length === 0) return {}
    return { fdb: members.map(({ guest: { tap, mac } }) => ({ dev: tap, mac })) }
  }

  #portForward({ options, place, place6 }: Member) {
    const { uplink } = this.#options
    const targets = [place.address, ...(place6 ? [`[${place6.address}]`] : [])]
    return (options.portForward ?? []).flatMap(({ protocol, port, guestPort = port }: GuestPort) =>
      targets.map((target) => ({
        protocol,
        port,
        to: `${target}:${guestPort}`,
        ...(uplink === undefined ? {} : { in: uplink }),
      })),
    )
  }
}
