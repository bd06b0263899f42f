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
import { decodeAddress, dumpAddresses } from '../../src/rtnetlink/address.js'
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
import type { ListedLink } from '../../src/rtnetlink/link.js'
import { dumpLinks } from '../../src/rtnetlink/linkMessages.js'
import { decodeNeighbor, dumpNeighbors } from '../../src/rtnetlink/neighbor.js'
import { dumpRoutes } from '../../src/rtnetlink/routeMessages.js'
import { decodeRule, dumpRules } from '../../src/rtnetlink/ruleMessages.js'
import { kernelIsAtLeast } from '../../src/system/kernelRelease.js'
import { FakeKernel } from '../../src/testing/index.js'
import { testNamespace } from '../helpers/namespace.js'
import { skipped } from '../helpers/skipped.js'
import { type Step, scripts } from './kernelScripts.js'

/** Whether the kernel is as late as the one that the fake one is like. */
const isLate = kernelIsAtLeast(6, 12)

interface Outcome {
  readonly step: string
  readonly code: string
  readonly text: string | undefined
}

/** What differs from run to run, or what the fake kernel does not pretend to know. */
const unpredictable = new Set([
  ...['status', 'portStatus', 'ipv4Settings', 'ipv6Settings', 'unknown', 'queueDiscipline', 'bridge', 'bridgePort'],
  ...['statistics', 'confirmed', 'used', 'updated', 'probes', 'txQueues', 'rxQueues', 'maximumMtu', 'permanentMac'],
  // Older kernels don't tell them.
  ...(isLate ? [] : ['gsoIpv4MaximumSize', 'groIpv4MaximumSize']),
  ...(kernelIsAtLeast(6, 15) ? [] : ['namespaceImmutable']),
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
    const links = await settledLinks(connection)
    const context: EncodeContext = {
      linkIndex: (name) => links.find((link) => link.name === name)?.index ?? 98,
      namespaceFd: () => -1,
    }
    const message = step(context)
    outcomes.push(await outcomeOf(connection, message))
  }
  return outcomes
}

/**
 * The links, once Linux has told everybody of their carriers. It does so by a worker (net/core/link_watch.c), and what
 * a port has not told its bridge before it leaves it, such as that it has a carrier, the bridge never hears of.
 */
async function settledLinks(connection: Connection): Promise<readonly ListedLink[]> {
  const read = async () => (await connection.dump(dumpLinks(), ({ body }) => decodeLink(body))).items
  let links = await read()
  for (let tries = 0; tries < 300 && !links.every(isSettled); tries++) {
    await sleep(10)
    links = await read()
  }
  return links
}

function isSettled({ name, up, carrier, operationalState }: ListedLink): boolean {
  return !up || !carrier || operationalState === 'up' || name === 'lo'
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
  test(`the fake kernel answers as Linux does: ${name}`, async (t) => {
    // Older kernels keep the protocol that an IPv4 address was added with (net/ipv4/devinet.c, inet_rtm_newaddr).
    if (name === 'replacedProtocol' && !isLate)
      return skipped(t, 'this kernel never changes the protocol of an address')
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
