import test, { type ExecutionContext } from 'ava'
import { NetworkError } from '../../src/error.js'
import type { AnyLinkKind } from '../../src/rtnetlink/kinds/kind.js'
import { linkKind } from '../../src/rtnetlink/kinds/registry.js'
import type { Link } from '../../src/rtnetlink/link.js'
import { sameOption } from '../../src/state/equal.js'
import { type LinkNetwork, linkNetwork } from '../helpers/links.js'
import { skipped } from '../helpers/skipped.js'

type Values = Readonly<Record<string, unknown>>

function optionsOf(link: object, section: string): Values {
  const value: unknown = Object.getOwnPropertyDescriptor(link, section)?.value
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function knownKind(name: string | undefined): AnyLinkKind {
  const kind = linkKind(name ?? '')
  if (!kind) throw new Error(`no kind ${name}`)
  return kind
}

/** Makes a link; false where the kernel lacks its kind, or the option that it is about. */
async function made(t: ExecutionContext, network: LinkNetwork, link: Link): Promise<boolean> {
  try {
    await network.create(link)
    return true
  } catch (error) {
    if (!(error instanceof NetworkError) || error.code !== 'EOPNOTSUPP') throw error
    skipped(t, `this kernel has no ${link.kind}: ${error.message}`)
    return false
  }
}

/**
 * Tries to change each option of a living device by itself: what the table tells to be immutable must stay as it is,
 * everything else must change, and nothing else with it.
 */
async function changeEach(t: ExecutionContext, link: Link, others: Values): Promise<void> {
  const network = linkNetwork(t)
  const kind = knownKind(link.kind)
  if (!(await made(t, network, link))) return
  for (const [option, value] of Object.entries(others)) {
    const before = optionsOf(await network.read(link.name), kind.kind)
    if (before[option] === undefined) {
      t.log(`not changed, this kernel lacks ${kind.kind}.${option}`)
      continue
    }
    const same = (wanted: unknown, read: unknown): boolean =>
      sameOption(kind.options.lines[option]?.codec.domain, wanted, read)
    t.false(same(value, before[option]), `${option} is ${before[option]} already`)
    const isFinal =
      kind.immutable?.includes(option) || (kind.needsNewDevice?.(option, before[option], value, before) ?? false)
    const refusal: unknown = await network
      .set(link.name, { kind: kind.kind, [kind.kind]: { [option]: value } })
      .then(() => undefined)
      .catch((error: unknown) => error)
    const after = optionsOf(await network.read(link.name), kind.kind)
    if (isFinal) t.true(same(before[option], after[option]), `${option} changed although it is immutable`)
    else t.true(same(value, after[option]), `${option} is ${after[option]} instead of ${value}: ${refusal}`)
    t.deepEqual({ ...after, [option]: 0 }, { ...before, [option]: 0 }, `${option} changed something else`)
  }
}

test('bridge', async (t) => {
  await changeEach(
    t,
    { name: 'br0', kind: 'bridge' },
    {
      forwardDelay: 20,
      helloTime: 3,
      maxAge: 25,
      ageingTime: 123.44,
      stp: true,
      priority: 4096,
      groupForwardMask: 0x4008,
      groupAddress: '01:80:c2:00:00:08',
      multicastRouter: 2,
      multicastSnooping: false,
      multicastQueryUseInterfaceAddress: true,
      multicastQuerier: true,
      multicastHashMaximum: 1024,
      multicastLastMemberCount: 3,
      multicastStartupQueryCount: 4,
      multicastLastMemberInterval: 2,
      multicastMembershipInterval: 100,
      multicastQuerierInterval: 99,
      multicastQueryInterval: 98,
      multicastQueryResponseInterval: 9,
      multicastStartupQueryInterval: 24,
      multicastStats: true,
      multicastIgmpVersion: 3,
      multicastMldVersion: 2,
      nfCallIptables: true,
      nfCallIp6tables: true,
      nfCallArptables: true,
      noLinkLocalLearn: true,
      fdbMaximumLearned: 100,
      vlanStats: true,
      vlanDefaultPvid: 7,
      vlanProtocol: '802.1ad',
    },
  )
})

test('vxlan over IPv4', async (t) => {
  await changeEach(
    t,
    { name: 'vx0', kind: 'vxlan', vxlan: { id: 42, link: 'v0', group: '239.1.2.3', local: '10.0.0.1', port: 4789 } },
    {
      id: 43,
      link: 'v2',
      group: '239.1.2.4',
      local: '10.0.0.2',
      port: 4790,
      portRange: { low: 1001, high: 2000 },
      ttl: 8,
      ttlInherit: true,
      tos: 8,
      df: 'inherit',
      learning: false,
      ageing: 78,
      limit: 6,
      proxy: true,
      rsc: true,
      l2miss: true,
      l3miss: true,
      udpChecksum: false,
      udp6ZeroChecksumTx: true,
      udp6ZeroChecksumRx: true,
      remoteChecksumTx: true,
      remoteChecksumRx: true,
      remoteChecksumNoPartial: true,
      gbp: true,
      gpe: true,
      collectMetadata: true,
      vnifilter: true,
      localbypass: false,
    },
  )
})

test('vxlan over IPv6', async (t) => {
  await changeEach(
    t,
    { name: 'vx0', kind: 'vxlan', vxlan: { id: 42, remote: 'fd00::2', local: 'fd00::1' } },
    { remote: 'fd00::3', local: 'fd00::4', label: 7, labelPolicy: 'inherit' },
  )
})

test('a vxlan device stays in its family', async (t) => {
  await changeEach(
    t,
    { name: 'vx0', kind: 'vxlan', vxlan: { id: 42, remote: 'fd00::2', local: 'fd00::1' } },
    { remote: '10.0.0.2', local: '10.0.0.1' },
  )
})

test('a vxlan device sends to a host instead of a group, and back', async (t) => {
  const network = linkNetwork(t)
  await network.create({ name: 'vx0', kind: 'vxlan', vxlan: { id: 1, link: 'v0', group: '239.1.1.1' } })
  await network.set('vx0', { kind: 'vxlan', vxlan: { remote: '10.0.0.9' } })
  const { vxlan } = await network.read('vx0')
  t.is(vxlan?.remote, '10.0.0.9')
  t.is(vxlan?.group, undefined)
  await network.set('vx0', { kind: 'vxlan', vxlan: { group: '239.1.1.2' } })
  t.is((await network.read('vx0')).vxlan?.group, '239.1.1.2')
})

for (const kind of ['macvlan', 'macvtap'] as const) {
  const link = (options: object): Link => ({ name: 'mv0', kind, [kind]: { link: 'v0', ...options } })

  test(`${kind} in a bridge`, async (t) => {
    const others = { link: 'v2', mode: 'private', broadcastQueueLength: 10 }
    await changeEach(t, link({ mode: 'bridge' }), others)
    await changeEach(t, link({ mode: 'bridge' }), { mode: 'passthru' })
  })

  test(`${kind} with a cutoff of broadcasts`, async (t) => {
    const network = linkNetwork(t)
    await network.create(link({ broadcastCutoff: 7 }))
    const cutoffOf = async (): Promise<unknown> => optionsOf(await network.read('mv0'), kind)['broadcastCutoff']
    if ((await cutoffOf()) === 1) {
      skipped(t, `this kernel ignores ${kind}.broadcastCutoff`)
      return
    }
    for (const broadcastCutoff of [7, -1, 1]) {
      await network.set('mv0', { kind, [kind]: { broadcastCutoff } })
      t.is(await cutoffOf(), broadcastCutoff)
    }
  })

  test(`${kind} by source`, async (t) => {
    const given = { mode: 'source', sourceMacs: ['02:00:00:00:00:07', '02:00:00:00:00:08'] }
    await changeEach(t, link(given), { sourceMacs: ['02:00:00:00:00:08'], noDestination: true })
  })

  test(`${kind} alone`, async (t) => {
    await changeEach(t, link({ mode: 'passthru' }), { noPromiscuous: true, mode: 'bridge' })
  })
}

test('source addresses of a macvlan device are replaced as a whole', async (t) => {
  const network = linkNetwork(t)
  const sourcesOf = async (): Promise<readonly string[]> => (await network.read('mv0')).macvlan?.sourceMacs ?? []
  await network.create({ name: 'mv0', kind: 'macvlan', macvlan: { link: 'v0', mode: 'source' } })
  t.deepEqual(await sourcesOf(), [])
  for (const sourceMacs of [['02:00:00:00:00:01', '02:00:00:00:00:02'], ['02:00:00:00:00:02'], []]) {
    await network.set('mv0', { kind: 'macvlan', macvlan: { sourceMacs } })
    t.deepEqual([...(await sourcesOf())].sort(), sourceMacs)
  }
})

test('vlan', async (t) => {
  await changeEach(
    t,
    {
      name: 'vlan7',
      kind: 'vlan',
      vlan: { link: 'v0', id: 7, ingressQosMap: [{ from: 1, to: 10 }], egressQosMap: [{ from: 4, to: 7 }] },
    },
    {
      link: 'v2',
      id: 8,
      protocol: '802.1ad',
      reorderHeader: false,
      looseBinding: true,
      ingressQosMap: [
        { from: 3, to: 30 },
        { from: 1, to: 11 },
      ],
      egressQosMap: [
        { from: 20, to: 2 },
        { from: 4, to: 6 },
      ],
    },
  )
})

for (const kind of ['ipvlan', 'ipvtap'] as const) {
  test(kind, async (t) => {
    const others = { link: 'v2', mode: 'l2', isolation: 'private' }
    await changeEach(t, { name: 'iv0', kind, [kind]: { link: 'v0' } }, others)
  })
}

test('vrf', async (t) => {
  await changeEach(t, { name: 'red', kind: 'vrf', vrf: { table: 1234 } }, { table: 1235 })
})

test('the MAC address of an ifb device is given once', async (t) => {
  const network = linkNetwork(t)
  if (!(await made(t, network, { name: 'x0', kind: 'ifb', mac: '02:00:00:00:00:01' }))) return
  t.is((await network.read('x0')).mac, '02:00:00:00:00:01')
  await t.throwsAsync(network.set('x0', { mac: '02:00:00:00:00:02' }), { code: 'EOPNOTSUPP' })
})

test('netkit', async (t) => {
  await changeEach(
    t,
    { name: 'nk0', kind: 'netkit', netkit: { peer: { name: 'nk1' }, mode: 'l2', headroom: 64 } },
    {
      mode: 'l3',
      policy: 'blackhole',
      peerPolicy: 'blackhole',
      scrub: 'none',
      peerScrub: 'none',
      headroom: 32,
      tailroom: 16,
    },
  )
})

test('the ends of a netkit pair tell the same of it, each from its side', async (t) => {
  const network = linkNetwork(t)
  const options = { peer: { name: 'nk1' }, policy: 'blackhole' } as const
  if (!(await made(t, network, { name: 'nk0', kind: 'netkit', netkit: options }))) return
  t.like(await network.read('nk0'), {
    link: 'nk1',
    status: { primary: true },
    netkit: { mode: 'l3', policy: 'blackhole', peerPolicy: 'forward' },
  })
  t.like(await network.read('nk1'), {
    link: 'nk0',
    status: { primary: false },
    netkit: { mode: 'l3', policy: 'forward', peerPolicy: 'blackhole' },
  })
  const refused = network.set('nk1', { kind: 'netkit', netkit: { policy: 'blackhole' } })
  await t.throwsAsync(refused, { code: 'EACCES', message: /only through the primary device/ })
})

test('both ends of a veth pair are as told', async (t) => {
  const network = linkNetwork(t)
  await network.create({
    name: 'a0',
    kind: 'veth',
    mac: '02:00:00:00:00:01',
    veth: { peer: { name: 'b0', mac: '02:00:00:00:00:02', mtu: 1400 } },
  })
  t.like(network.show('a0'), { link: 'b0', address: '02:00:00:00:00:01', mtu: 1500 })
  t.like(network.show('b0'), { link: 'a0', address: '02:00:00:00:00:02', mtu: 1400 })
})
