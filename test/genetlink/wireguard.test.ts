import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { controlLayout } from '../../src/genetlink/control.js'
import { featuresLayout, stringSetLayout } from '../../src/genetlink/ethtool/attributes.js'
import {
  type WireguardAttributes,
  type WireguardPeer,
  type WireguardPeerAttributes,
  wireguardLayout,
} from '../../src/genetlink/wireguard/attributes.js'
import { wireguardChange, wireguardDifferences } from '../../src/genetlink/wireguard/change.js'
import { joinWireguard, type WireguardOptions } from '../../src/genetlink/wireguard/device.js'
import { canonicalEndpoint, endpoint, parseEndpoint } from '../../src/genetlink/wireguard/endpoint.js'
import {
  clampedKey,
  generatePresharedKey,
  generatePrivateKey,
  publicKeyOf,
  readKeyFile,
} from '../../src/genetlink/wireguard/key.js'
import { setWireguard } from '../../src/genetlink/wireguard/messages.js'
import { Payload, Writer } from '../../src/netlink/bytes.js'
import { withoutNames } from '../../src/netlink/codec.js'
import { decodeMessage, messagesOf } from '../../src/netlink/message.js'
import { output, programExists } from '../helpers/program.js'

const key = (byte: number): string => Buffer.alloc(32, byte).toString('base64')
const [A, B, C] = [key(1), key(2), key(3)]
const family = { id: 30 }
const target = { name: 'wg0' }

const decoded = (change: WireguardAttributes): WireguardAttributes[] =>
  setWireguard(family, target, change).flatMap(({ bytes }) =>
    [...messagesOf(bytes)].map(({ body }) => decodeMessage(wireguardLayout, body, withoutNames).attributes),
  )

const testWithWg = programExists('wg') ? test : test.skip

testWithWg('keys are those of wg', (t) => {
  const wg = (command: string, input = ''): string => output(['wg', command], input).trim()
  const theirs = wg('genkey')
  t.is(publicKeyOf(theirs), wg('pubkey', theirs))
  const ours = generatePrivateKey()
  t.is(wg('pubkey', ours), publicKeyOf(ours))
  t.is(Buffer.from(generatePresharedKey(), 'base64').length, 32)
})

test('a key from a file; no error shows what the file has', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'linkwright-test-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'key')
  writeFileSync(path, `${A}\n`)
  t.is(readKeyFile(path), A)
  t.is(readKeyFile(basename(path), directory), A, 'a relative path')
  writeFileSync(path, A.slice(0, 30))
  const error = t.throws(() => readKeyFile(path))
  t.false(error?.message.includes(A.slice(0, 30)))
  t.throws(() => readKeyFile(join(directory, 'none')), { message: /cannot be read \(ENOENT\)/ })
})

test('endpoints have one spelling and survive the way through a message', (t) => {
  t.is(canonicalEndpoint('[2001:DB8:0::1]:51820'), '[2001:db8::1]:51820')
  for (const text of ['192.0.2.1:51820', '[2001:db8::1]:1', '[fe80::1%7]:65535']) {
    const writer = new Writer()
    endpoint.encode(text, writer, withoutNames)
    t.is(endpoint.decode(new Payload(writer.finish()), withoutNames), text)
  }
  for (const text of ['192.0.2.1', '192.0.2.1:0', '192.0.2.1:65536', '2001:db8::1:51820', '[192.0.2.1]:1', 'a:1']) {
    t.is(parseEndpoint(text), undefined, text)
  }
})

test('only what differs is sent', (t) => {
  const actual: WireguardOptions = {
    // The kernel has no other one.
    privateKey: clampedKey(A),
    listenPort: 1,
    fwmark: 0,
    peers: [
      { publicKey: A, presharedKey: B, endpoint: '192.0.2.1:1', persistentKeepalive: 0, allowedIps: ['10.0.0.0/24'] },
      { publicKey: B, presharedKey: null, persistentKeepalive: 5, allowedIps: ['fd00::/64'] },
    ],
  }
  t.deepEqual(wireguardChange(actual, actual), {})
  t.deepEqual(wireguardChange({ peers: [{ publicKey: A }, { publicKey: B }] }, actual), {})
  t.deepEqual(
    wireguardChange(
      {
        listenPort: 2,
        peers: [
          { publicKey: A, presharedKey: null, allowedIps: ['10.0.0.0/24', '10.0.1.0/24'] },
          { publicKey: B, endpoint: '192.0.2.2:2' },
          { publicKey: C, allowedIps: ['10.3.0.0/16'] },
        ],
      },
      actual,
    ),
    {
      listenPort: 2,
      peers: [
        { publicKey: A, updateOnly: true, presharedKey: null, allowedIps: ['10.0.1.0/24'] },
        { publicKey: B, updateOnly: true, endpoint: '192.0.2.2:2' },
        { publicKey: C, replaceAllowedIps: true, allowedIps: ['10.3.0.0/16'] },
      ],
    },
  )
  t.deepEqual(wireguardChange({ peers: [{ publicKey: B }] }, actual), { peers: [{ publicKey: A, remove: true }] })
})

test('a port that the kernel chose is left, until one is told', (t) => {
  t.deepEqual(wireguardChange({ listenPort: 0 }, { listenPort: 40000 }, true), {})
  t.deepEqual(wireguardChange({ listenPort: 0 }, { listenPort: 40000 }, false), { listenPort: 0 })
})

test('an endpoint of a peer that may roam is set only where it has none', (t) => {
  const peer = { publicKey: A, endpoint: '192.0.2.1:1', roaming: true }
  t.deepEqual(wireguardChange({ peers: [peer] }, { peers: [{ publicKey: A, endpoint: '192.0.2.9:9' }] }), {})
  t.deepEqual(wireguardChange({ peers: [peer] }, { peers: [{ publicKey: A }] }), {
    peers: [{ publicKey: A, updateOnly: true, endpoint: '192.0.2.1:1' }],
  })
})

test('an endpoint that is to go takes a new peer with everything else that it had', (t) => {
  const had = { publicKey: A, presharedKey: B, endpoint: '192.0.2.1:1', persistentKeepalive: 5, allowedIps: ['::/0'] }
  t.deepEqual(wireguardChange({ peers: [{ publicKey: A, endpoint: null }] }, { peers: [had] }), {
    peers: [
      { publicKey: A, remove: true },
      { publicKey: A, presharedKey: B, persistentKeepalive: 5, replaceAllowedIps: true, allowedIps: ['::/0'] },
    ],
  })
})

/** What the kernel makes of a change: drivers/net/wireguard/netlink.c, set_peer, and allowedips.c. */
function applied(peers: readonly WireguardPeer[], change: WireguardAttributes): WireguardPeer[] {
  const result = new Map<string, WireguardPeer>(peers.map((peer) => [peer.publicKey, peer]))
  for (const peer of decoded(change).flatMap((part) => part.peers ?? [])) {
    const { publicKey = '', remove, updateOnly, replaceAllowedIps, allowedIps = [], ...others } = peer
    const known = result.get(publicKey)
    if (remove || (!known && updateOnly)) {
      result.delete(publicKey)
      continue
    }
    for (const [name, other] of result) {
      const left = (other.allowedIps ?? []).filter((prefix) => !allowedIps.includes(prefix))
      if (left.length !== other.allowedIps?.length) result.set(name, { ...other, allowedIps: left })
    }
    const had = (replaceAllowedIps ? undefined : result.get(publicKey)?.allowedIps) ?? []
    const list = [...had, ...allowedIps].sort()
    result.set(publicKey, {
      presharedKey: null,
      persistentKeepalive: 0,
      ...known,
      ...others,
      publicKey,
      allowedIps: list,
    })
  }
  return [...result.values()].sort((a, b) => a.publicKey.localeCompare(b.publicKey))
}

const prefixes = ['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24', 'fd00::/64', 'fd01::/64', '0.0.0.0/0']
const peersOf: fc.Arbitrary<WireguardPeer[]> = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 5 }), { maxLength: 5 }),
    fc.array(fc.integer({ min: 0, max: 5 }), { minLength: prefixes.length, maxLength: prefixes.length }),
    fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 6, maxLength: 6 }),
  )
  .map(([numbers, owners, values]) =>
    numbers
      .map((number) => ({
        publicKey: key(number),
        presharedKey: values[number] === 0 ? null : key(90 + (values[number] ?? 0)),
        endpoint: `192.0.2.${1 + (values[number] ?? 0)}:1`,
        persistentKeepalive: values[number] ?? 0,
        allowedIps: prefixes.filter((_prefix, index) => owners[index] === number).sort(),
      }))
      .sort((a, b) => a.publicKey.localeCompare(b.publicKey)),
  )

test('any change leads from what is to what is wanted, and touches no peer that is as it should be', (t) => {
  fc.assert(
    fc.property(peersOf, peersOf, (before, after) => {
      const change = wireguardChange({ peers: after }, { peers: before })
      t.deepEqual(applied(before, change), after)
      const same = after.filter((peer) => {
        const had = before.find(({ publicKey }) => publicKey === peer.publicKey)
        return had !== undefined && JSON.stringify(had) === JSON.stringify(peer)
      })
      for (const { publicKey } of same) t.false(change.peers?.some((peer) => peer.publicKey === publicKey) ?? false)
      const kept = new Set(before.map(({ publicKey }) => publicKey))
      for (const peer of change.peers ?? []) {
        if (peer.remove) t.false(after.some(({ publicKey }) => publicKey === peer.publicKey))
        else if (kept.has(peer.publicKey ?? '')) t.true(peer.updateOnly)
      }
    }),
    { numRuns: 500 },
  )
})

test('while prefixes move, each of those that stay allowed belongs to somebody at every moment', (t) => {
  fc.assert(
    fc.property(peersOf, peersOf, (before, after) => {
      const owned = (peers: readonly WireguardPeer[]) => new Set(peers.flatMap(({ allowedIps = [] }) => allowedIps))
      // A list that gets shorter is replaced at once, in the kernel.
      const stay = [...owned(before)].filter((prefix) => owned(after).has(prefix))
      const { peers = [] } = wireguardChange({ peers: after }, { peers: before })
      let now = before
      for (const peer of peers) {
        now = applied(now, { peers: [peer] })
        for (const prefix of stay) t.true(owned(now).has(prefix), prefix)
      }
    }),
    { numRuns: 300 },
  )
})

test('many peers and prefixes go into several messages, each of which fits', (t) => {
  const many = (count: number, from: number): string[] =>
    Array.from({ length: count }, (_value, index) => {
      const number = from + index
      return number % 2
        ? `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}/32`
        : `fd00::${((number >> 16) + 1).toString(16)}:${(number & 0xffff).toString(16)}/128`
    })
  const peers = Array.from({ length: 300 }, (_value, index): WireguardPeerAttributes => {
    const bytes = Buffer.alloc(32, 7)
    bytes.writeUInt32BE(index, 0)
    const allowedIps = index === 100 ? many(5000, 100_000) : many(3, index * 3)
    return {
      publicKey: bytes.toString('base64'),
      presharedKey: B,
      persistentKeepalive: 1,
      replaceAllowedIps: true,
      allowedIps,
    }
  })
  const messages = setWireguard(family, target, { privateKey: A, listenPort: 1, peers })
  t.true(messages.length > 3)
  for (const { bytes } of messages) t.true(bytes.length < 0xffff, `${bytes.length} bytes`)
  const parts = decoded({ privateKey: A, listenPort: 1, peers })
  t.is(parts.filter(({ privateKey }) => privateKey !== undefined).length, 1)
  const continued = parts
    .flatMap((part) => part.peers ?? [])
    .filter(({ publicKey }) => publicKey === peers[100]?.publicKey)
  t.true(continued.length > 1)
  t.deepEqual(
    continued.map(({ replaceAllowedIps = false }) => replaceAllowedIps),
    continued.map((_part, index) => index === 0),
  )
  // The kernel's dump is cut the same way.
  const { options } = joinWireguard(parts)
  t.is(options.privateKey, A)
  t.deepEqual(
    options.peers?.map(({ publicKey, allowedIps }) => [publicKey, allowedIps]),
    peers.map(({ publicKey, allowedIps = [] }) => [publicKey, [...allowedIps].sort()]),
  )
})

test('differences hide secrets, and say which peer', (t) => {
  const differences = wireguardDifferences(
    {
      privateKey: A,
      peers: [
        { publicKey: B, presharedKey: A, endpoint: '192.0.2.1:1' },
        { publicKey: C, presharedKey: A },
      ],
    },
    { privateKey: null, peers: [{ publicKey: B }] },
  )
  t.deepEqual(
    differences.map(({ name, secret }) => [name, secret]),
    [
      ['privateKey', true],
      [`peers.${B}.presharedKey`, true],
      [`peers.${B}.endpoint`, false],
      [`peers.${C}`, false],
    ],
  )
  t.false(JSON.stringify(differences.at(-1)).includes(A))
})

test('no bytes make a decoder throw', (t) => {
  const layouts = [wireguardLayout, featuresLayout, stringSetLayout, controlLayout]
  const [message] = setWireguard(family, target, {
    privateKey: A,
    peers: [{ publicKey: B, endpoint: '192.0.2.1:1', allowedIps: ['::/0'] }],
  })
  const valid = message?.bytes ?? new Uint8Array()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(valid.length), fc.nat(255), (bytes, position, value) => {
      const spoiled = valid.slice()
      spoiled[position] = value
      for (const layout of layouts) {
        for (const body of [bytes, spoiled.subarray(16), valid.subarray(16, position)]) {
          t.truthy(layout.header.decode(new Payload(body), withoutNames))
          layout.attributes.decode(new Payload(body, undefined, Math.min(4, body.length)), withoutNames)
        }
      }
    }),
  )
})

test('the kernel’s complaint about a peer names it', (t) => {
  const [message] = setWireguard(family, target, {
    peers: [{ publicKey: A }, { publicKey: B, allowedIps: ['10.0.0.0/8', '::/0'] }],
  })
  const bytes = message?.bytes ?? new Uint8Array()
  const length = Buffer.from(bytes).lastIndexOf(Buffer.of(5, 0, 3, 0))
  t.is(message?.locate(length), 'peers.1.allowedIps.1.length')
})
