import test from 'ava'
import {
  decodeNeighbor,
  deleteNeighbor,
  dumpNeighbors,
  type ListedNeighbor,
  type Neighbor,
  newNeighbor,
  replaceNeighbor,
} from '../../src/rtnetlink/neighbor.js'
import { checkOurs, checkTheirs, type ObjectKind, type TestNetwork, testNetwork } from '../helpers/objects.js'

const dev = 'v0'
const mac = '02:00:00:00:00:07'
const address = '10.0.0.7'

async function neighborsOf(network: TestNetwork): Promise<readonly ListedNeighbor[]> {
  const known = await network.list(dumpNeighbors(), decodeNeighbor)
  return [...known, ...(await network.list(dumpNeighbors({ proxy: true }), decodeNeighbor))]
}

const kind: ObjectKind<Neighbor, ListedNeighbor> = {
  create: newNeighbor,
  remove: deleteNeighbor,
  list: async (network) => (await neighborsOf(network)).filter(isMade),
  show: (network) =>
    ['-4', '-6']
      .flatMap((family) => [
        ...network.ip(family, 'neighbor', 'show', 'nud', 'all'),
        ...network.ip(family, 'neighbor', 'show', 'proxy'),
      ])
      .filter(({ dst }) => !String(dst).startsWith('ff'))
      .map(({ dst, dev: link, lladdr, state, router, proxy, managed, extern_learn, protocol }) => ({
        ...{ dst, dev: link, lladdr, state, router, proxy, managed, extern_learn, protocol },
      })),
  lasting: ({ dev: link, address: own, proxy }) => ({ link, own, proxy }),
}

/** The kernel knows multicast groups by itself. */
function isMade(neighbor: ListedNeighbor): boolean {
  return !neighbor.address.startsWith('ff')
}

const ours: [Neighbor, Record<string, unknown>][] = [
  [
    { dev, address, mac, state: 'permanent' },
    { dst: address, lladdr: mac, state: ['PERMANENT'] },
  ],
  [{ dev, address, mac, state: 'reachable' }, { state: ['REACHABLE'] }],
  [{ dev, address, mac, state: 'stale' }, { state: ['STALE'] }],
  [{ dev, address, mac, state: 'noarp' }, { state: ['NOARP'] }],
  [
    { dev, address: 'fd00::7', mac, router: true },
    { dst: 'fd00::7', router: null },
  ],
  [{ dev, address, mac, state: 'reachable', externallyLearned: true }, { extern_learn: null }],
  [{ dev, address, mac, protocol: 108 }, { protocol: '108' }],
  [
    { dev, address, proxy: true },
    { dst: address, proxy: null },
  ],
  [
    { dev, address: 'fd00::7', proxy: true },
    { dst: 'fd00::7', proxy: null },
  ],
  [{ dev, address: 'fd00::7', proxy: true, router: true, protocol: 9 }, { router: null }],
]

for (const [given, expected] of ours) {
  test(`created, shown by ip, listed, removed, made anew: ${JSON.stringify(given)}`, async (t) => {
    await checkOurs(t, await testNetwork(t), kind, given, expected)
  })
}

const theirs: [string, Partial<ListedNeighbor>][] = [
  [`neighbor add ${address} lladdr ${mac} dev v0`, { family: 'inet', mac, state: 'permanent' }],
  [`neighbor add fd00::7 lladdr ${mac} dev v0 nud stale router`, { family: 'inet6', router: true, state: 'stale' }],
  [`neighbor add ${address} lladdr ${mac} dev v0 nud noarp`, { state: 'noarp' }],
  [`neighbor add proxy ${address} dev v0`, { proxy: true }],
]

for (const [command, expected] of theirs) {
  test(`made by ip ${command}, listed, removed, made anew`, async (t) => {
    t.like(await checkTheirs(t, await testNetwork(t), kind, command), expected)
  })
}

test('a managed entry, where the kernel has it', async (t) => {
  const network = await testNetwork(t)
  await network.send(newNeighbor({ dev, address, managed: true }, network.context))
  const listed = (await neighborsOf(network)).find((one) => one.address === address)
  if (!listed?.managed) t.log('skipped, this kernel manages no neighbors')
  t.is(listed?.address, address)
  t.is(network.ip('neighbor', 'show', 'nud', 'all', 'to', address)[0]?.['managed'], listed?.managed ? null : undefined)
  if (listed) await network.send(deleteNeighbor(listed, network.context))
})

test('ages are seconds', async (t) => {
  const network = await testNetwork(t)
  await network.send(newNeighbor({ dev, address, mac, state: 'stale' }, network.context))
  await new Promise((resolve) => setTimeout(resolve, 300))
  const listed = (await neighborsOf(network)).find((one) => one.address === address)
  t.true(listed?.updated !== undefined && listed.updated >= 0.2 && listed.updated < 30, String(listed?.updated))
  t.is(listed?.unknown, undefined)
})

test('replace changes an entry, create does not', async (t) => {
  const network = await testNetwork(t)
  await network.send(newNeighbor({ dev, address, mac }, network.context))
  await t.throwsAsync(network.send(newNeighbor({ dev, address, mac }, network.context)), { message: /EEXIST/ })
  await network.send(replaceNeighbor({ dev, address, mac: '02:00:00:00:00:99', state: 'noarp' }, network.context))
  const listed = (await neighborsOf(network)).find((one) => one.address === address)
  t.like(listed, { mac: '02:00:00:00:00:99', state: 'noarp' })
})

test('a dump is filtered by the kernel', async (t) => {
  const network = await testNetwork(t)
  for (const [link, last] of [
    ['v0', 1],
    ['v1', 2],
  ] as const) {
    await network.send(newNeighbor({ dev: link, address: `10.0.0.10${last}`, mac }, network.context))
    await network.send(newNeighbor({ dev: link, address: `10.0.0.11${last}`, proxy: true }, network.context))
    await network.send(newNeighbor({ dev: link, address: `fd00::10${last}`, mac }, network.context))
  }
  const addresses = async (filter: Parameters<typeof dumpNeighbors>[0]) =>
    (await network.list(dumpNeighbors(filter, network.context), decodeNeighbor))
      .filter(isMade)
      .map((one) => one.address)
      .sort()
  t.deepEqual(await addresses({ family: 'inet', dev: 'v1' }), ['10.0.0.102'])
  t.deepEqual(await addresses({ family: 'inet6' }), ['fd00::101', 'fd00::102'])
  t.deepEqual(await addresses({ family: 'inet', proxy: true, dev: 'v0' }), ['10.0.0.111'])
  t.deepEqual(await addresses({ proxy: true }), ['10.0.0.111', '10.0.0.112'])
})

test('what is no neighbor is an error of the caller', (t) => {
  t.throws(() => newNeighbor({ dev: 1, address: 'nobody' }), { instanceOf: RangeError })
  t.throws(() => newNeighbor({ dev: 1, address, mac: 'xx' }), { instanceOf: RangeError })
  t.throws(() => newNeighbor({ dev: 'v0', address, mac }), { instanceOf: TypeError })
})
