import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { NetworkError } from '../../src/error.js'
import type { Payload } from '../../src/netlink/bytes.js'
import type { EncodeContext } from '../../src/netlink/codec.js'
import { Connection } from '../../src/netlink/connection.js'
import { messagesOf, type NetlinkMessage, type ReceivedMessage } from '../../src/netlink/message.js'
import { FfiTransport } from '../../src/netlink/transports/ffi.js'
import type { Transport } from '../../src/netlink/transports/transport.js'
import { decodeAddress, deleteAddress, dumpAddresses, newAddress, replaceAddress } from '../../src/rtnetlink/address.js'
import {
  RTNLGRP_IPV4_IFADDR,
  RTNLGRP_IPV4_ROUTE,
  RTNLGRP_IPV4_RULE,
  RTNLGRP_IPV6_IFADDR,
  RTNLGRP_IPV6_RULE,
  RTNLGRP_NEIGH,
} from '../../src/rtnetlink/constants.js'
import { decodeLink } from '../../src/rtnetlink/decodeLink.js'
import { decodeRoute } from '../../src/rtnetlink/decodeRoute.js'
import type { Link } from '../../src/rtnetlink/link.js'
import {
  addAltNames,
  deleteAltNames,
  deleteLink,
  dumpLinks,
  newLink,
  setLink,
} from '../../src/rtnetlink/linkMessages.js'
import {
  decodeNeighbor,
  deleteNeighbor,
  dumpNeighbors,
  newNeighbor,
  replaceNeighbor,
} from '../../src/rtnetlink/neighbor.js'
import {
  appendRoute,
  deleteRoute,
  dumpRoutes,
  getRoute,
  newRoute,
  replaceRoute,
} from '../../src/rtnetlink/routeMessages.js'
import { decodeRule, deleteRule, dumpRules, newRule } from '../../src/rtnetlink/ruleMessages.js'
import { kernelIsAtLeast } from '../../src/system/kernelRelease.js'
import { FakeKernel } from '../../src/testing/index.js'
import { testNamespace } from '../helpers/namespace.js'

/** Whether the kernel is as late as the one that the fake one is like. */
const isLate = kernelIsAtLeast(6, 12)

type Step = (context: EncodeContext) => NetlinkMessage

interface Outcome {
  readonly step: string
  readonly code: string
  readonly text: string | undefined
}

const mac = (last: number): string => `02:00:00:00:00:0${last}`
const bridge = (name: string, last: number, more: Partial<Link> = {}): NetlinkMessage =>
  newLink({ name, kind: 'bridge', mac: mac(last), ...more })
const up = (name: string): NetlinkMessage => setLink({ name }, { up: true })
const down = (name: string): NetlinkMessage => setLink({ name }, { up: false })
const veth = (name: string, peer: string): NetlinkMessage =>
  newLink({ name, kind: 'veth', mac: mac(3), veth: { peer: { name: peer, mac: mac(4) } } })

/** Two links that are up and have a carrier. */
const pair: Step[] = [() => up('lo'), () => veth('v0', 'v1'), () => up('v0'), () => up('v1')]

const scripts: Readonly<Record<string, readonly Step[]>> = {
  links: [
    () => bridge('br0', 1),
    () => bridge('br0', 1),
    () => bridge('br1', 2, { mtu: 1400, up: true }),
    () => veth('v0', 'v1'),
    () => veth('v2', 'v1'),
    () => veth('v2', 'v2'),
    () => setLink({ name: 'none' }, { up: true }),
    () => setLink({ name: 'br0' }, { mtu: 10 }),
    () => setLink({ name: 'v0' }, { mtu: 100_000 }),
    (context) => setLink({ name: 'v0' }, { master: 'br0' }, context),
    (context) => setLink({ name: 'br1' }, { master: 'br0' }, context),
    (context) => setLink({ name: 'br0' }, { master: 'br0' }, context),
    (context) => setLink({ name: 'lo' }, { master: 'br0' }, context),
    (context) => setLink({ name: 'v1' }, { master: 'v0' }, context),
    () => setLink({ name: 'v1' }, { master: 99 }),
    () => setLink({ name: 'v1' }, { bridgePort: { cost: 7 } }),
    () => setLink({ name: 'v0' }, { bridgePort: { cost: 7, isolated: true } }),
    () => setLink({ name: 'br0' }, { kind: 'bridge', bridge: { forwardDelay: 4 } }),
    () => setLink({ name: 'br0' }, { kind: 'veth' }),
    () => newLink({ name: 'tun0', kind: 'tun' }),
    () => newLink({ name: 'x', kind: 'nonsense' }),
    () => newLink({ name: 'a/b', kind: 'bridge' }),
    () => addAltNames({ name: 'br0' }, ['first', 'second']),
    () => addAltNames({ name: 'br1' }, ['first']),
    () => deleteAltNames({ name: 'br0' }, ['third']),
    () => deleteAltNames({ name: 'br0' }, ['first']),
    () => bridge('second', 4),
    () => setLink({ name: 'second' }, { alias: 'by another name', group: 5, txQueueLength: 77 }),
    () => setLink({ index: 2 }, { name: 'br1' }),
    () => setLink({ index: 2 }, { name: 'bridge' }),
    () => up('bridge'),
    () => up('v0'),
    () => up('v1'),
    () => deleteLink({ name: 'lo' }),
    () => deleteLink({ name: 'none' }),
    () => setLink({ name: 'v0' }, { master: null }),
    () => deleteLink({ name: 'v1' }),
  ],
  portsOfADeletedBridge: [
    () => bridge('br0', 1),
    () => veth('v0', 'v1'),
    (context) => setLink({ name: 'v0' }, { master: 'br0' }, context),
    () => deleteLink({ name: 'br0' }),
  ],
  addresses: [
    ...pair,
    (context) => newAddress({ address: '10.0.0.1/24', dev: 'v0', broadcast: '10.0.0.255' }, context),
    (context) => newAddress({ address: '10.0.0.1/24', dev: 'v0' }, context),
    (context) => newAddress({ address: '10.0.0.1/25', dev: 'v0', label: 'v0:x' }, context),
    (context) => newAddress({ address: '10.0.0.2/24', dev: 'v0' }, context),
    (context) => newAddress({ address: '10.0.0.3/24', dev: 'v0' }, context),
    (context) => newAddress({ address: '10.9.0.1/32', peer: '10.9.0.2', dev: 'v0' }, context),
    (context) =>
      newAddress({ address: '10.8.0.1/30', dev: 'v1', noPrefixRoute: true, metric: 7, protocol: 55 }, context),
    (context) => replaceAddress({ address: '10.0.0.1/24', dev: 'v0', label: 'v0:y', protocol: 9 }, context),
    () => newAddress({ address: '10.0.0.1/24', dev: 77 }),
    (context) => deleteAddress({ address: '10.7.7.7/24', dev: 'v0' }, context),
    (context) => deleteAddress({ address: '10.0.0.2/25', dev: 'v0' }, context),
    (context) => deleteAddress({ address: '10.0.0.3/24', dev: 'v0' }, context),
    (context) => newAddress({ address: 'fd00::1/64', dev: 'v0' }, context),
    (context) => newAddress({ address: 'fd00::1/64', dev: 'v0' }, context),
    (context) => newAddress({ address: 'fd00::2/64', dev: 'v0' }, context),
    (context) => newAddress({ address: 'fd00:1::1/128', dev: 'v0', noPrefixRoute: true }, context),
    (context) => replaceAddress({ address: 'fd00::1/80', dev: 'v0' }, context),
    (context) => deleteAddress({ address: 'fd00::9/64', dev: 'v0' }, context),
    () => newAddress({ address: 'fd00::9/64', dev: 77 }),
  ],
  deletedPrimary: [
    ...pair,
    (context) => newAddress({ address: '10.0.0.1/24', dev: 'v0' }, context),
    (context) => newAddress({ address: '10.0.0.2/24', dev: 'v0' }, context),
    (context) => newAddress({ address: '10.1.0.2/24', dev: 'v0' }, context),
    (context) => deleteAddress({ address: '10.0.0.1/24', dev: 'v0' }, context),
  ],
  routes: [
    ...pair,
    (context) => newAddress({ address: '10.0.0.1/24', dev: 'v0' }, context),
    () => newRoute({ to: 'default', via: '10.0.0.254' }),
    () => newRoute({ to: 'default', via: '10.0.0.253' }),
    () => newRoute({ to: 'default', via: '10.0.0.253', metric: 5 }),
    () => newRoute({ to: '10.5.0.0/16', via: '192.0.2.1' }),
    () => newRoute({ to: '10.5.0.1/16', via: '10.0.0.254' }),
    () => newRoute({ to: '10.5.0.0/16', dev: 77 }),
    () => newRoute({ to: '10.5.0.0/16' }),
    (context) => newRoute({ to: '10.5.0.0/16', via: '192.0.2.1', dev: 'v0', onlink: true }, context),
    (context) => newRoute({ to: '10.6.0.0/16', dev: 'v0', src: '10.0.0.1', table: 1000 }, context),
    (context) => newRoute({ to: '10.7.0.0/16', dev: 'v0', src: '10.0.0.9' }, context),
    () => newRoute({ to: '10.8.0.0/16', type: 'blackhole' }),
    () => newRoute({ to: '10.8.1.0/24', type: 'unreachable', table: 100 }),
    (context) =>
      newRoute(
        {
          to: '10.9.0.0/16',
          nexthops: [
            { via: '10.0.0.2', dev: 'v0' },
            { via: '10.0.0.3', weight: 3 },
          ],
        },
        context,
      ),
    () => appendRoute({ to: 'default', via: '10.0.0.252' }),
    () => appendRoute({ to: 'default', via: '10.0.0.252' }),
    () => replaceRoute({ to: 'default', via: '10.0.0.251', mtu: 1400 }),
    () => deleteRoute({ to: '10.200.0.0/16' }),
    () => deleteRoute({ to: '10.8.0.0/16', protocol: 3 }),
    () => deleteRoute({ to: '10.8.0.0/16' }),
    () => deleteRoute({ to: '10.8.1.0/24' }),
    () => deleteRoute({ to: 'default', metric: 5 }),
    () => getRoute({ to: '10.0.0.77' }),
    () => getRoute({ to: '10.8.1.77' }),
  ],
  routesOfIpv6: [
    ...pair,
    (context) => newAddress({ address: 'fd00::1/64', dev: 'v0' }, context),
    () => newRoute({ to: 'default', via: 'fd00::fe' }),
    () => newRoute({ to: 'default', via: 'fd00::fd' }),
    () => newRoute({ to: 'default', via: 'fd00::fd', metric: 7 }),
    () => newRoute({ to: 'fd05::/16', via: '2001:db8::1' }),
    () => newRoute({ to: 'fd05::/16', dev: 77 }),
    (context) => newRoute({ to: 'fd06::1/16', dev: 'v0', table: 1000 }, context),
    () => newRoute({ to: 'fd08::/16', type: 'blackhole' }),
    (context) => newRoute({ to: 'fd09::/16', nexthops: [{ dev: 'v0' }, { dev: 'v1' }] }, context),
    () => newRoute({ to: 'fd09::/16', nexthops: [{ via: 'fd00::2' }, { via: 'fd00::3', weight: 3 }] }),
    () => appendRoute({ to: 'fd09::/16', via: 'fd00::4' }),
    () => appendRoute({ to: 'fd09::/16', via: 'fd00::4' }),
    () => deleteRoute({ to: 'fd09::/16', via: 'fd00::2' }),
    () => replaceRoute({ to: 'default', via: 'fd00::fc' }),
    () => deleteRoute({ to: 'fdaa::/16' }),
    () => deleteRoute({ to: 'fd08::/16' }),
  ],
  linkDown: [
    ...pair,
    (context) => newAddress({ address: '10.0.0.1/24', dev: 'v0' }, context),
    (context) => newAddress({ address: 'fd00::1/64', dev: 'v0' }, context),
    () => newRoute({ to: 'default', via: '10.0.0.254' }),
    () => newRoute({ to: 'default', via: 'fd00::fe' }),
    (context) => newNeighbor({ dev: 'v0', address: '10.0.0.7', mac: mac(7) }, context),
    () => down('v0'),
    (context) => newRoute({ to: '10.5.0.0/16', dev: 'v0' }, context),
    () => newRoute({ to: '10.5.0.0/16', via: '10.0.0.254' }),
    () => up('v0'),
  ],
  linkGone: [
    ...pair,
    (context) => newAddress({ address: '10.0.0.1/24', dev: 'v0' }, context),
    (context) => newAddress({ address: 'fd00::1/64', dev: 'v0' }, context),
    () => newRoute({ to: 'default', via: '10.0.0.254' }),
    (context) => newNeighbor({ dev: 'v0', address: '10.0.0.7', mac: mac(7) }, context),
    () => deleteLink({ name: 'v1' }),
  ],
  rules: [
    () => newRule({ family: 'inet', priority: 1000, from: '10.9.0.0/30', table: 100 }),
    () => newRule({ family: 'inet', priority: 1000, from: '10.9.0.0/30', table: 100 }),
    () => newRule({ family: 'inet', from: '10.9.0.0/30', table: 1000 }),
    () => newRule({ family: 'inet', from: '10.9.0.0/30', table: 1000 }),
    () => newRule({ family: 'inet6', priority: 1001, fwmark: '0x1/0xff', iif: 'br0', action: 'prohibit' }),
    () => newRule({ family: 'inet', priority: 5, goto: 4 }),
    () => newRule({ family: 'inet', priority: 5, goto: 7000, oif: 'lo' }),
    () => newRule({ family: 'inet', priority: 6, ipproto: 'tcp', dport: '53', uidRange: '1-5', table: 9 }),
    () => deleteRule({ family: 'inet', priority: 77 }),
    () => deleteRule({ family: 'inet', priority: 1000, from: '10.9.0.0/30' }),
    () => deleteRule({ family: 'inet', table: 1000 }),
  ],
  neighbors: [
    ...pair,
    (context) => newNeighbor({ dev: 'v0', address: '10.0.0.7', mac: mac(7) }, context),
    (context) => newNeighbor({ dev: 'v0', address: '10.0.0.7', mac: mac(8) }, context),
    (context) => replaceNeighbor({ dev: 'v0', address: '10.0.0.7', mac: mac(8) }, context),
    (context) => newNeighbor({ dev: 'v0', address: '10.0.0.9' }, context),
    (context) => newNeighbor({ dev: 'v0', address: 'fd00::7', mac: mac(7), router: true, protocol: 7 }, context),
    (context) => newNeighbor({ dev: 'v0', address: '10.0.0.8', proxy: true }, context),
    () => newNeighbor({ dev: 77, address: '10.0.0.7', mac: mac(7) }),
    (context) => deleteNeighbor({ dev: 'v0', address: '10.0.0.77' }, context),
    (context) => deleteNeighbor({ dev: 'v0', address: 'fd00::7' }, context),
  ],
}

/** What differs from run to run, or what the fake kernel does not pretend to know. */
const unpredictable = new Set([
  ...['status', 'portStatus', 'ipv4Settings', 'ipv6Settings', 'unknown', 'queueDiscipline', 'bridge', 'bridgePort'],
  ...['confirmed', 'used', 'updated', 'probes', 'txQueues', 'rxQueues', 'maximumMtu', 'permanentMac'],
  // Older kernels don't tell them.
  ...(isLate ? [] : ['gsoIpv4MaximumSize', 'groIpv4MaximumSize']),
])

function comparable(object: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object)
      .filter(([name]) => !unpredictable.has(name))
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  )
}

async function play(connection: Connection, steps: readonly Step[]) {
  const outcomes: Outcome[] = []
  for (const step of steps) {
    const links = await connection.dump(dumpLinks(), ({ body }) => decodeLink(body))
    const context: EncodeContext = {
      linkIndex: (name) => links.items.find((link) => link.name === name)?.index ?? 98,
      namespaceFd: () => -1,
    }
    const message = step(context)
    outcomes.push(await outcomeOf(connection, message))
  }
  return outcomes
}

async function outcomeOf(connection: Connection, message: NetlinkMessage): Promise<Outcome> {
  try {
    await connection.request(message)
    return { step: message.subject, code: 'done', text: undefined }
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error
    return { step: message.subject, code: error.code, text: error.kernelMessage }
  }
}

async function stateOf(connection: Connection): Promise<Record<string, unknown>> {
  const read = async <T extends object>(
    message: NetlinkMessage,
    decode: (received: ReceivedMessage) => T | undefined,
  ) => (await connection.dump(message, decode)).items.map(comparable)
  return {
    links: await read(dumpLinks(), ({ body }) => decodeLink(body)),
    addresses: await read(dumpAddresses(), ({ body }) => decodeAddress(body)),
    ipv4: byText(await read(dumpRoutes({ family: 'inet' }), ({ body }) => decodeRoute(body))),
    ipv6: byText(await read(dumpRoutes({ family: 'inet6' }), ({ body }) => decodeRoute(body))),
    rules: await read(dumpRules('inet'), ({ body }) => decodeRule(body)),
    rules6: await read(dumpRules('inet6'), ({ body }) => decodeRule(body)),
    neighbors: byText((await read(dumpNeighbors(), ({ body }) => decodeNeighbor(body))).filter(isLasting)),
    proxies: await read(dumpNeighbors({ proxy: true }), ({ body }) => decodeNeighbor(body)),
  }
}

/** What the kernel keeps of its own, such as those for multicast, is not pretended. */
function isLasting(neighbor: Record<string, unknown>): boolean {
  return neighbor['state'] === 'permanent'
}

/** In which order routes are listed depends on the kernel's tries and hashes; that of equal keys counts. */
function byText(objects: Record<string, unknown>[]): Record<string, unknown>[] {
  const keyOf = ({ to, table, metric, address, dev }: Record<string, unknown>): string =>
    [table, to, metric, address, dev].join(' ')
  return objects.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : keyOf(one) > keyOf(other) ? 1 : 0))
}

/** The notifications of one group that the steps bring about, each as its type and what it names. */
async function notificationsOf(open: () => Transport, group: number, steps: readonly Step[]): Promise<string[]> {
  const listener = open()
  listener.join(group)
  const connection = new Connection(open())
  await play(connection, steps)
  await sleep(50)
  const told: string[] = []
  for (let received = listener.receive(); received.kind !== 'empty'; received = listener.receive()) {
    if (received.kind === 'overrun') continue
    for (const { type, body } of messagesOf(received.datagram.bytes)) told.push(`${type} ${nameOf(group, body)}`)
  }
  connection.close()
  listener.close()
  return told
}

function nameOf(group: number, body: Payload): string {
  if (group === RTNLGRP_NEIGH) return decodeNeighbor(body)?.address ?? ''
  if (group === RTNLGRP_IPV4_IFADDR || group === RTNLGRP_IPV6_IFADDR) return decodeAddress(body)?.address ?? ''
  if (group === RTNLGRP_IPV4_RULE || group === RTNLGRP_IPV6_RULE) return String(decodeRule(body)?.priority)
  const route = decodeRoute(body)
  return `${route?.to} ${route?.table} ${route?.via ?? route?.nexthops?.length ?? ''}`
}

function realNamespace(t: ExecutionContext): number {
  const namespace = testNamespace(t)
  // Without it, IPv6 addresses are tentative for a second or two.
  namespace.sh('echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad; echo 0 > /proc/sys/net/ipv6/conf/lo/accept_dad')
  return namespace.fd
}

function realConnection(t: ExecutionContext): Connection {
  const connection = new Connection(new FfiTransport({ namespaceFd: realNamespace(t) }))
  t.teardown(() => connection.close())
  return connection
}

/** Outcomes without texts where an older kernel has none: the fake one is as Linux lately is. */
function asFarAsTold(fake: readonly Outcome[], real: readonly Outcome[]): readonly Outcome[] {
  if (isLate) return fake
  return fake.map((outcome, index) => ({ ...outcome, text: real[index]?.text && outcome.text }))
}

for (const [name, steps] of Object.entries(scripts)) {
  test.serial(`the fake kernel answers as Linux does: ${name}`, async (t) => {
    const real = realConnection(t)
    const fake = new Connection(new FakeKernel().transport())
    const outcomes = await play(real, steps)
    t.deepEqual(asFarAsTold(await play(fake, steps), outcomes), outcomes)
    // Linux tells of a lost carrier only a second later (net/core/link_watch.c), and of addresses when it gets to it.
    await sleep(1200)
    const fakeState = await stateOf(fake)
    let realState = await stateOf(real)
    for (let tries = 0; tries < 50 && !isDeepStrictEqual(realState, fakeState); tries++) {
      await sleep(200)
      realState = await stateOf(real)
    }
    for (const part of Object.keys(realState)) t.deepEqual(fakeState[part], realState[part], part)
  })
}

// Not those of IPv6: when duplicate address detection ends, Linux tells again, some time later.
const told: readonly (readonly [script: string, group: number])[] = [
  ['addresses', RTNLGRP_IPV4_IFADDR],
  ['deletedPrimary', RTNLGRP_IPV4_IFADDR],
  ['deletedPrimary', RTNLGRP_IPV4_ROUTE],
  ['linkDown', RTNLGRP_IPV4_IFADDR],
  ['linkDown', RTNLGRP_IPV4_ROUTE],
  ['linkGone', RTNLGRP_IPV4_IFADDR],
  ['routes', RTNLGRP_IPV4_ROUTE],
  ['rules', RTNLGRP_IPV4_RULE],
  ['rules', RTNLGRP_IPV6_RULE],
  ['neighbors', RTNLGRP_NEIGH],
]

for (const [script, group] of told) {
  test.serial(`the fake kernel notifies as Linux does: ${script}, group ${group}`, async (t) => {
    const steps = scripts[script] ?? []
    const kernel = new FakeKernel()
    const namespaceFd = realNamespace(t)
    const fake = await notificationsOf(() => kernel.transport(), group, steps)
    const real = await notificationsOf(() => new FfiTransport({ namespaceFd }), group, steps)
    t.deepEqual(fake, real)
  })
}
