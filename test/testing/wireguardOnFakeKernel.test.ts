import { inspect } from 'node:util'
import test from 'ava'
import type { WireguardPeer } from '../../src/genetlink/wireguard/attributes.js'
import type { WireguardOptions } from '../../src/genetlink/wireguard/device.js'
import { generatePresharedKey, generatePrivateKey, publicKeyOf } from '../../src/genetlink/wireguard/key.js'
import { apply, plan } from '../../src/reconcile/apply.js'
import { snapshot } from '../../src/reconcile/snapshot.js'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { FakeKernel } from '../../src/testing/fakeKernel.js'
import { networkOf } from '../helpers/networkOf.js'

const privateKey = generatePrivateKey()
const presharedKey = generatePresharedKey()
const [A = '', B = '', C = ''] = Array.from({ length: 3 }, () => publicKeyOf(generatePrivateKey()))
const device = (wireguard: NonNullable<LinkSpec['wireguard']>): Spec => ({
  links: [{ name: 'wg0', kind: 'wireguard', wireguard }],
})
const peers: readonly WireguardPeer[] = [
  {
    publicKey: A,
    presharedKey,
    endpoint: '192.0.2.1:1',
    persistentKeepalive: 25,
    allowedIps: ['10.0.0.1/24', 'FD00::/64'],
  },
  { publicKey: B, endpoint: '[2001:DB8::1]:2', allowedIps: ['10.1.0.0/16'] },
]
const whole = device({ privateKey, listenPort: 51820, fwmark: '0x10', peers })

/** What the kernel has, keys too. */
async function options(kernel: FakeKernel): Promise<WireguardOptions> {
  using network = networkOf(kernel)
  return (await network.wireguard.get('wg0', { secrets: true })).unwrap().options
}

test('a private key of any bits is taken, of which the kernel keeps those that count', async (t) => {
  const kernel = new FakeKernel()
  const drawn = Buffer.alloc(32, 0xff).toString('base64')
  const own = device({ privateKey: drawn })
  t.true((await apply(own, { kernel })).unwrap().changed)
  t.deepEqual((await plan(own, { kernel })).unwrap().steps, [])
  const kept = (await options(kernel)).privateKey ?? ''
  t.not(kept, drawn)
  t.is(publicKeyOf(kept), publicKeyOf(drawn))
})

test('a device with peers converges; keys, endpoints and prefixes have one spelling', async (t) => {
  const kernel = new FakeKernel()
  t.true((await apply(whole, { kernel })).unwrap().changed)
  t.deepEqual(await options(kernel), {
    privateKey,
    listenPort: 51820,
    fwmark: 16,
    peers: [
      {
        publicKey: A,
        presharedKey,
        endpoint: '192.0.2.1:1',
        persistentKeepalive: 25,
        allowedIps: ['10.0.0.0/24', 'fd00::/64'],
      },
      {
        publicKey: B,
        presharedKey: null,
        endpoint: '[2001:db8::1]:2',
        persistentKeepalive: 0,
        allowedIps: ['10.1.0.0/16'],
      },
    ],
  })
  t.deepEqual((await apply(whole, { kernel })).unwrap().steps, [])
  t.deepEqual((await plan((await snapshot({ kernel })).unwrap(), { kernel })).unwrap().steps, [])
})

test('a prefix that moves, a peer that goes and one that comes are one message', async (t) => {
  const kernel = new FakeKernel()
  ;(await apply(whole, { kernel })).unwrap()
  const next = [
    { publicKey: B, allowedIps: ['10.1.0.0/16', '10.0.0.0/24'] },
    { publicKey: C, allowedIps: ['::/0'] },
  ]
  const { steps } = (await apply(device({ peers: next }), { kernel })).unwrap()
  t.deepEqual(
    steps.map(({ equivalent }) => equivalent),
    [`wg set wg0 peer ${B} allowed-ips +10.0.0.0/24 peer ${C} allowed-ips ::/0 peer ${A} remove`],
  )
  t.deepEqual(
    steps[0]?.changes.map(({ property }) => property),
    [`wireguard.peers.${B}.allowedIps`, `wireguard.peers.${C}`, `wireguard.peers.${A}`],
  )
  t.deepEqual((await plan(device({ peers: next }), { kernel })).unwrap().steps, [])
})

test('what fails is undone: keys, peers, endpoints, prefixes, and a device that was deleted', async (t) => {
  const kernel = new FakeKernel()
  ;(await apply(device({ privateKey, peers: [...peers, { publicKey: C }] }), { kernel })).unwrap()
  const before = await options(kernel)
  const changes = [
    device({ privateKey: null, listenPort: 7, peers: [] }),
    device({
      peers: [
        { publicKey: C, endpoint: '192.0.2.9:9', allowedIps: ['10.0.0.0/24'] },
        { publicKey: A, presharedKey: null },
      ],
    }),
    { links: [{ name: 'wg0', absent: true }] },
    { links: [{ name: 'wg0', kind: 'dummy' }] },
  ]
  for (const spec of changes) {
    const result = await apply(spec, { kernel, guards: [() => false] })
    t.is(result.err && result.val.code, 'GUARD_FAILED')
    t.deepEqual(result.err && result.val.rollback?.restored, true, inspect(result.val))
    const { peers: restored = [], ...others } = await options(kernel)
    const sorted = (list: readonly WireguardPeer[] = []) =>
      [...list].sort((a, b) => a.publicKey.localeCompare(b.publicKey))
    t.deepEqual({ ...others, peers: sorted(restored) }, { ...before, peers: sorted(before.peers) })
  }
})

test('no secret key is in a plan, a report, an error, progress or a snapshot', async (t) => {
  const kernel = new FakeKernel()
  const texts: string[] = []
  const note = (...values: unknown[]): void => {
    for (const value of values) texts.push(inspect(value, { depth: null }), JSON.stringify(value) ?? '', String(value))
  }
  const watching = { kernel, onPlan: note, onProgress: (...told: unknown[]) => note(...told) }
  const newKey = generatePrivateKey()
  note(await plan(whole, { kernel }), await apply(whole, watching))
  const changed = device({ privateKey: newKey, peers: [{ publicKey: A, presharedKey: newKey }] })
  note(await plan(changed, { kernel }), await apply(changed, { ...watching, guards: [() => false] }))
  note(await apply({ links: [{ name: 'wg0', absent: true }] }, { ...watching, guards: [() => false] }))
  note(await snapshot({ kernel }))
  for (const text of texts) for (const key of [privateKey, presharedKey, newKey]) t.false(text.includes(key), text)
  t.true(texts.some((text) => text.includes('(hidden)')))
  const told = (await snapshot({ kernel, secrets: true })).unwrap()
  t.is(told.links?.find(({ name }) => name === 'wg0')?.wireguard?.privateKey, privateKey)
  const elsewhere = new FakeKernel()
  ;(await apply(told, { kernel: elsewhere })).unwrap()
  t.deepEqual(await options(elsewhere), await options(kernel))
})

test('what is wrong with keys is told without them', async (t) => {
  const kernel = new FakeKernel()
  const half = privateKey.slice(0, 30)
  const wrong: unknown[] = [
    { links: [{ name: 'wg0', kind: 'wireguard', wireguard: { privateKey: half } }] },
    { links: [{ name: 'wg0', kind: 'wireguard', wireguard: { privatekey: privateKey } }] },
    { links: [{ name: 'wg0', kind: 'wireguard', privateKey }] },
    { links: [{ name: 'wg0', kind: 'wireguard', wireguard: privateKey }] },
    {
      links: [
        {
          name: 'wg0',
          kind: 'wireguard',
          wireguard: { peers: [{ publicKey: A, presharedKey: half, allowedIps: [half], endpoint: half }] },
        },
      ],
    },
    { links: [{ name: 'wg0', kind: 'wireguard', wiregaurd: { privateKey } }] },
    {
      links: [
        { name: 'wg0', kind: 'wireguard', wireguard: { privateKey, peers: [{ publicKey: publicKeyOf(privateKey) }] } },
      ],
    },
    { links: [{ name: 'wg0', kind: 'wireguard', wireguard: { privateKey, privateKeyFile: '/none' } }] },
    { links: [{ name: 'wg0', kind: 'wireguard', wireguard: { privateKeyFile: '/none' } }] },
    { links: [{ name: 'wg0', kind: 'wireguard', wireguard: { privateKeyFile: privateKey } }] },
  ]
  for (const spec of wrong) {
    const result = await plan(spec as Spec, { kernel })
    t.is(result.err && result.val.code, 'INVALID_SPEC', inspect(spec))
    const text = inspect(result.val, { depth: null }) + JSON.stringify(result.val)
    t.false(text.includes(half), text)
  }
})

test('prefixes and peers that are claimed twice are problems, each with its place', async (t) => {
  const twice = device({
    peers: [
      { publicKey: A, allowedIps: ['10.0.0.0/24', '10.0.0.9/24'] },
      { publicKey: B, allowedIps: ['10.0.0.1/24'], roaming: true },
      { publicKey: B },
    ],
  })
  const result = await plan(twice, { kernel: new FakeKernel() })
  t.deepEqual(
    result.err &&
      result.val.problems?.map(({ path, message }) => [path.replace('/links/0/wireguard/peers/', ''), message]),
    [
      ['0/allowedIps/1', '10.0.0.0/24 is listed twice'],
      ['1/roaming', 'roaming says how an endpoint is meant, and there is none'],
      ['1/allowedIps/0', `10.0.0.0/24 belongs to one peer only, and the peer ${A} has it already`],
      ['2/publicKey', `the peer ${B} is listed twice`],
    ],
  )
})

test('many peers are read over several messages', async (t) => {
  const kernel = new FakeKernel()
  const many = Array.from({ length: 70 }, (_value, index) => ({
    publicKey: Buffer.alloc(32, index + 1).toString('base64'),
    allowedIps: Array.from(
      { length: index === 30 ? 450 : 1 },
      (_item, item) => `10.${index}.${item >> 8}.${item & 255}/32`,
    ).sort(),
  }))
  ;(await apply(device({ peers: many }), { kernel })).unwrap()
  t.deepEqual(
    (await options(kernel)).peers?.map(({ publicKey, allowedIps }) => ({ publicKey, allowedIps })),
    many,
  )
  t.deepEqual((await plan(device({ peers: many }), { kernel })).unwrap().steps, [])
})
