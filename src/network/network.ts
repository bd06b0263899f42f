import { closeSync } from 'node:fs'
import { NETLINK_GENERIC } from '../genetlink/genericNetlink.js'
import { FfiTransport } from '../netlink/transports/ffi.js'
import type { Transport } from '../netlink/transports/transport.js'
import { attemptSync, type Result } from '../result.js'
import { type NamespaceReference, openNamespace, openOwnNamespace } from '../system/namespace.js'
import { type Allowed, callback, checkAllowed, deadline } from '../system/optionValues.js'
import { Addresses } from './addresses.js'
import { Ethtool } from './ethtool.js'
import type { EventSelection } from './event.js'
import { NetworkEvents } from './events.js'
import { Fdb } from './fdb.js'
import { Links } from './links.js'
import { Macsec } from './macsec.js'
import { Mdb } from './mdb.js'
import { Neighbors } from './neighbors.js'
import { Nexthops } from './nexthops.js'
import { Qdiscs } from './qdiscs.js'
import { Routes } from './routes.js'
import { Rules } from './rules.js'
import { Session } from './session.js'
import { Team } from './team.js'
import { TrafficClasses } from './trafficClasses.js'
import { TunTap } from './tuntap.js'
import { Vlans } from './vlans.js'
import { Vnis } from './vnis.js'
import { Wireguard } from './wireguard.js'

/** How to open a {@link Network}. */
export interface NetworkOptions {
  /** The network namespace. Default: the one that the calling thread is in. */
  readonly namespace?: NamespaceReference | undefined
  /** Makes the netlink sockets: one for requests and one for each `events()`. Default: {@link FfiTransport}. */
  readonly transport?: ((namespaceFd: number) => Transport) | undefined
  /**
   * Makes the socket of generic netlink (protocol 16), for keys of WireGuard and MACsec, and features of ethtool. Default:
   * {@link FfiTransport}, and none where `transport` is given.
   */
  readonly genericTransport?: ((namespaceFd: number) => Transport) | undefined
  /** Milliseconds that the kernel has to answer, where a call gives none. Default 15,000. */
  readonly timeout?: number | undefined
}

const networkOptions: Allowed<NetworkOptions> = {
  // Whoever opens it says what is wrong with it.
  namespace: { words: 'a namespace', include: () => true },
  transport: callback,
  genericTransport: callback,
  timeout: deadline,
}

/**
 * The objects of one network namespace, to be created, listed, changed, deleted and listened to one by one. No call
 * throws for what the kernel or the input did; each returns a {@link Result}. After {@link close} each returns the
 * error `CLOSED`.
 *
 * @example
 * ```ts
 * import { Network } from 'linkwright'
 *
 * await using network = Network.open({ namespace: 'blue' }).unwrap()
 * const created = await network.links.create({ name: 'br0', kind: 'bridge', up: true })
 * if (created.err) console.error(created.val.message)
 * ```
 */
export class Network implements AsyncDisposable, Disposable {
  /** The links: `ip link`. */
  readonly links: Links
  /** Their addresses: `ip address`. */
  readonly addresses: Addresses
  /** The routes: `ip route`. */
  readonly routes: Routes
  /** The nexthop objects that routes can use: `ip nexthop`. */
  readonly nexthops: Nexthops
  /** The policy rules: `ip rule`. */
  readonly rules: Rules
  /** The neighbor tables: `ip neighbor`. */
  readonly neighbors: Neighbors
  /** The TUN and TAP devices: `ip tuntap`. */
  readonly tuntap: TunTap
  /** The forwarding databases of bridges and VXLANs: `bridge fdb`. */
  readonly fdb: Fdb
  /** The multicast databases of bridges and VXLANs: `bridge mdb`. */
  readonly mdb: Mdb
  /** The VLANs of bridges and their ports: `bridge vlan`. */
  readonly vlans: Vlans
  /** The networks that VXLANs with `vnifilter` take: `bridge vni`. */
  readonly vnis: Vnis
  /** The queueing disciplines of links: `tc qdisc`. */
  readonly qdiscs: Qdiscs
  /** The classes of HTB qdiscs: `tc class`. */
  readonly trafficClasses: TrafficClasses
  /** The MACsec devices: `ip macsec`. */
  readonly macsec: Macsec
  /** The teams of links: `teamnl`. */
  readonly team: Team
  /** The WireGuard devices: `wg`. */
  readonly wireguard: Wireguard
  /** What devices do themselves: `ethtool -k`. */
  readonly ethtool: Ethtool
  readonly #session: Session

  private constructor(session: Session) {
    this.#session = session
    this.links = new Links(session)
    this.addresses = new Addresses(session)
    this.routes = new Routes(session)
    this.nexthops = new Nexthops(session)
    this.rules = new Rules(session)
    this.neighbors = new Neighbors(session)
    this.tuntap = new TunTap(session)
    this.fdb = new Fdb(session)
    this.mdb = new Mdb(session)
    this.vlans = new Vlans(session)
    this.vnis = new Vnis(session)
    this.qdiscs = new Qdiscs(session)
    this.trafficClasses = new TrafficClasses(session)
    this.macsec = new Macsec(session)
    this.team = new Team(session)
    this.wireguard = new Wireguard(session)
    this.ethtool = new Ethtool(session)
  }

  /** Opens a network. The namespace is entered for a moment and not kept alive by its name: `ip -n NAME`. */
  static open(options: NetworkOptions = {}): Result<Network> {
    return attemptSync(() => {
      checkAllowed(options, networkOptions)
      const { namespace, timeout } = options
      const transport = options.transport ?? ((fd: number) => new FfiTransport({ namespaceFd: fd }))
      const ofMachine = options.transport
        ? undefined
        : (fd: number) => new FfiTransport({ namespaceFd: fd, protocol: NETLINK_GENERIC })
      const genericTransport = options.genericTransport ?? ofMachine
      const namespaceFd = namespace === undefined ? openOwnNamespace() : openNamespace(namespace)
      try {
        return new Network(new Session(namespaceFd, { transport, genericTransport }, timeout))
      } catch (error) {
        closeSync(namespaceFd)
        throw error
      }
    })
  }

  /** Whether {@link close} was called. */
  get closed(): boolean {
    return this.#session.closed
  }

  /**
   * Listens to changes: `ip monitor`. Whatever changes after the call is told, whether or not the iteration has begun.
   * Names of links are resolved; a `signal` ends the iteration.
   */
  events(selection: EventSelection = {}): NetworkEvents {
    return new NetworkEvents(this.#session, selection)
  }

  /** Closes the sockets, ends what is pending (the error `CLOSED`) and the events; a second call does nothing. */
  close(): void {
    this.#session.close()
  }

  /** Closes it at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close()
  }

  /** Closes it at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close()
    return Promise.resolve()
  }
}
