import type { ExecutionContext } from 'ava'
import type { Payload } from '../../src/netlink/bytes.js'
import type { DecodeContext, EncodeContext } from '../../src/netlink/codec.js'
import { Connection } from '../../src/netlink/connection.js'
import type { NetlinkMessage } from '../../src/netlink/message.js'
import { FfiTransport } from '../../src/netlink/transports/ffi.js'
import { decodeLinkName } from '../../src/rtnetlink/decodeLink.js'
import { dumpLinks } from '../../src/rtnetlink/linkMessages.js'
import { type TestNamespace, testNamespace } from './namespace.js'
import { furnishVethPair } from './vethPair.js'

/** A throw-away namespace with the two ends of a veth pair, v0 and v1, both up, and a connection into it. */
export interface TestNetwork extends TestNamespace {
  readonly connection: Connection
  readonly context: EncodeContext & DecodeContext
  /** Sends a message; rejects with the kernel's error. */
  send(message: NetlinkMessage): Promise<void>
  /** Lists objects. */
  list<T>(
    message: NetlinkMessage,
    decode: (body: Payload, context: DecodeContext) => T | undefined,
  ): Promise<readonly T[]>
}

/** Makes the network, with 10.0.0.1/24 and fd00::1/64 on v0. */
export async function testNetwork(t: ExecutionContext): Promise<TestNetwork> {
  const namespace = testNamespace(t)
  furnishVethPair(namespace)
  const connection = new Connection(new FfiTransport({ namespaceFd: namespace.fd }))
  t.teardown(() => connection.close())
  const { items } = await connection.dump(dumpLinks(), ({ body }) => decodeLinkName(body))
  const context: EncodeContext & DecodeContext = {
    linkIndex: (name) => items.find((link) => link.name === name)?.index ?? 0,
    linkName: (index) => items.find((link) => link.index === index)?.name ?? index,
    namespaceFd: () => -1,
  }
  return {
    ...namespace,
    connection,
    context,
    send: (message) => connection.request(message),
    list: async (message, decode) => (await connection.dump(message, ({ body }) => decode(body, context))).items,
  }
}

/** One kind of object: how to make, list and remove it, and how `ip` shows all of them. */
export interface ObjectKind<Given, Listed extends Given> {
  create(object: Given, context: EncodeContext): NetlinkMessage
  remove(object: Given, context: EncodeContext): NetlinkMessage
  list(network: TestNetwork): Promise<readonly Listed[]>
  show(network: TestNetwork): readonly Record<string, unknown>[]
  /** A listed object without what changes by itself. */
  lasting(object: Listed): object
}

/**
 * Ours, seen by `ip`: creates an object, finds it in the list with all that was given, shows it to `expected`, removes
 * what was listed, makes it anew of what was listed, and finds it as it was.
 */
export async function checkOurs<Given extends object, Listed extends Given>(
  t: ExecutionContext,
  network: TestNetwork,
  kind: ObjectKind<Given, Listed>,
  given: Given,
  expected: Readonly<Record<string, unknown>>,
): Promise<Listed> {
  const what = JSON.stringify(given, (_name, value) => (typeof value === 'bigint' ? String(value) : value))
  const before = await kind.list(network)
  const seenBefore = kind.show(network)
  await network.send(kind.create(given, network.context))
  const [listed, ...others] = added(kind, before, await kind.list(network))
  if (!listed || others.length > 0) throw new Error(`${what} made ${others.length + (listed ? 1 : 0)} objects`)
  t.like(listed, given, what)
  const known = new Set(seenBefore.map((shown) => JSON.stringify(shown)))
  const seen = kind.show(network).filter((shown) => !known.has(JSON.stringify(shown)))
  t.is(seen.length, 1, what)
  t.like(seen[0], expected, what)
  await roundTrip(t, network, kind, listed, what)
  await network.send(kind.remove(listed, network.context))
  return listed
}

/** Another program's: a command of `ip` makes one object, which is listed, removed and made anew of what was listed. */
export async function checkTheirs<Given extends object, Listed extends Given>(
  t: ExecutionContext,
  network: TestNetwork,
  kind: ObjectKind<Given, Listed>,
  command: string,
): Promise<Listed> {
  const before = await kind.list(network)
  network.sh(`ip ${command}`)
  const [listed, ...others] = added(kind, before, await kind.list(network))
  if (!listed || others.length > 0) throw new Error(`${command} made ${others.length + (listed ? 1 : 0)} objects`)
  await roundTrip(t, network, kind, listed, command)
  await network.send(kind.remove(listed, network.context))
  return listed
}

async function roundTrip<Given extends object, Listed extends Given>(
  t: ExecutionContext,
  network: TestNetwork,
  kind: ObjectKind<Given, Listed>,
  listed: Listed,
  what: string,
): Promise<void> {
  const seen = kind.show(network)
  const count = (await kind.list(network)).length
  await network.send(kind.remove(listed, network.context))
  t.is((await kind.list(network)).length, count - 1, `${what}: removed by what was listed`)
  await network.send(kind.create(listed, network.context))
  t.deepEqual(kind.show(network), seen, `${what}: made anew of what was listed`)
}

function added<Given, Listed extends Given>(
  kind: ObjectKind<Given, Listed>,
  before: readonly Listed[],
  after: readonly Listed[],
): Listed[] {
  const keyOf = (object: Listed): string =>
    JSON.stringify(kind.lasting(object), (_name, value) => (typeof value === 'bigint' ? String(value) : value))
  const known = new Set(before.map(keyOf))
  return after.filter((object) => !known.has(keyOf(object)))
}
