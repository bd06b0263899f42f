import test from 'ava'
import {
  type Address,
  decodeAddress,
  deleteAddress,
  dumpAddresses,
  type ListedAddress,
  newAddress,
  replaceAddress,
} from '../../src/rtnetlink/address.js'
import { checkOurs, checkTheirs, type ObjectKind, type TestNetwork, testNetwork } from '../helpers/objects.js'

const dev = 'v0'

function addressesOf(network: TestNetwork, filter: Parameters<typeof dumpAddresses>[0] = {}) {
  return network.list(dumpAddresses(filter, network.context), decodeAddress)
}

const kind: ObjectKind<Address, ListedAddress> = {
  create: newAddress,
  remove: deleteAddress,
  list: (network) => addressesOf(network),
  show: (network) => network.ip('address').flatMap(addressInfo),
  lasting: ({ address, dev: link, peer }) => ({ address, link, peer }),
}

/** The addresses of a link as `ip` shows them, without their age. */
function addressInfo({ addr_info: infos }: Record<string, unknown>): Record<string, unknown>[] {
  if (!Array.isArray(infos)) return []
  return infos.map(({ valid_life_time: valid, preferred_life_time: preferred, tentative: _tentative, ...info }) => ({
    ...info,
    valid: aged(valid),
    preferred: aged(preferred),
  }))
}

const forever = 0xffffffff

function aged(seconds: number): string {
  return seconds === forever ? 'forever' : seconds === 0 ? 'over' : 'some'
}

const ours: [Address, Record<string, unknown>][] = [
  [
    { address: '10.0.1.1/24', dev },
    { local: '10.0.1.1', prefixlen: 24, label: 'v0', scope: 'global' },
  ],
  [
    { address: '10.0.2.1/32', dev, peer: '10.0.2.2/32' },
    { local: '10.0.2.1', address: '10.0.2.2', prefixlen: 32 },
  ],
  [
    { address: '10.0.3.1/24', dev, peer: '10.0.4.0/24' },
    { address: '10.0.4.0', prefixlen: 24 },
  ],
  [{ address: '10.0.5.1/24', dev, broadcast: '10.0.5.255' }, { broadcast: '10.0.5.255' }],
  [
    { address: '10.0.5.1/24', dev, label: 'v0:one', scope: 'link' },
    { label: 'v0:one', scope: 'link' },
  ],
  [{ address: '10.0.5.1/24', dev, scope: 'host' }, { scope: 'host' }],
  [{ address: '10.0.5.1/24', dev, scope: 'site' }, { scope: 'site' }],
  [
    { address: '127.0.5.1/8', dev: 'lo' },
    { local: '127.0.5.1', scope: 'host', secondary: true },
  ],
  [{ address: '10.0.6.1/24', dev, metric: 50 }, { metric: 50 }],
  [{ address: '10.0.6.1/24', dev, noPrefixRoute: true }, { noprefixroute: true }],
  [
    { address: '10.0.6.1/24', dev, validLifetime: 1000, preferredLifetime: 500 },
    { valid: 'some', preferred: 'some' },
  ],
  [
    { address: '10.0.6.1/24', dev, validLifetime: 1000 },
    { valid: 'some', preferred: 'some' },
  ],
  [
    { address: '10.0.6.1/24', dev, preferredLifetime: 0 },
    { valid: 'forever', preferred: 'forever', deprecated: true },
  ],
  [{ address: '10.0.0.9/24', dev }, { secondary: true }],
  [{ address: '10.0.7.1/24', dev, protocol: 108 }, { local: '10.0.7.1' }],
  [{ address: '239.1.2.3/32', dev, autoJoin: true }, { autojoin: true }],
  [
    { address: 'fd00:1::1/64', dev, noDad: true },
    { local: 'fd00:1::1', prefixlen: 64, nodad: true },
  ],
  [{ address: 'fd00:1::1/128', dev, peer: 'fd00:1::2/128', noDad: true }, { address: 'fd00:1::2' }],
  [
    { address: 'fd00:1::1/64', dev, noDad: true, home: true, manageTemporaryAddress: true, noPrefixRoute: true },
    { home: true, mngtmpaddr: true, noprefixroute: true },
  ],
  [{ address: 'fd00:1::1/64', dev, noDad: true, metric: 77, protocol: 9 }, { metric: 77 }],
  [
    { address: 'fd00:1::1/64', dev, noDad: true, preferredLifetime: 0 },
    { preferred: 'over', deprecated: true },
  ],
  [{ address: 'fe80::1/64', dev, noDad: true }, { scope: 'link' }],
]

for (const [given, expected] of ours) {
  test(`created, shown by ip, listed, removed, made anew: ${JSON.stringify(given)}`, async (t) => {
    const network = await testNetwork(t)
    const listed = await checkOurs(t, network, kind, given, expected)
    t.is(listed.dynamic, given.validLifetime !== undefined)
  })
}

const theirs: [string, Partial<ListedAddress>][] = [
  ['address add 10.0.1.1/24 dev v0', { family: 'inet', secondary: false, temporary: false, label: 'v0' }],
  ['address add 10.0.0.7/24 dev v0', { secondary: true }],
  ['address add 10.0.1.1 peer 10.0.1.2 dev v0', { address: '10.0.1.1/32', peer: '10.0.1.2/32' }],
  ['address add 10.0.1.1/24 brd + dev v0 valid_lft 90 preferred_lft 90', { broadcast: '10.0.1.255', dynamic: true }],
  ['address add fd00:1::1/64 dev v0 nodad', { family: 'inet6', tentative: false, dynamic: false, noDad: true }],
  ['address add fd00:1::1 peer fd00:1::2 dev v0 nodad', { address: 'fd00:1::1/128', peer: 'fd00:1::2/128' }],
  ['address add fd00:1::1/64 dev v0 nodad preferred_lft 0', { deprecated: true, preferredLifetime: 0 }],
]

for (const [command, expected] of theirs) {
  test(`made by ip ${command}, listed, removed, made anew`, async (t) => {
    t.like(await checkTheirs(t, await testNetwork(t), kind, command), expected)
  })
}

test('an address is tentative until it is known that nobody else has it', async (t) => {
  const network = await testNetwork(t)
  const address = 'fd00:5::1/64'
  // Seconds of probing, so that even a busy machine sees it.
  network.sh('echo 60 > /proc/sys/net/ipv6/conf/v0/dad_transmits')
  await network.send(newAddress({ address, dev }, network.context))
  const listed = (await addressesOf(network)).find((one) => one.address === address)
  t.like(listed, { tentative: true, dadFailed: false })
})

test('an address that another host has is told as one', async (t) => {
  const network = await testNetwork(t)
  const address = 'fd00:5::1/64'
  network.sh(`ip address add ${address} dev v1 nodad`)
  await network.send(newAddress({ address, dev }, network.context))
  const failed = async () => (await addressesOf(network, { dev })).find((one) => one.address === address)?.dadFailed
  for (let tries = 0; !(await failed()) && tries < 200; tries++) await new Promise((resolve) => setTimeout(resolve, 50))
  t.true(await failed())
})

test('an optimistic address is told as one', async (t) => {
  const network = await testNetwork(t)
  // Nobody's answer is waited for longer than the test reads.
  network.sh('cd /proc/sys/net/ipv6/conf/v0; echo 1 > optimistic_dad; echo 60 > dad_transmits')
  await network.send(newAddress({ address: 'fd00:5::1/64', dev, optimistic: true }, network.context))
  const listed = (await addressesOf(network)).find(({ address }) => address === 'fd00:5::1/64')
  const [shown] = network.ip('address', 'show', 'dev', dev, 'to', 'fd00:5::1').flatMap(addressInfo)
  t.is(listed?.optimistic, shown?.['optimistic'] as boolean | undefined)
  t.true(listed?.optimistic)
})

test('a stable private address is told as one', async (t) => {
  const network = await testNetwork(t)
  network.sh('echo 2001:db8::1 > /proc/sys/net/ipv6/conf/v1/stable_secret; ip link set v1 down; ip link set v1 up')
  const listed = await addressesOf(network, { dev: 'v1' })
  t.true(listed.some(({ stablePrivacy }) => stablePrivacy))
})

test('replace changes lifetimes, metric and flags', async (t) => {
  const network = await testNetwork(t)
  const address = '10.0.1.1/24'
  await network.send(newAddress({ address, dev }, network.context))
  await t.throwsAsync(network.send(newAddress({ address, dev }, network.context)), { message: /EEXIST/ })
  await network.send(replaceAddress({ address, dev, metric: 9, validLifetime: 60 }, network.context))
  const listed = (await addressesOf(network)).find((one) => one.address === address)
  t.like(listed, { metric: 9, dynamic: true })
  t.true(Number(listed?.validLifetime) > 55)
  if (listed) await network.send(replaceAddress({ ...listed, validLifetime: 'forever' }, network.context))
})

test('a dump is filtered by the kernel', async (t) => {
  const network = await testNetwork(t)
  network.sh('ip address add 10.7.0.1/24 dev v1')
  const addresses = async (filter: Parameters<typeof dumpAddresses>[0]) =>
    (await addressesOf(network, filter)).map(({ address }) => address)
  t.deepEqual(await addresses({ dev: 'v1' }), ['10.7.0.1/24'])
  t.deepEqual(await addresses({ dev: 'v0', family: 'inet6' }), ['fd00::1/64'])
  t.true((await addresses({})).includes('::1/128'))
})

test('what is no address is an error of the caller', (t) => {
  t.throws(() => newAddress({ address: '10.0.0.1/33', dev: 1 }), { instanceOf: RangeError })
  t.throws(() => newAddress({ address: '10.0.0.1/24', dev: 1, peer: 'x' }), { instanceOf: RangeError })
  t.throws(() => newAddress({ address: '10.0.0.1/24', dev: 'v0' }), { instanceOf: TypeError })
})
