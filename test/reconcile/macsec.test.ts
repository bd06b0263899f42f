import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { Network } from '../../src/network/network.js'
import type { MacsecAssociation, MacsecOptions } from '../../src/rtnetlink/kinds/builtIn.js'
import type { LinkSpec, Spec } from '../../src/spec/types.js'
import { patience } from '../helpers/patience.js'
import { succeeds } from '../helpers/program.js'
import { type ReconcileNamespace, reconcileNamespace } from '../helpers/reconcile.js'
import { record } from '../helpers/record.js'
import { skipped } from '../helpers/skipped.js'

const adding = 'ip link add v0 type veth && ip link add link v0 ms0 type macsec'
const hasMacsec = succeeds(['unshare', '--net', 'sh', '-c', adding])

function onMacsec(title: string, run: (t: ExecutionContext) => Promise<void>): void {
  test.serial(title, async (t) => {
    if (hasMacsec) return run(t)
    skipped(t, 'this kernel lacks macsec')
  })
}

const key = (digit: string, digits = 32): string => digit.repeat(digits)
const id = (text: string): string => text.padEnd(32, '0')
const macs = ['02:00:00:00:00:01', '02:00:00:00:00:02'] as const
const scis = ['0x0200000000010001', '0x0200000000020001'] as const

/** One of two hosts, with the keys that it sends by and takes frames by. */
function host(end: 0 | 1, macsec: Omit<MacsecOptions, 'link'>, others: Partial<LinkSpec> = {}): Spec {
  return {
    links: [
      { name: `u${end}`, up: true, mac: macs[end] },
      {
        name: 'ms0',
        kind: 'macsec',
        macsec: { link: `u${end}`, encrypt: true, ...macsec },
        addresses: [`10.9.0.${end + 1}/24`],
        ...others,
      },
    ],
  }
}

const own = (associations: readonly MacsecAssociation[], received: readonly MacsecAssociation[], peer: 0 | 1) =>
  ({
    transmitAssociations: associations,
    receiveChannels: [{ mac: macs[peer], port: 1, associations: received }],
  }) as const

const leftKey: MacsecAssociation = { number: 0, keyId: '01', key: key('1') }
const rightKey: MacsecAssociation = { number: 0, keyId: '02', key: key('2') }
const leftSpec = host(0, own([leftKey], [rightKey], 1))
const rightSpec = host(1, own([rightKey], [leftKey], 0))

function hosts(t: ExecutionContext): { left: ReconcileNamespace; right: ReconcileNamespace } {
  const [left, right] = [reconcileNamespace(t), reconcileNamespace(t)]
  left.sh(`ip link add u0 type veth peer name u1; ip link set u1 netns ${right.path}`)
  return { left, right }
}

const hears = (namespace: ReconcileNamespace, address: string): boolean => {
  const seconds = Math.ceil(patience(2000) / 1000)
  return namespace.sh(`ping -c 2 -i 0.2 -W ${seconds} ${address} >/dev/null && echo yes || echo no`).trim() === 'yes'
}

/** What `ip macsec` shows, without the numbers of packets, which go on by themselves. */
function shown(namespace: ReconcileNamespace): string {
  return namespace
    .sh('ip macsec show')
    .replace(/ PN \d+,/g, '')
    .replace(/^\d+: /gm, '')
}

onMacsec('two hosts that have each other’s keys hear each other, and ip macsec shows the keys', async (t) => {
  const { left, right } = hosts(t)
  await left.converges(leftSpec)
  await right.apply(rightSpec)
  t.true(hears(left, '10.9.0.2'))
  t.is(
    shown(left),
    [
      'ms0: protect on validate strict sc off sa off encrypt on send_sci on end_station off scb off replay off ',
      '    cipher suite: GCM-AES-128, using ICV length 16',
      '    TXSC: 0200000000010001 on SA 0',
      `        0: state on, key ${id('01')}`,
      '    RXSC: 0200000000020001, state on',
      `        0: state on, key ${id('02')}`,
      '    offload: off ',
      '',
    ].join('\n'),
  )
  await using network = Network.open({ namespace: { fd: left.fd } }).unwrap()
  const [listed] = (await network.macsec.list()).unwrap()
  t.like(listed, { name: 'ms0', status: { operational: true } })
  const { transmitAssociations = [], receiveChannels = [], transmitStatistics } = listed?.status ?? {}
  t.true((transmitAssociations[0]?.packetNumber ?? 0) > 2)
  t.true((transmitAssociations[0]?.statistics?.sentEncrypted ?? 0) >= 2)
  t.true((transmitStatistics?.encryptedBytes ?? 0) > 100)
  t.is(receiveChannels[0]?.sci, scis[1])
  t.true((receiveChannels[0]?.statistics?.ok ?? 0) >= 2)
  t.true((receiveChannels[0]?.associations[0]?.statistics?.receivedOk ?? 0) >= 2)
  // What goes by itself is no difference.
  t.deepEqual((await left.plan(leftSpec)).steps, [])
  t.deepEqual((await left.plan(await left.snapshot())).steps, [])
  record({ type: 'kind', section: 'macsec', created: ['transmitAssociations', 'receiveChannels'] })
})

onMacsec('hosts that do not have each other’s keys hear nothing, until they have', async (t) => {
  const { left, right } = hosts(t)
  await left.apply(leftSpec)
  await right.apply(host(1, own([rightKey], [{ ...leftKey, key: key('9') }], 0)))
  t.false(hears(left, '10.9.0.2'))
  await using network = Network.open({ namespace: { fd: right.fd } }).unwrap()
  const { status } = (await network.macsec.get('ms0')).unwrap()
  t.true((status.receiveChannels[0]?.statistics?.notValid ?? 0) > 0)
  // Under the same id the kernel shows no other key.
  t.deepEqual((await right.plan(rightSpec)).steps, [])
  const { steps } = await right.converges(host(1, own([rightKey], [{ ...leftKey, keyId: '11' }], 0)))
  t.deepEqual(
    steps.map(({ equivalent }) => equivalent.split('\n')),
    [
      [
        'ip macsec set ms0 rx sci 0200000000010001 sa 0 off',
        'ip macsec del ms0 rx sci 0200000000010001 sa 0',
        `ip macsec add ms0 rx sci 0200000000010001 sa 0 pn 1 on key ${id('11')} '(hidden)'`,
      ],
    ],
  )
  t.true(hears(left, '10.9.0.2'))
})

onMacsec('keys are exchanged for new ones while no packet is lost', async (t) => {
  const { left, right } = hosts(t)
  await left.apply(leftSpec)
  await right.apply(rightSpec)
  t.true(hears(left, '10.9.0.2'))
  const directory = mkdtempSync(join(tmpdir(), 'linkwright-test-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const log = join(directory, 'ping')
  left.sh(`ping -q -i 0.02 -c 400 -W 5 10.9.0.2 >${log} 2>&1 &`)
  const [newLeft, newRight] = [
    { number: 1, keyId: '0101', key: key('3') },
    { number: 1, keyId: '0202', key: key('4') },
  ]
  // Each first hears by the new key, then sends by it, and then forgets the old one.
  await left.apply(host(0, own([leftKey], [rightKey, newRight], 1)))
  await right.apply(host(1, own([rightKey], [leftKey, newLeft], 0)))
  for (const [namespace, spec] of [
    [left, host(0, { ...own([newLeft], [rightKey, newRight], 1), encodingSa: 1 })],
    [right, host(1, { ...own([newRight], [leftKey, newLeft], 0), encodingSa: 1 })],
  ] as const) {
    const { steps } = await namespace.apply(spec)
    t.deepEqual(
      steps.map(({ equivalent }) => equivalent.split('\n').at(-1)),
      ['ip link set dev ms0 type macsec encodingsa 1', 'ip macsec del ms0 tx sa 0'],
    )
  }
  await left.converges(host(0, { ...own([newLeft], [newRight], 1), encodingSa: 1 }))
  await right.converges(host(1, { ...own([newRight], [newLeft], 0), encodingSa: 1 }))
  for (let tries = 0; !/packet loss/.test(readFileSync(log, 'utf8')) && tries < 600; tries++) await delay(100)
  t.regex(readFileSync(log, 'utf8'), /400 packets transmitted, 400 received, 0% packet loss/)
  record({ type: 'kind', section: 'macsec', changed: ['transmitAssociations', 'receiveChannels'] })
})

onMacsec('what fails leaves the keys as they were, where they need not be told again', async (t) => {
  const { left } = hosts(t)
  await left.apply(leftSpec)
  const before = shown(left)
  const added: MacsecAssociation = { number: 1, keyId: '31', key: key('5') }
  const other = { sci: '0x0200000000030001', associations: [added] }
  for (const spec of [
    host(0, own([{ ...leftKey, active: false }, added], [rightKey, added], 1)),
    host(0, { ...own([leftKey], [rightKey], 1), receiveChannels: [{ sci: scis[1], active: false }, other] }),
    // Made anew, it has the keys that the spec tells under the same ids.
    host(0, { ...own([leftKey], [rightKey], 1), port: 7 }),
  ]) {
    const error = await left.fails(spec, { guards: [() => false] })
    t.is(error.code, 'GUARD_FAILED')
    t.true(error.rollback?.restored, error.rollback?.error)
    t.is(shown(left), before)
  }
  const wrong = await left.fails({
    links: [{ name: 'ms0', macsec: { transmitAssociations: [{ number: 0 }, { ...added, key: key('5', 64) }] } }],
  })
  t.is(wrong.code, 'EINVAL', wrong.message)
  t.true(wrong.rollback?.restored, wrong.rollback?.error)
  t.is(shown(left), before)
  const refused = await left.refuses({ links: [{ name: 'ms0', macsec: { port: 7 } }] }, 'INVALID_SPEC')
  t.regex(refused.message, /takes its key, which the kernel does not tell/)
  const lost = await left.fails({ links: [{ name: 'ms0', absent: true }] }, { guards: [() => false] })
  t.false(lost.rollback?.restored)
  t.regex(lost.rollback?.error ?? '', /ms0: .*transmitAssociations/)
})

onMacsec('extended packet numbers, keys of 256 bits from files, and a channel of another number', async (t) => {
  const { left, right } = hosts(t)
  const directory = mkdtempSync(join(tmpdir(), 'linkwright-test-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const keyFile = join(directory, 'key')
  writeFileSync(keyFile, `${key('ab', 32)}\n`, { mode: 0o600 })
  const sci = '0x0a0b0c0d0e0f0009'
  const extended = { number: 2, ssci: '0x1', salt: '0c'.repeat(12), packetNumber: 2 ** 33 + 5 }
  const cipherSuite = 'gcm-aes-xpn-256'
  const sent = { ...extended, keyId: 'c0', keyFile }
  const received = { ...extended, ssci: '0x2', keyId: 'c1', keyFile }
  await left.converges(
    host(0, {
      ...{ cipherSuite, sci, encodingSa: 2, transmitAssociations: [sent] },
      receiveChannels: [{ sci: scis[1], associations: [received] }],
    }),
  )
  await right.converges(
    host(1, {
      ...{ cipherSuite, encodingSa: 2, transmitAssociations: [received] },
      receiveChannels: [{ sci, associations: [sent] }],
    }),
  )
  t.true(hears(left, '10.9.0.2'))
  const text = left.sh('ip macsec show')
  t.regex(text, /cipher suite: GCM-AES-XPN-256/)
  t.regex(text, /TXSC: 0a0b0c0d0e0f0009 on SA 2/)
  t.regex(text, /2: PN \d+, ?SSCI 00000001 state on, key c0/)
  // ip 6.1 shows the lower half alone.
  await using network = Network.open({ namespace: { fd: left.fd } }).unwrap()
  const [transmit] = (await network.macsec.get('ms0')).unwrap().status.transmitAssociations
  t.true((transmit?.packetNumber ?? 0) > extended.packetNumber, `${transmit?.packetNumber}`)
  const [link] = (await left.snapshot()).links?.filter(({ name }) => name === 'ms0') ?? []
  t.is(link?.macsec?.sci, sci)
  t.is(link?.macsec?.port, undefined)
  t.deepEqual((await left.plan(await left.snapshot())).steps, [])
  const { links = [] } = await right.snapshot()
  t.is(links.find(({ name }) => name === 'ms0')?.macsec?.sci, undefined)
})

onMacsec('keys one by one', async (t) => {
  const { left } = hosts(t)
  await using network = Network.open({ namespace: { fd: left.fd } }).unwrap()
  const { transmitAssociations, receiveChannels } = own([leftKey], [rightKey], 1)
  const made = await network.links.create({
    name: 'ms0',
    kind: 'macsec',
    macsec: { link: 'u0', transmitAssociations, receiveChannels },
  })
  t.true(made.ok, String(made.val))
  const two = {
    transmitAssociations: [...transmitAssociations, { number: 1, keyId: 'ff', key: key('6'), active: false }],
  }
  const { options } = (await network.macsec.update('ms0', two)).unwrap()
  t.deepEqual(options, {
    transmitAssociations: [
      { number: 0, active: true, keyId: id('01') },
      { number: 1, active: false, keyId: id('ff') },
    ],
    receiveChannels: [{ sci: scis[1], active: true, associations: [{ number: 0, active: true, keyId: id('02') }] }],
  })
  t.regex(shown(left), new RegExp(`0: state on, key ${id('01')}\n +1: state off, key ${id('ff')}\n`))
  ;(await network.macsec.update('ms0', { transmitAssociations: [], receiveChannels: [] })).unwrap()
  t.notRegex(shown(left), /RXSC|key/)
})

test.serial('a kernel without it is one clear error before anything is done', async (t) => {
  if (hasMacsec) {
    skipped(t, 'this kernel has macsec')
    return
  }
  const { left } = hosts(t)
  const error = await left.refuses(leftSpec, 'UNSUPPORTED')
  t.regex(error.message, /no links of kind macsec/)
  t.is(error.path, '/links/1/kind')
})
