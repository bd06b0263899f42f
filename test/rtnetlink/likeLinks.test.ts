import test from 'ava'
import fc from 'fast-check'
import { Payload } from '../../src/netlink/bytes.js'
import { Connection } from '../../src/netlink/connection.js'
import { FfiTransport } from '../../src/netlink/transports/ffi.js'
import { decodeLink, decodeLinkName } from '../../src/rtnetlink/decodeLink.js'
import { LikeLinks } from '../../src/rtnetlink/likeLinks.js'
import type { ListedLink } from '../../src/rtnetlink/link.js'
import { dumpLinks } from '../../src/rtnetlink/linkMessages.js'
import { type TestNamespace, testNamespace } from '../helpers/namespace.js'

async function dumped(namespace: TestNamespace): Promise<Uint8Array[]> {
  using connection = new Connection(new FfiTransport({ namespaceFd: namespace.fd }))
  const { items } = await connection.dump(dumpLinks(), ({ body }) => body.copy())
  return items
}

function namesOf(bodies: readonly Uint8Array[]): Map<number, string> {
  return new Map(bodies.map((bytes) => decodeLinkName(new Payload(bytes))).map(({ index, name }) => [index, name]))
}

/** What reading each link by itself gives. */
function settingsOf(bytes: Uint8Array, names: ReadonlyMap<number, string>): ListedLink {
  return decodeLink(new Payload(bytes), { settingsOnly: true, linkName: (index) => names.get(index) ?? index })
}

const links = `
  ip link add br0 type bridge; ip link add br1 type bridge vlan_filtering 1
  for i in 1 2 3 5 6 10 11; do
    ip tuntap add tap$i mode tap; ip link property add tap$i altname wire$i; ip link set tap$i master br0 up
    ip tuntap add tun$i mode tun; ip link set tun$i alias note$i
    ip link add left$i type veth peer name right$i; ip link set left$i master br$((i % 2)) up
  done
  ip link set tap2 mtu 1400; ip link set tap3 type bridge_slave cost 7; ip link set tap10 down; ip link set tap11 nomaster`

test('links that are like others are read as each by itself', async (t) => {
  const namespace = testNamespace(t)
  namespace.sh(links)
  const bodies = await dumped(namespace)
  t.true(bodies.length > 20)
  const names = namesOf(bodies)
  const reader = new LikeLinks(names)
  for (const bytes of bodies) {
    const { link, references } = reader.decode(new Payload(bytes))
    t.deepEqual(link, settingsOf(bytes, names))
    t.deepEqual(Object.keys(link), Object.keys(settingsOf(bytes, names)))
    const { master } = link
    t.is(
      references.some(([, name]) => name === master),
      master !== undefined,
    )
  }
})

test('whatever bytes differ, a link is read as by itself', async (t) => {
  const namespace = testNamespace(t)
  namespace.sh(links)
  const bodies = await dumped(namespace)
  const names = namesOf(bodies)
  const change = fc.record({ at: fc.nat(), to: fc.integer({ min: 0, max: 255 }) })
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.constantFrom(...bodies), fc.array(change, { maxLength: 3 }), (bytes, changes) => {
        const other = bytes.slice()
        for (const { at, to } of changes) other[at % other.length] = to
        const reader = new LikeLinks(names)
        reader.decode(new Payload(bytes))
        t.deepEqual(reader.decode(new Payload(other)).link, settingsOf(other, names))
        // And the other way round: what is malformed came first.
        const reversed = new LikeLinks(names)
        reversed.decode(new Payload(other))
        t.deepEqual(reversed.decode(new Payload(bytes)).link, settingsOf(bytes, names))
      }),
      { numRuns: 5000 },
    ),
  )
})

test('links that differ in names, addresses and counters alone share everything else', async (t) => {
  const namespace = testNamespace(t)
  namespace.sh(links)
  const bodies = await dumped(namespace)
  const reader = new LikeLinks(namesOf(bodies))
  const read = bodies.map((bytes) => reader.decode(new Payload(bytes)).link)
  const [one, other] = ['tun1', 'tun3'].map((wanted) => read.find(({ name }) => name === wanted))
  t.truthy(one?.tun)
  t.is(one?.tun, other?.tun)
  t.deepEqual([one?.alias, other?.alias], ['note1', 'note3'])
  const [tap, like, unlike] = ['tap5', 'tap6', 'tap2'].map((wanted) => read.find(({ name }) => name === wanted))
  t.truthy(tap?.bridgePort)
  t.is(tap?.bridgePort, like?.bridgePort)
  t.deepEqual([tap?.altNames, like?.altNames], [['wire5'], ['wire6']])
  t.is(unlike?.mtu, 1400)
})
