import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { formatAddress } from '../../src/ip/address.js'
import { formatMac } from '../../src/ip/mac.js'
import { formatPrefix, networkOf } from '../../src/ip/prefix.js'
import { Payload } from '../../src/netlink/bytes.js'
import { headerSize, type NetlinkMessage } from '../../src/netlink/message.js'
import { type Address, decodeAddress, newAddress } from '../../src/rtnetlink/address.js'
import { decodeRoute } from '../../src/rtnetlink/decodeRoute.js'
import { decodeNeighbor, type Neighbor, newNeighbor } from '../../src/rtnetlink/neighbor.js'
import type { Nexthop, Route } from '../../src/rtnetlink/route.js'
import { newRoute } from '../../src/rtnetlink/routeMessages.js'
import type { Rule } from '../../src/rtnetlink/rule.js'
import { decodeRule, newRule } from '../../src/rtnetlink/ruleMessages.js'

type Family = 'inet' | 'inet6'

const u8 = fc.integer({ min: 0, max: 0xff })
const u16 = fc.integer({ min: 0, max: 0xffff })
const u32 = fc.integer({ min: 0, max: 0xffffffff })
const index = fc.integer({ min: 1, max: 0x7fffffff })
const family = fc.constantFrom<Family>('inet', 'inet6')
const name = fc.stringMatching(/^[a-z][a-z0-9]{0,14}$/)
const yes = fc.constant(true as const)
const scope = fc.constantFrom('global', 'site', 'link', 'host', 'nowhere')

const bytesOf = (of: Family): fc.Arbitrary<Uint8Array> => {
  const length = of === 'inet' ? 4 : 16
  return fc.uint8Array({ minLength: length, maxLength: length })
}
const addressOf = (of: Family): fc.Arbitrary<string> => bytesOf(of).map(formatAddress)
const lengthOf = (of: Family): fc.Arbitrary<number> => fc.integer({ min: 1, max: of === 'inet' ? 32 : 128 })
const networkIn = (of: Family): fc.Arbitrary<string> =>
  fc.tuple(bytesOf(of), lengthOf(of)).map(([bytes, length]) => formatPrefix(networkOf({ bytes, length })))

/** An object some of whose properties are missing rather than `undefined`. */
const some = <T extends object>(model: { [Name in keyof T]: fc.Arbitrary<T[Name]> }): fc.Arbitrary<Partial<T>> =>
  fc.record(model, { requiredKeys: [] }) as unknown as fc.Arbitrary<Partial<T>>

const addresses: fc.Arbitrary<Address> = family.chain((of) =>
  fc
    .tuple(
      fc.tuple(bytesOf(of), lengthOf(of)).map(([bytes, length]) => formatPrefix({ bytes, length })),
      index,
      some({
        broadcast: addressOf(of),
        scope,
        label: name,
        metric: u32,
        noPrefixRoute: yes,
        home: yes,
        manageTemporaryAddress: yes,
        noDad: yes,
        optimistic: yes,
        autoJoin: yes,
        protocol: u8,
      }),
      fc.option(fc.tuple(fc.integer({ min: 0, max: 0xfffffffe }), fc.constantFrom<'forever'>('forever'))),
    )
    .map(([address, dev, rest, lifetimes]) => ({
      address,
      dev,
      ...rest,
      ...(lifetimes ? { preferredLifetime: lifetimes[0], validLifetime: lifetimes[1] } : {}),
    })),
)

const realms = fc.tuple(fc.integer({ min: 1, max: 0xffff }), u16).map(([from, to]) => `${from}/${to}`)

const nexthops = (of: Family): fc.Arbitrary<Nexthop[]> =>
  fc.array(
    fc
      .tuple(some({ via: addressOf(of), dev: index, realms, onlink: yes }), fc.integer({ min: 1, max: 256 }))
      .map(([rest, weight]) => ({ ...rest, weight })),
    { minLength: 1, maxLength: 5 },
  )

const routes: fc.Arbitrary<Route> = family.chain((of) =>
  fc
    .tuple(
      fc.oneof(networkIn(of), fc.constant('default')),
      some({
        ...{ via: family.chain(addressOf), dev: index, nexthops: nexthops(of), metric: u32, src: addressOf(of) },
        type: fc.constantFrom('unicast', 'local', 'blackhole', 'unreachable', 'prohibit', 'throw', 'multicast'),
        ...{ table: fc.integer({ min: 1, max: 0xffffffff }), tos: fc.integer({ min: 1, max: 255 }), protocol: u8 },
        ...{ onlink: yes, preference: fc.constantFrom('low', 'medium', 'high') },
        realms,
        ...{ mtu: u32, lockMtu: yes, advmss: u32, window: u32, ssthresh: u32, cwnd: u32, initcwnd: u32, initrwnd: u32 },
        ...{ hoplimit: u32, reordering: u32, ecn: yes, quickack: fc.boolean(), fastOpenNoCookie: fc.boolean() },
        rtt: u32.map((eighths) => eighths / 8000),
        rttvar: u32.map((quarters) => quarters / 4000),
        rtoMin: u32.map((milliseconds) => milliseconds / 1000),
        congestion: name,
        lockedMetrics: fc.constantFrom(1 << 3, (1 << 3) | (1 << 4)),
        tcpUsecTs: yes,
        features: fc.constant(0x8),
      }),
      of === 'inet' ? some({ scope }) : some({ from: networkIn('inet6') }),
    )
    .map(([to, rest, own]) => ({ to, family: of, ...rest, ...own })),
)

const range = (number: fc.Arbitrary<number>): fc.Arbitrary<string> =>
  fc.tuple(number, number).map(([a, b]) => (a === b ? String(a) : `${Math.min(a, b)}-${Math.max(a, b)}`))

const hexadecimal = (value: number): string => `0x${value.toString(16)}`

/** A value with a mask that is not all ones, which would be left out. */
const masked = (all: number, write: (value: number) => string = hexadecimal): fc.Arbitrary<string> =>
  fc
    .tuple(fc.integer({ min: 0, max: all }), fc.integer({ min: 0, max: all - 1 }))
    .map(([value, mask]) => `${write(value)}/${hexadecimal(mask)}`)

const port = fc.oneof(range(u16), masked(0xffff, String))
const codePoint = fc.oneof(fc.integer({ min: 0, max: 63 }), masked(63, String))

const rules: fc.Arbitrary<Rule> = family.chain((of) =>
  fc
    .tuple(
      u32,
      some({
        ...{ not: yes, from: networkIn(of), to: networkIn(of), iif: name, oif: name },
        ...{ tos: fc.integer({ min: 1, max: 255 }), dscp: codePoint, protocol: u8 },
        ipproto: fc.oneof(fc.constantFrom('tcp', 'udp', 'ipv6-icmp'), fc.integer({ min: 200, max: 255 })),
        ...{ sport: port, dport: port, flowLabel: masked(0xfffff) },
        uidRange: fc.tuple(u32, u32).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
        fwmark: masked(0xffffffff),
        tunnelId: fc.oneof(fc.maxSafeNat(), fc.bigInt(2n ** 53n, 2n ** 64n - 1n)),
        suppressPrefixLength: fc.integer({ min: 0, max: 128 }),
        suppressInterfaceGroup: fc.integer({ min: 0, max: 0xfffffffe }),
        realms: fc.integer({ min: 1, max: 0xffff }).map(String),
      }),
      fc.oneof(
        fc.integer({ min: 1, max: 0xffffffff }).map((table) => ({ table })),
        u32.map((target) => ({ goto: target })),
        fc.constantFrom('unreachable', 'prohibit', 'blackhole', 'nop').map((action) => ({ action })),
        fc.constant({ l3mdev: true }),
      ),
    )
    .map(([priority, rest, action]) => ({ family: of, priority, ...rest, ...action })),
)

const neighbors: fc.Arbitrary<Neighbor> = fc
  .tuple(
    index,
    family.chain(addressOf),
    fc.oneof(
      fc.record({ state: fc.constantFrom('permanent', 'noarp', 'reachable', 'stale', 'none', 'failed') }),
      fc.constant({ proxy: true }),
    ),
    some({
      mac: fc.uint8Array({ minLength: 1, maxLength: 20 }).map(formatMac),
      ...{ router: yes, externallyLearned: yes, managed: yes, protocol: u8 },
    }),
  )
  // The kernel resolves what it manages: without a MAC address there is no state yet.
  .map(([dev, address, state, rest]) => ({
    ...{ dev, address, ...state, ...rest },
    ...('managed' in rest && !('mac' in rest) && 'state' in state ? { state: 'none' as const } : {}),
  }))

function bodyOf(message: NetlinkMessage): Payload {
  return new Payload(message.bytes, undefined, headerSize)
}

/** What was given stands in what is decoded, and encoding that gives the same bytes. */
function identity<Given extends object, Listed extends Given>(
  t: ExecutionContext,
  objects: fc.Arbitrary<Given>,
  build: (object: Given) => NetlinkMessage,
  decode: (body: Payload) => Listed | undefined,
): void {
  fc.assert(
    fc.property(objects, (given) => {
      const message = build(given)
      const listed = decode(bodyOf(message))
      if (!listed) throw new Error('nothing was decoded')
      const read = Object.fromEntries(Object.entries(listed).filter(([property]) => property in given))
      t.deepEqual(read, { ...given })
      t.deepEqual(build(listed).bytes, message.bytes)
      t.false('unknown' in listed)
    }),
    { numRuns: 300 },
  )
}

test('an address is decoded as it was given', (t) => identity(t, addresses, newAddress, decodeAddress))
test('a route is decoded as it was given', (t) => identity(t, routes, newRoute, decodeRoute))
test('a rule is decoded as it was given', (t) => identity(t, rules, newRule, decodeRule))
test('a neighbor is decoded as it was given', (t) => identity(t, neighbors, newNeighbor, decodeNeighbor))
