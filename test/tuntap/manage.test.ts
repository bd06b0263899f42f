import test, { type ExecutionContext } from 'ava'
import { Connection } from '../../src/netlink/connection.js'
import { FfiTransport } from '../../src/netlink/transports/ffi.js'
import { decodeLink } from '../../src/rtnetlink/decodeLink.js'
import type { ListedLink } from '../../src/rtnetlink/link.js'
import { getLink } from '../../src/rtnetlink/linkMessages.js'
import {
  configureTunTap,
  createTunTap,
  createTunTaps,
  deleteTunTap,
  openTap,
  type TunTapConfiguration,
} from '../../src/tuntap/index.js'
import { openDescriptors } from '../helpers/descriptors.js'
import { type TestNamespace, testNamespace } from '../helpers/namespace.js'

async function listed(t: ExecutionContext, namespace: TestNamespace, name: string): Promise<ListedLink | undefined> {
  const connection = new Connection(new FfiTransport({ namespaceFd: namespace.fd }))
  t.teardown(() => connection.close())
  const [link] = await connection.ask(getLink({ name }), (reply) => decodeLink(reply.body))
  return link
}

function infoOf(namespace: TestNamespace, name: string): unknown {
  const info = namespace.ip('link', 'show', 'dev', name)[0]?.['linkinfo']
  return typeof info === 'object' && info !== null && 'info_data' in info ? info.info_data : undefined
}

const configurations: TunTapConfiguration[] = [
  { name: 'tap0', mode: 'tap' },
  { name: 'tun0', mode: 'tun' },
  { name: 'tap1', mode: 'tap', owner: 4242, group: 4243 },
  { name: 'tun1', mode: 'tun', owner: 0 },
  { name: 'tap2', mode: 'tap', multiQueue: true, vnetHeader: true, packetInfo: true, group: 'daemon' },
  { name: 'tun2', mode: 'tun', vnetHeader: true, owner: 'daemon' },
  { name: 'fifteen-bytes-x', mode: 'tap' },
]

for (const configuration of configurations) {
  const { name, mode, owner, group, ...framing } = configuration
  test(`creates what is asked for, as ip and our own decoder see it: ${JSON.stringify(configuration)}`, async (t) => {
    const namespace = testNamespace(t)
    createTunTap(configuration, namespace.fd)

    const accounts = {
      ...(owner === undefined ? {} : { user: owner === 0 ? 'root' : owner }),
      ...(group === undefined ? {} : { group }),
    }
    const { multiQueue = false, vnetHeader = false, packetInfo = false } = framing
    t.like(infoOf(namespace, name), {
      type: mode,
      persist: true,
      pi: packetInfo,
      vnet_hdr: vnetHeader,
      multi_queue: multiQueue,
      ...accounts,
    })
    t.is(namespace.ip('link', 'show', 'dev', name)[0]?.['link_type'], mode === 'tap' ? 'ether' : 'none')

    const link = await listed(t, namespace, name)
    t.is(link?.kind, mode)
    t.like(link?.[mode], { multiQueue, vnetHeader, packetInfo })
    const id = (account: number | string | undefined): unknown => (account === 'daemon' ? 1 : account)
    t.is(link?.[mode]?.owner, id(owner) as number | undefined)
    t.is(link?.[mode]?.group, id(group) as number | undefined)
  })
}

test('a device is created in the given namespace and nowhere else', (t) => {
  const [here, there] = [testNamespace(t), testNamespace(t)]
  createTunTap({ name: 'tapLonely', mode: 'tap' }, there.fd)
  t.deepEqual(
    there.ip('link').map((link) => link['ifname']),
    ['lo', 'tapLonely'],
  )
  t.deepEqual(
    here.ip('link').map((link) => link['ifname']),
    ['lo'],
  )
})

test('changes owner and group of an existing device and leaves the rest', (t) => {
  const namespace = testNamespace(t)
  const device = { name: 'tap0', mode: 'tap', vnetHeader: true } as const
  createTunTap({ ...device, owner: 4242 }, namespace.fd)
  namespace.sh('ip link set tap0 up mtu 1400')
  configureTunTap({ ...device, owner: 4243, group: 4244 }, namespace.fd)
  t.like(infoOf(namespace, 'tap0'), { user: 4243, group: 4244, vnet_hdr: true, persist: true })
  configureTunTap({ ...device, group: 4245 }, namespace.fd)
  t.like(infoOf(namespace, 'tap0'), { user: 4243, group: 4245 })
  t.like(namespace.ip('link', 'show', 'dev', 'tap0')[0], { mtu: 1400 })
})

test('changes a device of many queues while it is open', (t) => {
  const namespace = testNamespace(t)
  const device = openTap({ name: 'tap0', multiQueue: true, persist: true, namespace: { fd: namespace.fd } }).unwrap()
  t.teardown(() => device.close())
  configureTunTap({ name: 'tap0', mode: 'tap', multiQueue: true, owner: 4242 }, namespace.fd)
  t.like(infoOf(namespace, 'tap0'), { user: 4242, numqueues: 1 })
})

test('removing an owner works or is refused clearly', (t) => {
  const namespace = testNamespace(t)
  createTunTap({ name: 'tap0', mode: 'tap', owner: 4242 }, namespace.fd)
  try {
    configureTunTap({ name: 'tap0', mode: 'tap', owner: -1 }, namespace.fd)
    t.false(JSON.stringify(infoOf(namespace, 'tap0')).includes('user'))
  } catch (error) {
    t.log('this kernel does not remove owners')
    t.like(error, { code: 'UNSUPPORTED', object: 'link tap0', attribute: 'owner' })
    t.like(infoOf(namespace, 'tap0'), { user: 4242 })
  }
})

test('deletes a persistent device', (t) => {
  const namespace = testNamespace(t)
  createTunTap({ name: 'tun0', mode: 'tun' }, namespace.fd)
  deleteTunTap({ name: 'tun0', mode: 'tun' }, namespace.fd)
  t.is(namespace.ip('link').length, 1)
})

test('a batch tells of each device by itself', (t) => {
  const namespace = testNamespace(t)
  const results = createTunTaps(
    [
      { name: 'a', mode: 'tap' },
      { name: 'a', mode: 'tap' },
      { name: 'way-too-long-for-a-name', mode: 'tap' },
      { name: 'b', mode: 'tun', owner: 'nobody-has-this-name' },
      { name: 'c', mode: 'tun' },
    ],
    namespace.fd,
  )
  t.deepEqual(
    results.map((error) => error?.code),
    [undefined, 'EEXIST', 'INVALID_ARGUMENT', 'NOT_FOUND', undefined],
  )
  t.deepEqual(
    namespace.ip('link').map((link) => link['ifname']),
    ['lo', 'a', 'c'],
  )
})

test('1,000 devices are made at once, fast', (t) => {
  const namespace = testNamespace(t)
  const devices = Array.from({ length: 1000 }, (_, index) => ({ name: `tap${index}`, mode: 'tap' }) as const)
  const start = performance.now()
  const results = createTunTaps(devices, namespace.fd)
  const elapsed = performance.now() - start
  t.log(`${Math.round(elapsed)} ms`)
  t.deepEqual(results.filter(Boolean), [])
  t.is(namespace.ip('link').length, 1001)
  t.true(elapsed < 10_000)
})

test('neither success nor failure leaks a descriptor', (t) => {
  const namespace = testNamespace(t)
  createTunTap({ name: 'tap0', mode: 'tap' }, namespace.fd)
  namespace.sh('ip link add br0 type bridge')
  const device = (name: string, owner?: number | string): TunTapConfiguration =>
    owner === undefined ? { name, mode: 'tap' } : { name, mode: 'tap', owner }
  const failing = [device('tap0'), device('br0'), device('tap%d')]
  const before = openDescriptors()
  const codes = new Map<string, number>()
  for (let round = 0; round < 500; round++) {
    for (const error of createTunTaps([device(`new${round}`), ...failing], namespace.fd)) {
      const code = error?.code ?? 'ok'
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
    const wrongKind = openTap({ name: 'br0', namespace: { fd: namespace.fd } })
    t.is(wrongKind.err && wrongKind.val.code, 'EEXIST')
  }
  // These get as far as a device that has to vanish again, which takes the kernel 10 ms and more.
  for (const error of createTunTaps([device('late', -1), device('late', 'nobody-has-this-name')], namespace.fd)) {
    t.truthy(error)
  }
  t.deepEqual(Object.fromEntries(codes), { ok: 500, EEXIST: 1000, INVALID_ARGUMENT: 500 })
  t.is(openDescriptors(), before)
  t.is(namespace.ip('link').length, 503)
})
