import { NetworkError } from '../error.js'
import {
  messagesOf,
  type NetlinkMessage,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_FILTERED,
  NLM_F_DUMP_INTR,
  NLM_F_ECHO,
  NLM_F_MULTI,
  NLM_F_REQUEST,
  NLMSG_MIN_TYPE,
  type ReceivedMessage,
} from '../netlink/message.js'
import type { Transport } from '../netlink/transports/transport.js'
import type { Lacking } from '../reconcile/capability/capability.js'
import type { Kernel, NetlinkProtocol } from '../reconcile/world/kernel.js'
import { AF_INET, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_NEXTHOP } from '../rtnetlink/constants.js'
import { errnoNumber, systemError } from '../system/errno.js'
import type { TunTapConfiguration } from '../tuntap/index.js'
import { Addresses } from './fakeKernel/addresses.js'
import { ConnectedRoutes } from './fakeKernel/connectedRoutes.js'
import { FakeTransport, type KernelSide } from './fakeKernel/fakeTransport.js'
import { Faults } from './fakeKernel/faults.js'
import { FakeGeneric } from './fakeKernel/generic.js'
import { acknowledgement, done, KernelError, type Outgoing, packMessage } from './fakeKernel/kernelMessage.js'
import { Links, type TunTapSettings } from './fakeKernel/links.js'
import { Neighbors } from './fakeKernel/neighbors.js'
import { NexthopObjects } from './fakeKernel/nexthopObjects.js'
import type { Handlers } from './fakeKernel/request.js'
import { Routes } from './fakeKernel/routes.js'
import { RouteTable } from './fakeKernel/routeTable.js'
import { Rules } from './fakeKernel/rules.js'

export { Faults } from './fakeKernel/faults.js'
export { KernelError } from './fakeKernel/kernelMessage.js'
export type { TunTapSettings } from './fakeKernel/links.js'

/** Options of {@link FakeKernel.transport}. */
export interface FakeTransportOptions {
  /** Bytes of receive buffer; 8 MiB by default. A small one makes overruns. */
  readonly receiveBuffer?: number
}

/**
 * A kernel in memory: rtnetlink without root and without a network, for tests. It understands the messages of this
 * SDK, keeps what they make, refuses what Linux refuses with the same errors and texts, and notifies.
 */
export class FakeKernel implements KernelSide, Kernel {
  /** What is to go wrong. */
  readonly faults: Faults = new Faults()
  /** How many requests were sent, by message type. */
  readonly requestCounts: Map<number, number> = new Map()
  readonly #sockets = new Set<FakeTransport>()
  readonly #sysctls = new Map<string, string>()
  readonly #links: Links
  readonly #generic: FakeGeneric
  readonly #handlers: readonly Handlers[]
  readonly #partSize: number
  #generation = 0
  #lastPort = 1000

  /** @param options `partSize`: bytes of a part of a dump, 4096 by default */
  constructor(options: { readonly partSize?: number } = {}) {
    this.#partSize = options.partSize ?? 4096
    const notify = (group: number, message: Outgoing): void => this.#multicast(group, message)
    this.#links = new Links(notify)
    const { table } = this.#links
    this.#generic = new FakeGeneric(table, this.faults)
    const routes = new RouteTable(table, (family, message) =>
      notify(family === AF_INET ? RTNLGRP_IPV4_ROUTE : RTNLGRP_IPV6_ROUTE, message),
    )
    const addresses = new Addresses(table, new ConnectedRoutes(routes), notify)
    const isLocal = (address: string): boolean => addresses.of().some(({ local }) => local === address)
    const nexthops = new NexthopObjects(table, routes, (message) => notify(RTNLGRP_NEXTHOP, message))
    this.#handlers = [
      this.#links,
      addresses,
      new Routes(table, routes, isLocal, (id, family) => nexthops.waysOf(id, family)),
      nexthops,
      new Rules(table),
      new Neighbors(table, notify),
    ]
  }

  /** Opens a socket. */
  transport(options: FakeTransportOptions = {}): Transport {
    const socket = new FakeTransport(this, ++this.#lastPort, options.receiveBuffer ?? 8 << 20)
    this.#sockets.add(socket)
    return socket
  }

  /** Opens a socket of generic netlink, which knows the families `wireguard`, `macsec` and `team`; other protocols it has none. */
  transportOf(protocol: NetlinkProtocol): Transport {
    if (protocol === 'generic') return new FakeTransport(this.#generic, ++this.#lastPort, 8 << 20)
    throw new NetworkError('UNSUPPORTED', `a kernel in memory has no ${protocol} netlink`)
  }

  /** Does what another program would do by a message; throws a {@link KernelError}. */
  execute(message: NetlinkMessage): void {
    for (const received of messagesOf(message.bytes)) this.#handle(received, () => {})
  }

  /** Makes a TUN or TAP device, as `ip tuntap add` does through /dev/net/tun. */
  createTunTap(name: string, settings: TunTapSettings): void {
    this.#generation++
    this.#links.createTunTap(name, settings)
  }

  /** Makes TUN and TAP devices for the reconciler; the result has the error of each that failed at its place. */
  createTunTaps(devices: readonly TunTapConfiguration[]): (NetworkError | undefined)[] {
    return devices.map(({ name, mode, owner, group, ...framing }) => {
      try {
        this.createTunTap(name, { kind: mode, ...accounts(owner, group), ...framing })
        return undefined
      } catch (error) {
        if (error instanceof KernelError) return systemError(errnoNumber(error.errno), `link ${name}: create`)
        throw error
      }
    })
  }

  /** Changes owner and group of a device, as an attached program could; the fake kernel does not know how. */
  configureTunTap({ name }: TunTapConfiguration): void {
    throw new NetworkError('UNSUPPORTED', `link ${name}: the fake kernel changes no options of a TUN or TAP device`)
  }

  /** What it lacks of a kind of link: nothing. */
  lacking(): Promise<Lacking> {
    return Promise.resolve({ kind: false, options: [] })
  }

  /** Whether it lacks a kind of qdisc: it has none at all. */
  lacksQdisc(): Promise<boolean> {
    return Promise.resolve(true)
  }

  /** Whether it lacks a way to wrap packets: it keeps them all. */
  lacksEncapsulation(): Promise<boolean> {
    return Promise.resolve(false)
  }

  /** Whether its VXLANs lack multicast databases: it has none at all. */
  lacksMdbOfVxlans(): Promise<boolean> {
    return Promise.resolve(true)
  }

  /** Whether it lacks a value of an option: it has all. */
  lacksValue(): Promise<boolean> {
    return Promise.resolve(false)
  }

  /** What it tells of a new link: nothing that was not said. */
  sample(): Promise<object> {
    return Promise.resolve({})
  }

  /** Reads a file under /proc/sys/net: what {@link writeSysctl} wrote, or 0. */
  readSysctl(name: string): string | undefined {
    return this.#sysctls.get(name) ?? '0'
  }

  /** Reads those files of a directory under /proc/sys/net that {@link writeSysctl} wrote. */
  readSysctls(directory: string): Readonly<Record<string, string>> {
    const within = [...this.#sysctls].filter(([name]) => name.startsWith(`${directory}/`))
    return Object.fromEntries(within.map(([name, value]) => [name.slice(directory.length + 1), value]))
  }

  /** Writes a file under /proc/sys/net. It is kept, and has no effect. */
  writeSysctl(name: string, value: string): void {
    this.#sysctls.set(name, value)
  }

  /** Plugs or unplugs the cable of a link. */
  setCarrier(name: string, carrier: boolean): void {
    this.#generation++
    this.#links.setCarrier(name, carrier)
  }

  /** @internal */
  forget(socket: FakeTransport): void {
    this.#sockets.delete(socket)
  }

  /** @internal */
  process(socket: FakeTransport, message: ReceivedMessage): void {
    const { type, flags } = message
    if (!(flags & NLM_F_REQUEST)) return
    const quiet = this.faults.strikes('silence')
    const answer = (bytes: Uint8Array): void => {
      if (!quiet) this.#answer(socket, message, bytes)
    }
    const echoes: Outgoing[] = []
    let error: KernelError | undefined
    try {
      if ((flags & NLM_F_DUMP) === NLM_F_DUMP && isGet(type)) {
        if (!quiet) this.#startDump(socket, message)
        return
      }
      const replies = type < NLMSG_MIN_TYPE ? undefined : this.#handle(message, (echo) => echoes.push(echo))
      for (const reply of replies ?? []) answer(packMessage(reply, 0, message.sequence, socket.portId))
    } catch (cause) {
      if (!(cause instanceof KernelError)) throw cause
      error = cause
    }
    const sendEchoes = (): void => {
      for (const echo of echoes) answer(packMessage(echo, 0, message.sequence, socket.portId))
    }
    const late = echoes.length > 0 && this.faults.strikes('ackFirst')
    if (!late) sendEchoes()
    if (error || flags & NLM_F_ACK) answer(acknowledgement(message, socket.portId, error))
    if (late) sendEchoes()
  }

  #handle(message: ReceivedMessage, echo: (message: Outgoing) => void): readonly Outgoing[] | undefined {
    const { type, flags, body } = message
    this.requestCounts.set(type, (this.requestCounts.get(type) ?? 0) + 1)
    const handler = this.#handlers.map(({ requests }) => requests[type]).find(Boolean)
    if (!handler) throw new KernelError('EOPNOTSUPP')
    if (!isGet(type)) {
      this.faults.countChange()
      this.#generation++
    }
    return handler({
      type,
      flags,
      body,
      echo: (change) => {
        if (flags & NLM_F_ECHO) echo(change)
      },
      notify: (group, change) => {
        if (flags & NLM_F_ECHO) echo(change)
        this.#multicast(group, change)
      },
    })
  }

  #multicast(group: number, message: Outgoing): void {
    const lost = this.faults.strikes('overrunNotification')
    for (const socket of this.#sockets) {
      if (!socket.groups.has(group)) continue
      if (lost) socket.overrun()
      else socket.deliver(packMessage(message, 0, 0, 0))
    }
  }

  #answer(socket: FakeTransport, request: ReceivedMessage, bytes: Uint8Array): void {
    if (this.faults.strikes('overrunAnswer')) {
      socket.overrun()
      return
    }
    if (this.faults.strikes('forge')) {
      const forged = acknowledgement(request, socket.portId, new KernelError('EPERM', 'forged'))
      socket.deliver(forged, 4242)
    }
    if (this.faults.strikes('stray')) {
      const other = { ...request, sequence: (request.sequence ^ 0x55555555) >>> 0 }
      socket.deliver(acknowledgement(other, socket.portId, new KernelError('EPERM', 'stray')))
    }
    if (this.faults.strikes('truncate')) socket.deliver(bytes.subarray(0, bytes.length >> 1), 0, true)
    else socket.deliver(bytes)
  }

  #startDump(socket: FakeTransport, request: ReceivedMessage): void {
    if (socket.dumping) throw new KernelError('EBUSY')
    const dump = this.#handlers.map(({ dumps }) => dumps[request.type]).find(Boolean)
    if (!dump) throw new KernelError('EOPNOTSUPP')
    this.requestCounts.set(request.type, (this.requestCounts.get(request.type) ?? 0) + 1)
    const { type, flags, body } = request
    let error = this.faults.dumpError()
    let items: readonly Outgoing[] = []
    let filtered = false
    try {
      const result = dump({ type, flags, body, echo: () => {}, notify: () => {} })
      items = result.items
      filtered = result.filtered
    } catch (cause) {
      if (!(cause instanceof KernelError)) throw cause
      // A dump that is refused says so at its end (net/netlink/af_netlink.c, netlink_dump_done).
      error = cause
    }
    socket.startDump(this.#parts(socket, request, items, filtered ? NLM_F_DUMP_FILTERED : 0, error))
  }

  *#parts(
    socket: FakeTransport,
    request: ReceivedMessage,
    items: readonly Outgoing[],
    flags: number,
    error: KernelError | undefined,
  ): Generator<Uint8Array> {
    const generation = this.#generation
    const interruptedPart = this.faults.interruption()
    const groups = this.#grouped(items)
    for (let part = 0; part <= groups.length; part++) {
      if (part === Math.min(1, groups.length)) this.faults.runMidDump()
      const interrupted =
        this.#generation !== generation ||
        (interruptedPart !== undefined && part >= Math.min(interruptedPart, groups.length))
      const partFlags = flags | (interrupted ? NLM_F_DUMP_INTR : 0)
      const group = groups[part]
      if (!group) {
        yield done(request, socket.portId, partFlags, error)
        return
      }
      yield joined(group.map((item) => packMessage(item, NLM_F_MULTI | partFlags, request.sequence, socket.portId)))
    }
  }

  #grouped(items: readonly Outgoing[]): Outgoing[][] {
    const groups: Outgoing[][] = []
    let size = Number.POSITIVE_INFINITY
    for (const item of items) {
      const length = item.body.length + 16
      if (size + length > this.#partSize) {
        groups.push([])
        size = 0
      }
      groups.at(-1)?.push(item)
      size += length
    }
    return groups
  }
}

function joined(messages: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(messages.reduce((length, message) => length + message.length, 0))
  let position = 0
  for (const message of messages) {
    bytes.set(message, position)
    position += message.length
  }
  return bytes
}

/** rtnetlink's types come in fours: NEW, DEL, GET, SET. */
function isGet(type: number): boolean {
  return (type & 3) === 2
}

/** Owner and group, which the reconciler gives as numbers. */
function accounts(
  owner: number | string | undefined,
  group: number | string | undefined,
): { owner?: number; group?: number } {
  return {
    ...(owner === undefined ? {} : { owner: Number(owner) }),
    ...(group === undefined ? {} : { group: Number(group) }),
  }
}
