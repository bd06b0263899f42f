import test from 'ava'
import { namespaces } from '../../src/network/namespaces.js'
import { Network } from '../../src/network/network.js'
import type { Result } from '../../src/result.js'
import { adoptTunTap, configureTunTaps, openTap, openTunQueues } from '../../src/tuntap/index.js'
import { failure, openNetwork } from '../helpers/network.js'

/** What JavaScript may pass. */
type Anything = never

const anything = [null, 5, 'x', true, [], Number.NaN, {}, Symbol.iterator, 5n] as Anything[]

/** The message of what is refused; anything else is the call's own exception. */
async function refusal(call: () => unknown): Promise<string> {
  const result = (await call()) as Result<unknown>
  return result.err ? `${result.val.code}: ${result.val.message}` : 'it was not refused'
}

test('every wrong value of an option of a call is refused', async (t) => {
  const { network, picture } = openNetwork(t)
  const before = picture()
  const rows: [option: string, values: unknown[], must: string][] = [
    ['timeout', [null, '5', true, {}, Number.NaN, -1], 'a number of milliseconds'],
    ['signal', [null, '5', true, {}, 5], 'an AbortSignal'],
    ['allowInconsistent', [null, 'no', 1], 'true or false'],
  ]
  for (const [option, values, must] of rows) {
    for (const value of values) {
      const options = { [option]: value } as Anything
      t.is(await refusal(() => network.links.list({}, options)), `INVALID_ARGUMENT: ${option} must be ${must}`)
    }
  }
  for (const secrets of [null, 'no', 1] as Anything[]) {
    for (const call of [network.wireguard.list({ secrets }), network.wireguard.get('v0', { secrets })])
      t.is(await refusal(() => call), 'INVALID_ARGUMENT: secrets must be true or false')
  }
  for (const options of [null, 5, []] as Anything[])
    t.regex(await refusal(() => network.wireguard.list(options)), /^INVALID_ARGUMENT: .* is no object of options/)
  t.deepEqual(picture(), before)
})

test('every wrong selection of events is the only event, an error', async (t) => {
  const { network } = openNetwork(t)
  const first = async (selection: Anything) => {
    for await (const event of network.events(selection)) return event
    return undefined
  }
  const rows: [selection: unknown, message: RegExp][] = [
    ...[null, 5, 'x', [], Symbol.iterator].map((value) => [value, /is no object of options/] as [unknown, RegExp]),
    [{ lniks: true }, /^events: unknown option "lniks"; there are links, addresses/],
    [{ links: 'yes' }, /^events: links must be true or false/],
    [{ fdb: null }, /^events: fdb must be true or false/],
    [{ signal: 5 }, /^events: signal must be an AbortSignal/],
    [{ signal: null }, /^events: signal must be an AbortSignal/],
  ]
  for (const [selection, message] of rows) {
    const event = await first(selection as Anything)
    if (event?.kind !== 'error') t.fail(String(message))
    else t.regex(event.error.message, message)
  }
})

test('no network is opened with a wrong value of an option', async (t) => {
  for (const [option, must] of [
    ['transport', 'a function'],
    ['genericTransport', 'a function'],
    ['timeout', 'a number of milliseconds'],
  ] as const) {
    for (const value of [null, true, {}, 'x'])
      t.is(
        await refusal(() => Network.open({ [option]: value } as Anything)),
        `INVALID_ARGUMENT: ${option} must be ${must}`,
      )
  }
})

const wrongNamespaces: [reference: unknown, message: RegExp][] = [
  ...[null, 5, true, Symbol.iterator].map((value) => [value, /is no namespace: a name, a path/] as [unknown, RegExp]),
  [{}, /^an object of nothing is no namespace/],
  [{ pdi: 5 }, /^an object of pdi is no namespace/],
  ['', /^namespace name "": must be one path element/],
  ['..', /^namespace name "\.\.": must be one path element/],
  ['x'.repeat(256), /must be one path element of at most 255 bytes/],
  ['é'.repeat(128), /must be one path element of at most 255 bytes/],
  ['a\0b', /is no namespace/],
  ...['x', -1, 0, 1.5, null].map((pid) => [{ pid }, /^namespace: pid must be an integer from 1/] as [unknown, RegExp]),
  ...['x', -1, 1.5, null].map((fd) => [{ fd }, /^namespace: fd must be an integer from 0/] as [unknown, RegExp]),
  ...[5, null, '', 'a\0b'].map((path) => [{ path }, /^namespace: path must be a path/] as [unknown, RegExp]),
  [{ path: '/etc/passwd' }, /^namespace \/etc\/passwd: it is no network namespace/],
  [{ path: '/proc/self/ns/mnt' }, /^namespace mnt:\[\d+\]: it is no network namespace/],
  ['/dev/null', /^namespace \/dev\/null: it is no network namespace/],
]

for (const [reference, message] of wrongNamespaces) {
  test(`no call takes the namespace ${String(message)} ${typeof reference} ${JSON.stringify(reference)}`, (t) => {
    const namespace = reference as Anything
    for (const result of [Network.open({ namespace }), openTap({ namespace })]) {
      t.is(failure(result).code, 'INVALID_ARGUMENT')
      t.regex(failure(result).message, message)
    }
  })
}

test('what is no name makes no namespace and deletes none', (t) => {
  const names = ['', '.', '..', '../x', 'a/b', 'a\0b', 'x'.repeat(256), { path: '/tmp/x' }, ['a'], undefined]
  for (const name of [...anything.filter((one) => one !== ('x' as Anything)), ...names] as Anything[]) {
    for (const result of [namespaces.create(name), namespaces.delete(name)])
      t.regex(failure(result).message, /^namespace name .*: must be one path element/, String(name))
  }
})

test('wrong devices, counts and packets are refused', async (t) => {
  const { network, fd, picture } = openNetwork(t)
  const namespace = { fd }
  const before = picture()
  for (const count of [0, -1, 1.5, '2', true, {}, null, undefined, Number.NaN] as Anything[])
    t.regex(await refusal(() => openTunQueues(count, { namespace })), /^INVALID_ARGUMENT: queues .*: count must be/)
  for (const options of [null, 5, 'x', []] as Anything[]) {
    t.regex(await refusal(() => openTap(options)), /^INVALID_ARGUMENT: .* is no object of options/)
    t.regex(await refusal(() => openTunQueues(2, options)), /^INVALID_ARGUMENT: .* is no object of options/)
    t.regex(await refusal(() => network.tuntap.open(options)), /^INVALID_ARGUMENT: .* is no object of options/)
    t.regex(await refusal(() => network.tuntap.create(options)), /^INVALID_ARGUMENT: .* is no object of options/)
  }
  const rows: [result: unknown, message: RegExp][] = [
    [openTunQueues(2, { namespace, multiQueue: false }), /multiQueue cannot be false/],
    [openTap({ namespace, vnetHeaderSize: 12 }), /vnetHeaderSize needs vnetHeader/],
    [openTap({ namespace, vnetHeader: true, vnetHeaderSize: 9 }), /vnetHeaderSize must be an integer from 10/],
    [
      openTap({ namespace, vnetHeader: true, offloads: ['checksum', 'toString'] as Anything }),
      /there is no offload "toString"/,
    ],
    [openTap({ namespace, name: Symbol.iterator as Anything }), /name must be a text/],
    [adoptTunTap(Symbol.iterator as Anything), /it is no number/],
  ]
  for (const [result, message] of rows) t.regex(await refusal(() => result), message)
  t.throws(() => configureTunTaps(null as Anything), { message: /null is no list of devices/ })
  t.deepEqual(picture(), before)
  using device = openTap({ namespace }).unwrap()
  for (const packet of [null, undefined, 5, 'x', {}, [1], new ArrayBuffer(9), new Uint16Array(9)] as Anything[]) {
    t.throws(() => device.write(packet), { code: 'INVALID_ARGUMENT', message: /is no packet, a Uint8Array/ })
    t.throws(() => device.writeBatch([packet]), { code: 'INVALID_ARGUMENT' })
    await t.throwsAsync(device.send([packet]), { code: 'INVALID_ARGUMENT' })
  }
  for (const packets of [null, undefined, 5, 'x', {}] as Anything[]) {
    t.throws(() => device.writeBatch(packets), { code: 'INVALID_ARGUMENT', message: /is no list of packets/ })
    await t.throwsAsync(device.send(packets), { code: 'INVALID_ARGUMENT' })
    t.throws(() => device.setOffloads(packets), { code: 'INVALID_ARGUMENT', message: /offloads must be a list/ })
  }
})

test('values of a qdisc that mean nothing are refused before any arithmetic takes them for numbers', async (t) => {
  const { network, picture, sh } = openNetwork(t)
  const before = [picture(), sh('tc qdisc')]
  const tbf = { dev: 'v0', kind: 'tbf', rate: 1_000_000, burst: 5000, limit: 5000 }
  const rows: [qdisc: unknown, message: RegExp][] = [
    ...[null, 5, 'x'].map(
      (value) => [value, /^INVALID_ARGUMENT: qdisc: .*(is no object|dev is missing)/] as [unknown, RegExp],
    ),
    [{ dev: 'v0', kind: 'fqq' }, /"fqq" is no kind of qdisc that can be told; did you mean fq\?/],
    [{ dev: 'v0' }, /undefined is no kind of qdisc/],
    [{ dev: null, kind: 'fq' }, /null is no link/],
    [{ ...tbf, rate: true }, /tbf: .*rate: true is not a whole number of bits a second/],
    [{ ...tbf, rate: null }, /rate: null is not a whole number/],
    [{ ...tbf, peakRate: 'x' }, /peakRate: x is not a whole number/],
    [{ ...tbf, peakRate: -1 }, /peakRate: -1 is not a whole number/],
    [{ ...tbf, latency: null, limit: undefined }, /latency: null is not a number of seconds/],
    [{ dev: 'v0', kind: 'fq', timerSlack: [] }, /timerSlack: {2}is not a number of seconds/],
    [{ dev: 'v0', kind: 'netem', loss: true }, /loss: true is not a number from 0 to 100/],
    [{ dev: 'v0', kind: 'netem', delay: null }, /delay: null is not a number of seconds/],
    [{ dev: 'v0', kind: 'htb', default: null }, /default: null is no name of a qdisc or a class/],
  ]
  for (const [qdisc, message] of rows) {
    for (const call of ['create', 'replace', 'change'] as const)
      t.regex(await refusal(() => network.qdiscs[call](qdisc as Anything)), message, JSON.stringify(qdisc))
  }
  for (const place of [{ dev: 'v0', paretn: '1:1' }, { dev: 'v0', kind: 'fq', rate: 5 }, {}, null] as Anything[])
    t.regex(await refusal(() => network.qdiscs.delete(place)), /^INVALID_ARGUMENT: qdisc: /)
  for (const rate of [null, true, 1.5, '5'] as Anything[])
    t.regex(
      await refusal(() => network.trafficClasses.add({ dev: 'v0', id: '1:1', rate })),
      /rate: .* is (not a whole|neither a number)/,
    )
  t.regex(await refusal(() => network.trafficClasses.delete({ dev: 'v0' } as Anything)), /class: id is missing/)
  t.deepEqual([picture(), sh('tc qdisc')], before)
})

test('a misspelt value that has names is told with the names, and what is no text is none', async (t) => {
  const { network, picture } = openNetwork(t)
  const before = picture()
  const rows: [call: () => unknown, message: RegExp][] = [
    [
      () => network.links.create({ name: 'q0', kind: 'macvlan', macvlan: { mode: 'brigde' } } as Anything),
      /mode: "brigde" is none of .*; did you mean bridge\?/,
    ],
    [
      () => network.links.update('v0', { addressGenerationMode: 'eui65' } as Anything),
      /"eui65" is none of .*; did you mean eui64\?/,
    ],
    [() => network.links.update('v0', { alias: 5 } as Anything), /alias: 5 is no text/],
    [() => network.links.get({} as Anything), /an object without a name is no link/],
    [() => network.links.get(''), /^INVALID_ARGUMENT: "" is no link/],
    [() => network.addresses.add({ dev: {}, address: '10.9.0.1/32' } as Anything), /\[object Object\] is no link/],
    [() => network.rules.add({ priority: 5, table: 7, tunnelId: null } as Anything), /tunnelId: null is not/],
  ]
  for (const [call, message] of rows) t.regex(await refusal(call), message)
  t.deepEqual(picture(), before)
})
