import test, { type ExecutionContext } from 'ava'
import { configureTunTap, createTunTap, deleteTunTap, NetworkError, openTap, openTun } from '../../src/tuntap/index.js'
import { testNamespace } from '../helpers/namespace.js'
import { fixture, runProgram } from '../helpers/program.js'

/** The error that `work` ends in, thrown or returned. */
function errorOf(t: ExecutionContext, work: () => unknown): NetworkError {
  let outcome: unknown
  try {
    outcome = work()
  } catch (error) {
    outcome = error
  }
  if (typeof outcome === 'object' && outcome !== null && 'err' in outcome && 'val' in outcome) outcome = outcome.val
  if (outcome instanceof NetworkError) {
    t.log(outcome.message)
    return outcome
  }
  throw new Error(`no error: ${outcome}`)
}

const invalidNames: [name: string, says: RegExp][] = [
  ['', /empty/],
  ['sixteen-bytes-xx', /has 16 bytes, the kernel allows 15/],
  ['größe-ist-wichtig', /bytes, the kernel allows 15/],
  ['.', /does not allow/],
  ['..', /does not allow/],
  ['a/b', /must not contain/],
  ['a b', /must not contain/],
  ['a:b', /must not contain/],
  ['a\0b', /must not contain/],
  ['tap%d', /template/],
  ['50%', /template/],
]

for (const [name, says] of invalidNames) {
  test(`an invalid name is refused before anything is done: ${JSON.stringify(name)}`, (t) => {
    const namespace = testNamespace(t)
    const error = errorOf(t, () => createTunTap({ name, mode: 'tap' }, namespace.fd))
    t.is(error.code, 'INVALID_ARGUMENT')
    t.regex(error.message, says)
    t.is(namespace.ip('link').length, 1)
  })
}

test('opening takes a template and tells the name', (t) => {
  const namespace = { fd: testNamespace(t).fd }
  const devices = [openTap({ namespace }), openTap({ namespace, name: 'vm%d' }), openTun({ namespace })].map((result) =>
    result.unwrap(),
  )
  t.deepEqual(
    devices.map((device) => device.name),
    ['tap0', 'vm0', 'tun0'],
  )
  for (const device of devices) device.close()
  t.is(errorOf(t, () => openTap({ namespace, name: '%s%d' })).code, 'INVALID_ARGUMENT')
  t.is(errorOf(t, () => openTap({ namespace, name: '%d%d' })).code, 'INVALID_ARGUMENT')
})

test('a device that exists', (t) => {
  const namespace = testNamespace(t)
  createTunTap({ name: 'tap0', mode: 'tap' }, namespace.fd)
  for (const work of [
    () => createTunTap({ name: 'tap0', mode: 'tap' }, namespace.fd),
    () => createTunTap({ name: 'tap0', mode: 'tun' }, namespace.fd),
    () => openTap({ name: 'tap0', exclusive: true, namespace: { fd: namespace.fd } }),
  ]) {
    const error = errorOf(t, work)
    t.is(error.code, 'EEXIST')
    t.is(error.object, 'link tap0')
    t.regex(error.message, /a tap device of this name exists/)
  }
})

test('a name taken by another kind of link', (t) => {
  const namespace = testNamespace(t)
  namespace.sh('ip link add br0 type bridge; ip link property add dev br0 altname bridge-of-many')
  for (const name of ['br0', 'bridge-of-many', 'lo']) {
    for (const work of [
      () => createTunTap({ name, mode: 'tap' }, namespace.fd),
      () => openTun({ name, namespace: { fd: namespace.fd } }),
      () => configureTunTap({ name, mode: 'tap', owner: 1 }, namespace.fd),
    ]) {
      const error = errorOf(t, work)
      t.is(error.code, 'EEXIST')
      t.regex(error.message, name === 'lo' ? /taken by/ : /taken by a bridge link/)
    }
  }
})

test('the wrong mode', (t) => {
  const namespace = testNamespace(t)
  createTunTap({ name: 'tun0', mode: 'tun' }, namespace.fd)
  const error = errorOf(t, () => openTap({ name: 'tun0', namespace: { fd: namespace.fd } }))
  t.like(error, { code: 'EINVAL', errno: 22, attribute: 'mode', object: 'link tun0' })
  t.regex(error.message, /it is a tun device and cannot be used as tap/)
})

test('busy, since it has one queue', (t) => {
  const namespace = testNamespace(t)
  const device = openTap({ name: 'tap0', persist: true, namespace: { fd: namespace.fd } }).unwrap()
  for (const work of [
    () => openTap({ name: 'tap0', namespace: { fd: namespace.fd } }),
    () => configureTunTap({ name: 'tap0', mode: 'tap', owner: 1 }, namespace.fd),
    () => deleteTunTap({ name: 'tap0', mode: 'tap' }, namespace.fd),
  ]) {
    const error = errorOf(t, work)
    t.like(error, { code: 'EBUSY', errno: 16 })
    t.regex(error.message, /open in another place/)
  }
  device.close()
  t.notThrows(() => configureTunTap({ name: 'tap0', mode: 'tap', owner: 1 }, namespace.fd))
})

test('another number of queues than it was created for', (t) => {
  const namespace = testNamespace(t)
  createTunTap({ name: 'one', mode: 'tap' }, namespace.fd)
  createTunTap({ name: 'many', mode: 'tap', multiQueue: true }, namespace.fd)
  const reference = { fd: namespace.fd }
  for (const [name, multiQueue, says] of [
    ['one', true, /created without multiQueue/],
    ['many', false, /created with multiQueue/],
  ] as const) {
    const error = errorOf(t, () => openTap({ name, multiQueue, namespace: reference }))
    t.like(error, { code: 'EINVAL', attribute: 'multiQueue' })
    t.regex(error.message, says)
  }
})

test('another framing than the open queues have', (t) => {
  const namespace = { fd: testNamespace(t).fd }
  const first = openTap({ name: 'tap0', multiQueue: true, vnetHeader: true, namespace }).unwrap()
  t.teardown(() => first.close())
  const error = errorOf(t, () => openTap({ name: 'tap0', multiQueue: true, namespace }))
  t.like(error, { code: 'EINVAL', attribute: 'vnetHeader' })
})

test('too many queues', (t) => {
  const namespace = testNamespace(t)
  const options = { name: 'tap0', multiQueue: true, namespace: { fd: namespace.fd } } as const
  const devices = Array.from({ length: 256 }, () => openTap(options).unwrap())
  const error = errorOf(t, () => openTap(options))
  for (const device of devices) device.close()
  t.is(error.code, 'E2BIG')
  t.regex(error.message, /all queues that the kernel allows are open/)
  t.is(namespace.ip('link').length, 1)
})

test('changing a device that does not exist leaves none behind', (t) => {
  const namespace = testNamespace(t)
  t.is(errorOf(t, () => configureTunTap({ name: 'tap0', mode: 'tap', owner: 1 }, namespace.fd)).code, 'NOT_FOUND')
  t.is(errorOf(t, () => deleteTunTap({ name: 'tap0', mode: 'tap' }, namespace.fd)).code, 'NOT_FOUND')
  t.is(namespace.ip('link').length, 1)
})

test('options that contradict each other', (t) => {
  const namespace = { fd: testNamespace(t).fd }
  const codeOf = (options: Parameters<typeof openTap>[0]): string =>
    errorOf(t, () => openTap({ namespace, ...options })).code
  t.is(codeOf({ offloads: ['checksum'] }), 'INVALID_ARGUMENT')
  t.is(codeOf({ vnetHeader: true, offloads: ['tso4'] }), 'INVALID_ARGUMENT')
  t.is(codeOf({ maxPacket: 0 }), 'INVALID_ARGUMENT')
  t.is(codeOf({ vnetHeader: true, vnetHeaderSize: 4 }), 'INVALID_ARGUMENT')
  t.is(codeOf({ owner: 1.5 }), 'INVALID_ARGUMENT')
})

test('a namespace that does not exist', (t) => {
  t.is(errorOf(t, () => openTap({ namespace: 'there-is-no-such-namespace' })).code, 'NOT_FOUND')
})

/** The error of the fixture, run after `preparation` in a mount namespace and a network namespace of its own. */
async function errorInside(t: ExecutionContext, preparation: string, prefix: string, args: string): Promise<unknown> {
  const { path } = testNamespace(t)
  const command = `${preparation}; exec ${prefix} ${process.execPath} ${fixture(import.meta.url, 'attempt')} ${args}`
  const ended = await runProgram(['nsenter', `--net=${path}`, '--', 'unshare', '-m', 'sh', '-c', command])
  t.is(ended.code, 0, ended.stderr)
  const error: unknown = JSON.parse(ended.stdout)
  t.log(error)
  return error
}

const deviceFile = (mode: string): string =>
  `mount -t tmpfs none /dev/net && mknod /dev/net/tun c 10 200 && chmod ${mode} /dev/net/tun`
const asNobody = 'setpriv --reuid 65534 --regid 65534 --clear-groups'

test('no /dev/net/tun', async (t) => {
  const error = await errorInside(t, 'mount -t tmpfs none /dev/net', '', 'create tap0')
  t.like(error, { code: 'UNSUPPORTED', object: 'link tap0' })
  t.regex(JSON.stringify(error), /there is no \/dev\/net\/tun here.*modprobe tun/)
})

test('no driver behind /dev/net/tun', async (t) => {
  const preparation = 'mount -t tmpfs none /dev/net && mknod /dev/net/tun c 10 254'
  t.like(await errorInside(t, preparation, '', 'create tap0'), { code: 'UNSUPPORTED' })
})

test('no permission to open /dev/net/tun', async (t) => {
  const error = await errorInside(t, deviceFile('600'), asNobody, 'create tap0')
  t.like(error, { code: 'EACCES', errno: 13 })
  t.regex(JSON.stringify(error), /no permission to open \/dev\/net\/tun/)
})

test('no permission to create', async (t) => {
  const error = await errorInside(t, deviceFile('666'), asNobody, 'create tap0')
  t.like(error, { code: 'EPERM', errno: 1 })
  t.regex(JSON.stringify(error), /link tap0: no permission to create.*CAP_NET_ADMIN/)
})

test("no permission to attach to another user's device", async (t) => {
  const preparation = `${deviceFile('666')}; ip tuntap add tap0 mode tap user 1000`
  const error = await errorInside(t, preparation, asNobody, 'open tap0')
  t.like(error, { code: 'EPERM', errno: 1 })
  t.regex(JSON.stringify(error), /no permission to attach: be its owner.*CAP_NET_ADMIN/)
})

test('the owner needs no privilege', async (t) => {
  const preparation = `${deviceFile('666')}; ip tuntap add tap0 mode tap user 65534`
  t.deepEqual(await errorInside(t, preparation, asNobody, 'open tap0'), {})
})
