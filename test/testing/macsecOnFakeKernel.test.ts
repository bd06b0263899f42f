import { inspect } from 'node:util'
import test from 'ava'
import type { MacsecConfiguration } from '../../src/genetlink/macsec/configuration.js'
import { apply, plan } from '../../src/reconcile/apply.js'
import { snapshot } from '../../src/reconcile/snapshot.js'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { FakeKernel } from '../../src/testing/fakeKernel.js'
import { networkOf } from '../helpers/networkOf.js'

const [K, L, M] = ['a1'.repeat(16), 'b2'.repeat(16), 'c3'.repeat(16)]
const padded = (id: string): string => id.padEnd(32, '0')
const peer = { mac: '02:00:00:00:00:02', port: 1 }
const sci = '0x0200000000020001'
const lower: LinkSpec = { name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } } }

const device = (macsec: NonNullable<LinkSpec['macsec']>): Spec => ({
  links: [lower, { name: 'ms0', kind: 'macsec', macsec: { link: 'v0', ...macsec } }],
})
const keys = (macsec: NonNullable<LinkSpec['macsec']>): Spec => ({ links: [{ name: 'ms0', macsec }] })
const whole: MacsecConfiguration = {
  transmitAssociations: [{ number: 0, keyId: '01', key: K, packetNumber: 7 }],
  receiveChannels: [{ ...peer, associations: [{ number: 0, keyId: '02', key: L.toUpperCase() }] }],
}

async function options(kernel: FakeKernel): Promise<MacsecConfiguration> {
  using network = networkOf(kernel)
  return (await network.macsec.get('ms0')).unwrap().options
}

async function commands(spec: Spec, kernel: FakeKernel): Promise<string[]> {
  const { steps } = (await apply(spec, { kernel })).unwrap()
  return steps.flatMap(({ equivalent }) => equivalent.split('\n'))
}

test('a device with keys converges, and what is left out stays', async (t) => {
  const kernel = new FakeKernel()
  const made = await commands(device(whole), kernel)
  t.deepEqual(
    made.filter((command) => command.includes('ms0') && !command.includes('altname')),
    [
      'ip link add link v0 name ms0 type macsec',
      'ip macsec add ms0 rx sci 0200000000020001 on',
      `ip macsec add ms0 rx sci 0200000000020001 sa 0 pn 1 on key ${padded('02')} '(hidden)'`,
      `ip macsec add ms0 tx sa 0 pn 7 on key ${padded('01')} '(hidden)'`,
      'ip link set dev ms0 up',
    ],
  )
  t.deepEqual(await options(kernel), {
    transmitAssociations: [{ number: 0, active: true, keyId: padded('01') }],
    receiveChannels: [{ sci, active: true, associations: [{ number: 0, active: true, keyId: padded('02') }] }],
  })
  t.deepEqual((await plan(device(whole), { kernel })).unwrap().steps, [])
  const less: MacsecConfiguration = { transmitAssociations: [{ number: 0 }], receiveChannels: [{ sci }] }
  t.deepEqual((await plan(keys(less), { kernel })).unwrap().steps, [])
  t.deepEqual((await plan(keys({ encrypt: false }), { kernel })).unwrap().steps, [])
})

test('new keys come before they are used, and old ones go when all else is done', async (t) => {
  const kernel = new FakeKernel()
  ;(await apply(device(whole), { kernel })).unwrap()
  const next = keys({
    encodingSa: 1,
    transmitAssociations: [{ number: 1, keyId: '11', key: M }],
    receiveChannels: [
      {
        ...peer,
        associations: [
          { number: 0, keyId: '02', active: false },
          { number: 1, keyId: '12', key: K },
        ],
      },
    ],
  })
  const { steps } = (await apply(next, { kernel })).unwrap()
  t.deepEqual(
    steps.map(({ equivalent }) => equivalent.split('\n')),
    [
      [
        'ip macsec set ms0 rx sci 0200000000020001 sa 0 off',
        `ip macsec add ms0 rx sci 0200000000020001 sa 1 pn 1 on key ${padded('12')} '(hidden)'`,
        `ip macsec add ms0 tx sa 1 pn 1 on key ${padded('11')} '(hidden)'`,
        'ip link set dev ms0 type macsec encodingsa 1',
      ],
      ['ip macsec set ms0 tx sa 0 off', 'ip macsec del ms0 tx sa 0'],
    ],
  )
  t.deepEqual(
    steps.flatMap(({ changes }) => changes.map(({ property }) => property)),
    [
      'macsec.transmitAssociations.1',
      `macsec.receiveChannels.${sci}.associations.0.active`,
      `macsec.receiveChannels.${sci}.associations.1`,
      'macsec.encodingSa',
      'macsec.transmitAssociations.0',
    ],
  )
  t.deepEqual(steps[1]?.changes[0]?.before, { active: true, keyId: padded('01'), key: '(cannot be put back)' })
  t.deepEqual((await plan(next, { kernel })).unwrap().steps, [])
})

test('another id under a number is another key, and takes it', async (t) => {
  const kernel = new FakeKernel()
  ;(await apply(device(whole), { kernel })).unwrap()
  const other = (association: object) => keys({ transmitAssociations: [{ number: 0, ...association }] })
  t.deepEqual(await commands(other({ keyId: '09', key: M }), kernel), [
    'ip macsec set ms0 tx sa 0 off',
    'ip macsec del ms0 tx sa 0',
    `ip macsec add ms0 tx sa 0 pn 1 on key ${padded('09')} '(hidden)'`,
  ])
  t.deepEqual(await commands(other({ key: L, keyId: '09' }), kernel), [], 'the same id is the same key')
  for (const [association, path] of [
    [{ keyId: '0a' }, '/links/0/macsec/transmitAssociations/0/key'],
    [{ number: 2 }, '/links/0/macsec/transmitAssociations/0/key'],
  ] as const) {
    const refused = await plan(other(association), { kernel })
    t.is(refused.err && refused.val.code, 'INVALID_SPEC')
    t.is(refused.err && refused.val.problems?.[0]?.path, path)
  }
})

test('what fails is undone as far as keys are known, and says where they are not', async (t) => {
  const kernel = new FakeKernel()
  ;(await apply(device(whole), { kernel })).unwrap()
  const before = await options(kernel)
  const fails = async (spec: Spec) => {
    const result = await apply(spec, { kernel, guards: [() => false] })
    t.is(result.err && result.val.code, 'GUARD_FAILED', inspect(result.val))
    return result.err ? result.val.rollback : undefined
  }
  const added = await fails(
    keys({
      transmitAssociations: [
        { number: 0, active: false },
        { number: 3, keyId: '33', key: K },
      ],
      receiveChannels: [
        { sci, active: false },
        { sci: '0x0200000000030001', associations: [{ number: 1, keyId: '44', key: K }] },
      ],
    }),
  )
  t.true(added?.restored, inspect(added))
  t.deepEqual(await options(kernel), before)
  // Made anew with the keys that the spec tells, which are those of the same ids.
  const anew = await fails(device({ ...whole, port: 9 }))
  t.true(anew?.restored, inspect(anew))
  t.deepEqual(await options(kernel), before)
  const lost = await fails(keys({ transmitAssociations: [] }))
  t.false(lost?.restored)
  t.regex(lost?.error ?? '', /link ms0: macsec.transmitAssociations.0 is unset instead of .*\(not known\)/)
  t.deepEqual(await options(kernel), { ...before, transmitAssociations: [] })
})

test('a key of another cipher suite is another one, so that all else is undone', async (t) => {
  const kernel = new FakeKernel()
  ;(await apply(device(whole), { kernel })).unwrap()
  const before = await options(kernel)
  const other = device({
    cipherSuite: 'gcm-aes-256',
    transmitAssociations: [{ number: 0, keyId: '01', key: K + K }],
    receiveChannels: [{ ...peer, associations: [{ number: 0, keyId: '02', key: L + L }] }],
  })
  const result = await apply(other, { kernel, guards: [() => false] })
  const rollback = result.err ? result.val.rollback : undefined
  t.false(rollback?.restored)
  t.regex(rollback?.error ?? '', /link ms0: macsec.transmitAssociations.0 is unset instead of .*\(not known\)/)
  using network = networkOf(kernel)
  const { up, macsec } = (await network.links.get({ name: 'ms0' })).unwrap()
  t.true(up)
  t.is(macsec?.cipherSuite, 'gcm-aes-128')
  t.deepEqual(await options(kernel), {
    ...before,
    transmitAssociations: [],
    receiveChannels: [{ sci, active: true, associations: [] }],
  })
})

test('a device with keys is not made anew without them', async (t) => {
  const kernel = new FakeKernel()
  ;(await apply(device(whole), { kernel })).unwrap()
  const refused = await plan(keys({ port: 9 }), { kernel })
  t.is(refused.err && refused.val.code, 'INVALID_SPEC')
  t.deepEqual(refused.err && refused.val.problems?.map(({ path }) => path), [
    '/links/0/macsec/transmitAssociations/0/key',
    '/links/0/macsec/receiveChannels/0/associations/0/key',
  ])
  const below = await plan({ links: [{ name: 'v0', veth: { peer: { name: 'v9' } } }] }, { kernel })
  t.is(below.err && below.val.code, 'INVALID_SPEC')
  t.regex(below.err ? below.val.message : '', /link ms0: a new association, here 0, takes its key/)
  const { steps } = (await apply(keys({ port: 9, ...whole }), { kernel })).unwrap()
  t.deepEqual(
    steps.map(({ action }) => action),
    ['recreate'],
  )
})

test('no key is in a plan, a report, an error, progress or a snapshot', async (t) => {
  const kernel = new FakeKernel()
  const texts: string[] = []
  const note = (...values: unknown[]): void => {
    for (const value of values) texts.push(inspect(value, { depth: null }), JSON.stringify(value) ?? '', String(value))
  }
  const watching = { kernel, onPlan: note, onProgress: (...told: unknown[]) => note(...told) }
  note(await plan(device(whole), { kernel }), await apply(device(whole), watching))
  const changed = keys({ transmitAssociations: [{ number: 0, keyId: '09', key: M }] })
  note(await plan(changed, { kernel }), await apply(changed, { ...watching, guards: [() => false] }))
  note(await apply({ links: [{ name: 'ms0', absent: true }] }, { ...watching, guards: [() => false] }))
  const half = M.slice(0, 30)
  for (const macsec of [
    { transmitAssociations: half },
    { transmitAssociations: [{ number: 0, keyId: '01', key: half }] },
    { transmitAssociations: [{ number: 0, keyId: half, key: [half] }] },
    { transmitAssociations: [{ number: 0, kee: half }] },
    { transmitAssociations: [{ number: half }] },
    { transmitAssociations: [{ number: 0, keyId: '01', keyFile: '/none', key: M }] },
    { transmitAssociations: [{ number: 0, keyId: '01', keyFile: M }] },
    { receiveChannels: [{ ...peer, associations: half }] },
    { cipherSuite: 'gcm-aes-256', transmitAssociations: [{ number: 0, keyId: '01', key: M }] },
  ]) {
    const result = await plan(keys(macsec as LinkSpec['macsec'] & object), { kernel })
    t.is(result.err && result.val.code, 'INVALID_SPEC', inspect(macsec))
    note(result.val)
  }
  const now = (await snapshot({ kernel, secrets: true })).unwrap()
  note(now)
  for (const text of texts)
    for (const key of [K, L, M, half]) t.false(text.toLowerCase().includes(key.slice(0, 20)), text)
  t.true(texts.some((text) => text.includes('(hidden)')))
})

test('a snapshot says who is listened to, and is what is there', async (t) => {
  const kernel = new FakeKernel()
  ;(await apply(device(whole), { kernel })).unwrap()
  const now = (await snapshot({ kernel })).unwrap()
  t.deepEqual((await plan(now, { kernel })).unwrap().steps, [])
  t.like(now.links?.find(({ name }) => name === 'ms0')?.macsec, {
    transmitAssociations: [{ number: 0, keyId: padded('01') }],
    receiveChannels: [{ ...peer, associations: [{ number: 0, keyId: padded('02') }] }],
  })
  const elsewhere = await plan(now, { kernel: new FakeKernel() })
  t.is(elsewhere.err && elsewhere.val.code, 'INVALID_SPEC')
})

test('what contradicts itself is a problem with its place', async (t) => {
  const salt = '00'.repeat(12)
  const wrong = device({
    sci,
    port: 2,
    cipherSuite: 'gcm-aes-xpn-128',
    transmitAssociations: [
      { number: 0, key: K },
      { number: 0, keyId: '01', key: K, ssci: '0x1', salt },
      { number: 1, packetNumber: 2 ** 33 },
    ],
    receiveChannels: [{ mac: peer.mac }, { sci, ...peer }, { sci }],
  })
  const result = await plan(wrong, { kernel: new FakeKernel() })
  t.deepEqual(
    result.err && result.val.problems?.map(({ path, message }) => [path.replace('/links/1/macsec', ''), message]),
    [
      ['', 'only one of sci and port can be given'],
      ['/transmitAssociations/0', 'a key needs its keyId, which is all that the kernel tells of it'],
      ['/transmitAssociations/0', 'a key of gcm-aes-xpn-128 takes its ssci'],
      ['/transmitAssociations/0', 'a key of gcm-aes-xpn-128 takes its salt'],
      ['/transmitAssociations/1/number', 'the association 0 is listed twice'],
      ['/transmitAssociations/2/packetNumber', 'more than 32 bits take an extended packet number, with ssci and salt'],
      ['/receiveChannels/0', 'a channel is named by sci, or by mac and port'],
      ['/receiveChannels/1', 'a channel is named by sci, or by mac and port'],
      ['/receiveChannels/2', `the channel ${sci} is listed twice`],
    ],
  )
})

test('keys one by one: a link with keys, and a device that gets others', async (t) => {
  const kernel = new FakeKernel()
  using network = networkOf(kernel)
  ;(await network.links.create({ name: 'v0', kind: 'veth', veth: { peer: { name: 'v1' } } })).unwrap()
  ;(await network.links.create({ name: 'ms0', kind: 'macsec', macsec: { link: 'v0', ...whole } })).unwrap()
  const [listed] = (await network.macsec.list()).unwrap()
  t.like(listed, { name: 'ms0', options: await options(kernel), status: { operational: true } })
  t.deepEqual(listed?.status.transmitAssociations, [{ number: 0, packetNumber: 7 }])
  const refused = await network.macsec.update('ms0', { transmitAssociations: [{ number: 1, keyId: '01' }] })
  t.is(refused.err && refused.val.code, 'INVALID_ARGUMENT')
  const changed = (
    await network.macsec.update('ms0', { transmitAssociations: [{ number: 1, keyId: '11', key: M, active: false }] })
  ).unwrap()
  t.deepEqual(changed.options.transmitAssociations, [{ number: 1, active: false, keyId: padded('11') }])
  t.is(changed.status.operational, false)
  ;(await network.links.update('ms0', { macsec: { transmitAssociations: [{ number: 1, active: true }] } })).unwrap()
  t.deepEqual((await options(kernel)).transmitAssociations, [{ number: 1, active: true, keyId: padded('11') }])
})

test('a number of a channel without 0x is told, and is not another one', async (t) => {
  const kernel = new FakeKernel()
  ;(await apply(device(whole), { kernel })).unwrap()
  using network = networkOf(kernel)
  const bare = sci.slice(2)
  const association = { number: 1, keyId: '03', key: M, ssci: '12345678', salt: '00'.repeat(12) }
  for (const [told, result] of [
    [bare, await network.macsec.update('ms0', { receiveChannels: [{ sci: bare }] })],
    ['12345678', await network.macsec.update('ms0', { transmitAssociations: [{ number: 0 }, association] })],
    [bare, await network.links.create({ name: 'ms1', kind: 'macsec', macsec: { link: 'v0', sci: bare } })],
  ] as const) {
    t.regex(result.err ? result.val.message : '', new RegExp(`${told} is not 0x and up to \\d+ hexadecimal digits`))
  }
})
