import { setTimeout as delay } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import type { NetworkError } from '../../src/error.js'
import { messagesOf } from '../../src/netlink/message.js'
import { FfiTransport } from '../../src/netlink/transports/ffi.js'
import { type ApplyReport, apply, plan } from '../../src/reconcile/apply.js'
import type { ApplyOptions } from '../../src/reconcile/options/options.js'
import type { Plan } from '../../src/reconcile/plan/plan.js'
import { snapshot } from '../../src/reconcile/snapshot.js'
import type { Snapshot, Spec } from '../../src/spec/types.js'
import { type TestNamespace, testNamespace } from './namespace.js'
import { makeQuiet } from './quiet.js'
import { type Json, linkViews, settledViews } from './views.js'

/** Timers and counters that run by themselves. */
const passing = new Set([
  'hello_timer',
  'tcn_timer',
  'topology_change_timer',
  'gc_timer',
  'hold_timer',
  'message_age_timer',
  'forward_delay_timer',
  'valid_life_time',
  'preferred_life_time',
  'expires',
  'used',
  'unbalanced_time',
  'updated',
  'confirmed',
  'refcnt',
  'probes',
  'promiscuity',
  'allmulti',
  'seq_nr',
  // The carrier follows later: net/core/link_watch.c.
  'operstate',
  // Follow the MAC address, once it was given.
  'bridge_id',
  'root_id',
  // A bridge adds up what its ports can do.
  'tso_max_size',
  'tso_max_segs',
])
const carrierFlags = new Set(['LOWER_UP', 'NO-CARRIER', 'M-DOWN', 'linkdown', 'dead'])
/** What differs between two namespaces that are furnished alike. */
const incidental = new Set([
  'ifindex',
  'link_index',
  'permaddr',
  'perm_hwaddr',
  'designated_root',
  'designated_bridge',
  'num_tx_queues',
  'num_rx_queues',
  'link_netnsid',
  // The mark of who made an address or a neighbor.
  'protocol',
])

function without(value: Json, names: ReadonlySet<string>): Json {
  if (Array.isArray(value)) {
    return value.filter((item) => !carrierFlags.has(String(item))).map((item) => without(item, names))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, item]) => !names.has(name) && !(name === 'state' && typeof item === 'string'))
      .map(([name, item]) => [name, without(item, names)]),
  )
}

/** What is seen, and how. */
export interface PictureOptions {
  /** Without what differs between two namespaces that are furnished alike. */
  readonly portable?: boolean
  /** Links and their addresses only, for which one program is started instead of four. */
  readonly links?: boolean
}

/** Everything that `ip` shows of a namespace, a line an object, without what runs by itself. */
export function picture(namespace: TestNamespace, options: PictureOptions = {}): string[] {
  const dropped = options.portable ? new Set([...passing, ...incidental]) : passing
  // Routes and rules of a snapshot keep their protocol.
  const others = new Set([...dropped].filter((name) => name !== 'protocol'))
  const { views, forwarding } = options.links ? linkViews(namespace) : settledViews(namespace)
  const lines = [...views].flatMap(([view, objects]) => {
    const shown = objects
      .filter((object) => !isNoise(object))
      .map((object) => (options.portable && view === 'address' ? withoutMarks(object) : object))
      .map((object) => `${view}: ${text(without(object, /route|rule|nexthop/.test(view) ? others : dropped))}`)
    // The order of links follows their indices, that of routes their age.
    return options.portable || view !== 'address' ? shown.sort() : shown
  })
  return [...lines, `forwarding: ${forwarding}`]
}

/** A link without the alternative names that tell who made it. */
function withoutMarks(link: Json): Json {
  if (typeof link !== 'object' || link === null || Array.isArray(link)) return link
  const { altnames, ...others } = link
  const names = Array.isArray(altnames) ? altnames.filter((name) => !String(name).startsWith('linkwright.')) : []
  return names.length > 0 ? { ...others, altnames: names } : others
}

/** What the kernel keeps by itself: neighbors of multicast groups, and ip's empty objects. */
function isNoise(object: Json): boolean {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return true
  if (Object.keys(object).length === 0) return true
  const states = object['state']
  return (
    Array.isArray(states) &&
    !states.includes('PERMANENT') &&
    (!states.includes('NOARP') || isMulticast(String(object['dst'])) || object['dev'] === 'lo')
  )
}

function isMulticast(address: string): boolean {
  return address.startsWith('ff') || /^2[23]\d\./.test(address)
}

function text(value: Json): string {
  return JSON.stringify(value)
}

/** A throw-away namespace with the functions of the declarative side bound to it. */
export interface ReconcileNamespace extends TestNamespace {
  /** Applies and fails the test on an error. */
  apply(spec: Spec, options?: ApplyOptions): Promise<ApplyReport>
  /** Applies what must fail, and returns the error. */
  fails(spec: Spec, options?: ApplyOptions): Promise<NetworkError>
  plan(spec: Spec, options?: ApplyOptions): Promise<Plan>
  snapshot(): Promise<Snapshot>
  picture(options?: PictureOptions): string[]
  /**
   * Applies, then again: the second time nothing is done, and nothing is told by the kernel. `quiet` first waits until
   * the kernel has told of the carriers, which it does after a second; without it, what it tells of links is left out.
   */
  converges(spec: Spec, options?: { readonly quiet?: boolean }): Promise<ApplyReport>
  /** Fails with `code` and leaves everything as it was. */
  refuses(spec: Spec, code: string | RegExp, options?: ApplyOptions): Promise<NetworkError>
  /** Every notification of the kernel while `work` runs, as types of messages. */
  events(work: () => Promise<unknown>): Promise<readonly KernelEvent[]>
}

/** A notification. */
export interface KernelEvent {
  readonly type: number
  readonly body: Uint8Array
}

const RTM_NEWLINK = 16
// The kernel looks for gateways of multipath routes by itself.
const RTM_NEWNEIGH = 28
const RTM_DELNEIGH = 29

/** RTNLGRP_LINK, the IPv4 and IPv6 addresses, routes and rules, neighbors and nexthops: include/uapi/linux/rtnetlink.h */
const groups = [1, 3, 5, 7, 8, 9, 11, 19, 32]

/** Makes the namespace, in which no link gets a link-local address by itself. */
export function reconcileNamespace(t: ExecutionContext): ReconcileNamespace {
  const namespace = testNamespace(t)
  makeQuiet(namespace.fd)
  const place = { namespace: { fd: namespace.fd } }
  const self: ReconcileNamespace = {
    ...namespace,
    apply: async (spec, options = {}) => {
      const result = await apply(spec, { ...place, ...options })
      if (result.err) throw result.val
      return result.val
    },
    fails: async (spec, options = {}) => {
      const result = await apply(spec, { ...place, ...options })
      if (result.ok) throw new Error(`applied: ${result.val.steps.map(({ equivalent }) => equivalent).join('; ')}`)
      return result.val
    },
    plan: async (spec, options = {}) => (await plan(spec, { ...place, ...options })).unwrap(),
    snapshot: async () => (await snapshot(place)).unwrap(),
    picture: (options) => picture(namespace, options),
    converges: async (spec, { quiet = false } = {}) => {
      const report = await self.apply(spec)
      if (quiet) await delay(1300)
      const before = self.picture()
      const events = await self.events(async () => {
        const again = await self.apply(spec)
        t.deepEqual(
          again.steps.map(({ equivalent }) => equivalent),
          [],
          'the second apply has steps',
        )
        t.false(again.changed)
      })
      const types = events
        .map(({ type }) => type)
        // Links come up and neighbors come and go by themselves meanwhile; what is there is compared below.
        .filter((type) => quiet || ![RTM_NEWLINK, RTM_NEWNEIGH, RTM_DELNEIGH].includes(type))
      t.deepEqual(types, [], 'the second apply made the kernel notify')
      t.deepEqual(self.picture(), before)
      return report
    },
    refuses: async (spec, code, options) => {
      const before = self.picture()
      const error = await self.fails(spec, options)
      if (typeof code === 'string') t.is(error.code, code, error.message)
      else t.regex(`${error.code} ${error.message}`, code)
      t.deepEqual(self.picture(), before, `not as before; ${JSON.stringify(error.rollback)}`)
      return error
    },
    events: async (work) => {
      const transport = new FfiTransport({ namespaceFd: namespace.fd })
      for (const group of groups) transport.join(group)
      const events: KernelEvent[] = []
      try {
        await work()
        await delay(100)
        // Notifications are in the socket when a request returns, so that no wait for readiness can be too short.
        for (let next = transport.receive(); next.kind === 'datagram'; next = transport.receive()) {
          for (const { type, body } of messagesOf(next.datagram.bytes)) events.push({ type, body: body.copy() })
        }
      } finally {
        transport.close()
      }
      return events
    },
  }
  return self
}
