import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { NetworkError } from '../../../src/error.js'
import { parseAddress } from '../../../src/ip/address.js'
import { type Guard, ping, runGuards, tcp } from '../../../src/reconcile/guards/index.js'
import { socketAddress } from '../../../src/reconcile/guards/socket.js'
import { socketFamily } from '../../../src/reconcile/guards/target.js'
import { SOCK_STREAM } from '../../../src/system/constants.js'
import { checked, libc } from '../../../src/system/libc.js'
import { inNamespace } from '../../../src/system/namespace.js'
import { openDescriptors } from '../../helpers/descriptors.js'
import { type TestNamespace, testNamespace } from '../../helpers/namespace.js'

/** Two namespaces with a cable between them: a has 10.0.0.1 and fd00::1, b the same with 2. */
function cabled(t: ExecutionContext): { a: TestNamespace; b: TestNamespace } {
  const [a, b] = [testNamespace(t), testNamespace(t)]
  a.sh(`ip link add eth0 type veth peer name eth0 netns ${b.path}`)
  for (const [namespace, host] of [
    [a, 1],
    [b, 2],
  ] as const) {
    namespace.sh(
      `ip link set lo up; ip address add 10.0.0.${host}/24 dev eth0; ip address add fd00::${host}/64 dev eth0 nodad; ip link set eth0 addrgenmode none up; ip address add fe80::${host}/64 dev eth0 nodad`,
    )
  }
  return { a, b }
}

const unending = (): AbortSignal => new AbortController().signal

async function run(namespace: TestNamespace, ...guards: Guard[]): Promise<void> {
  await runGuards(guards, { namespaceFd: namespace.fd, signal: unending() })
}

async function failure(t: ExecutionContext, work: Promise<unknown>): Promise<NetworkError> {
  const error = await t.throwsAsync(work, { instanceOf: NetworkError })
  if (!error) throw new Error('passed')
  return error
}

/** A TCP server in a namespace, which ends with the test. */
async function listen(t: ExecutionContext, namespace: TestNamespace, host: string, port: number): Promise<void> {
  const server = createServer((socket) => socket.destroy())
  t.teardown(() => server.close())
  const address = parseAddress(host) ?? new Uint8Array()
  const bytes = socketAddress(address, port)
  const fd = inNamespace(namespace.fd, () => checked(libc.socket(socketFamily(address), SOCK_STREAM, 0), 'socket'))
  checked(libc.bind(fd, bytes, bytes.length), 'bind')
  await new Promise<void>((resolve) => server.listen({ fd }, resolve))
}

/** Longer than any test may take. */
const never = { timeout: 110_000 }

test('ping passes when the host answers, in both families', async (t) => {
  const { a } = cabled(t)
  await delay(20)
  const start = performance.now()
  await t.notThrowsAsync(
    run(
      a,
      ping('10.0.0.2'),
      ping('fd00::2'),
      ping('fe80::2', { interface: 'eth0' }),
      ping('10.0.0.2', { source: '10.0.0.1', interface: 'eth0' }),
      ping('10.0.0.1'),
    ),
  )
  t.log(`${(performance.now() - start).toFixed(1)} ms`)
})

test('ping asks in the namespace that it is given, and not in the own one', async (t) => {
  const { a, b } = cabled(t)
  b.sh('ip address add 10.77.0.1/32 dev lo')
  const error = await failure(t, run(a, ping('10.77.0.1', { timeout: 300 })))
  t.is(error.code, 'GUARD_FAILED')
  t.regex(error.message, /guard ping 10\.77\.0\.1: no answer within 300 ms.*Network is unreachable \(ENETUNREACH\)/)
  a.sh('ip route add 10.77.0.1 via 10.0.0.2')
  await run(a, ping('10.77.0.1', { timeout: 3000 }))
})

for (const [title, address] of [
  ['IPv4', '10.0.0.9'],
  ['IPv6', 'fd00::9'],
] as const) {
  test(`ping waits for a host that comes later, and names the one that never comes: ${title}`, async (t) => {
    const { a, b } = cabled(t)
    const waiting = run(a, ping(address, { timeout: 8000 }))
    await delay(300)
    b.sh(`ip address add ${address}/${title === 'IPv4' ? '24' : '64 nodad'} dev eth0`)
    await waiting
    const start = performance.now()
    const error = await failure(
      t,
      run(a, ping(title === 'IPv4' ? '10.0.0.99' : 'fd00::99', { timeout: 400, interval: 50 })),
    )
    const elapsed = performance.now() - start
    t.true(elapsed >= 399, `${elapsed}`)
    t.is(error.code, 'GUARD_FAILED')
    t.is(error.object, `guard ping ${title === 'IPv4' ? '10.0.0.99' : 'fd00::99'}`)
  })
}

test('ping tells what the kernel says of a host that has no neighbor entry', async (t) => {
  const { a } = cabled(t)
  const error = await failure(t, run(a, ping('10.0.0.99', { timeout: 4000 })))
  t.regex(error.message, /No route to host \(EHOSTUNREACH\)/)
})

test('ping takes no reply but its own', async (t) => {
  const { a, b } = cabled(t)
  // The host answers to nobody, while another ping is answered all the time.
  b.sh('ip address add 10.0.0.3/24 dev eth0')
  const others = Promise.all(Array.from({ length: 20 }, () => run(a, ping('10.0.0.3', { interval: 10 }))))
  b.sh('sysctl -qw net.ipv4.icmp_echo_ignore_all=1')
  await others.catch(() => {})
  t.is((await failure(t, run(a, ping('10.0.0.2', { timeout: 300 })))).code, 'GUARD_FAILED')
  // A ping at the own address sees its request come in too.
  a.sh('sysctl -qw net.ipv4.icmp_echo_ignore_all=1')
  t.is((await failure(t, run(a, ping('10.0.0.1', { timeout: 300 })))).code, 'GUARD_FAILED')
})

test('tcp passes when a connection is made, in both families', async (t) => {
  const { a, b } = cabled(t)
  await Promise.all([listen(t, b, '10.0.0.2', 2222), listen(t, b, 'fd00::2', 2222)])
  await t.notThrowsAsync(
    run(a, tcp('10.0.0.2', 2222), tcp('fd00::2', 2222), tcp('10.0.0.2', 2222, { source: '10.0.0.1' })),
  )
})

test('tcp tries again what was refused, and says so in the end', async (t) => {
  const { a, b } = cabled(t)
  const waiting = run(a, tcp('10.0.0.2', 2223))
  await delay(250)
  await listen(t, b, '10.0.0.2', 2223)
  await waiting
  const error = await failure(t, run(a, tcp('10.0.0.2', 2224, { timeout: 350 })))
  t.is(error.code, 'GUARD_FAILED')
  t.regex(error.message, /tcp 10\.0\.0\.2:2224: no connection within 350 ms.*Connection refused \(ECONNREFUSED\)/)
  const silent = await failure(t, run(a, tcp('fd00::99', 1, { timeout: 300 })))
  t.regex(silent.message, /tcp \[fd00::99\]:1: no connection within 300 ms; the last attempt: no answer/)
  const noSource = await failure(t, run(a, tcp('10.0.0.2', 2223, { timeout: 200, source: '10.0.0.77' })))
  t.regex(noSource.message, /use source address: Cannot assign requested address \(EADDRNOTAVAIL\)/)
})

test('what cannot be asked is refused when the guard is made', (t) => {
  const wrong: readonly (() => Guard)[] = [
    () => ping('example.org'),
    () => ping('10.0.0.256'),
    () => ping('fe80::1'),
    () => ping('fe80::1%eth0'),
    () => ping('224.0.0.1'),
    () => ping('::'),
    () => ping('10.0.0.1', { timeout: 0 }),
    () => ping('10.0.0.1', { timeout: Number.NaN }),
    () => ping('10.0.0.1', { interval: -1 }),
    () => ping('10.0.0.1', { source: 'fd00::1' }),
    () => ping('10.0.0.1', { interface: 'much-too-long-for-a-link' }),
    () => tcp('localhost', 80),
    () => tcp('10.0.0.1', 0),
    () => tcp('10.0.0.1', 65536),
    () => tcp('10.0.0.1', 1.5),
  ]
  for (const make of wrong) t.is(t.throws(make, { instanceOf: NetworkError })?.code, 'INVALID_ARGUMENT', String(make))
})

test('what a program without types gives a guard is refused with what it must be', (t) => {
  const wrong: readonly (readonly [guard: unknown, given: readonly unknown[], message: string])[] = [
    [ping, [5], 'ping 5: 5 is no IPv4 or IPv6 address (names and zones are not taken)'],
    [ping, [], 'ping undefined: undefined is no IPv4 or IPv6 address (names and zones are not taken)'],
    [ping, ['10.0.0.1', null], 'ping 10.0.0.1: null is no object of options'],
    [
      ping,
      ['10.0.0.1', { timeOut: 5 }],
      'ping 10.0.0.1: unknown option "timeOut"; there are timeout, source, interface, interval',
    ],
    [ping, ['10.0.0.1', { interval: '5' }], 'ping 10.0.0.1: interval must be a number of milliseconds above 0'],
    [ping, ['10.0.0.1', { source: 5 }], 'ping 10.0.0.1: source must be a text'],
    [tcp, [{}, 80], 'tcp [object Object]:80: {} is no IPv4 or IPv6 address (names and zones are not taken)'],
    [
      tcp,
      ['10.0.0.1', 80, { interval: 5 }],
      'tcp 10.0.0.1:80: unknown option "interval"; there are timeout, source, interface',
    ],
    [tcp, ['10.0.0.1', '80'], 'tcp 10.0.0.1:80: the port is not 1 to 65535'],
  ]
  for (const [guard, given, message] of wrong) {
    const make = (): unknown => typeof guard === 'function' && Reflect.apply(guard, undefined, given)
    t.throws(make, { instanceOf: NetworkError, code: 'INVALID_ARGUMENT', message })
  }
})

test('a function is a guard: it fails by throwing, rejecting, or giving false', async (t) => {
  const context = { namespaceFd: undefined, signal: unending() }
  let seen = 0
  const passes: readonly Guard[] = [
    () => undefined,
    () => 0,
    async () => null,
    () => {
      seen++
      return true
    },
  ]
  await runGuards(passes, context)
  await runGuards([], context)
  t.is(seen, 1)
  const reason = new Error('the site is down')
  const site: Guard = () => Promise.reject(reason)
  const rejected = await failure(t, runGuards([() => true, site], context))
  t.is(rejected.code, 'GUARD_FAILED')
  t.is(rejected.message, 'guard site: the site is down')
  t.is(rejected.cause, reason)
  t.is((await failure(t, runGuards([() => true, async () => false], context))).message, 'guard 2: it returned false')
  const thrower: Guard = () => {
    throw 'a text'
  }
  t.is((await failure(t, runGuards([thrower], context))).message, 'guard thrower: a text')
})

test('guards run side by side, and the first that fails ends the others', async (t) => {
  const { a } = cabled(t)
  let ended = false
  const heeding: Guard = ({ signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        ended = true
        reject(signal.reason)
      })
    })
  const start = performance.now()
  const error = await failure(
    t,
    run(a, heeding, ping('10.0.0.99', never), tcp('10.0.0.99', 1, never), async () => {
      await delay(50)
      throw new Error('no')
    }),
  )
  t.is(error.message, 'guard 4: no')
  t.true(ended)
  t.true(performance.now() - start < 30_000)
})

test.serial('the signal of the caller ends them, heeded or not', async (t) => {
  const { a } = cabled(t)
  for (const guard of [
    ping('10.0.0.99', never),
    tcp('10.0.0.99', 1, never),
    (() => new Promise(() => {})) satisfies Guard,
  ]) {
    const controller = new AbortController()
    const running = runGuards([guard], { namespaceFd: a.fd, signal: controller.signal })
    setTimeout(() => controller.abort(), 60)
    const start = performance.now()
    t.is((await failure(t, running)).code, 'ABORTED')
    t.true(performance.now() - start < 30_000)
    t.is((await failure(t, runGuards([guard], { namespaceFd: a.fd, signal: controller.signal }))).code, 'ABORTED')
  }
})

test('guards leave no descriptor open', async (t) => {
  const { a, b } = cabled(t)
  await listen(t, b, '10.0.0.2', 2225)
  const round = async (): Promise<void> => {
    await run(a, ping('10.0.0.2'), ping('fd00::2'))
    await failure(t, run(a, ping('10.0.0.99', { timeout: 30 })))
    await failure(t, run(a, ping('192.0.2.1', { timeout: 30, interval: 10 })))
    await failure(t, run(a, ping('10.0.0.2', { timeout: 30, source: '10.0.0.77' })))
    await failure(t, run(a, ping('10.0.0.2', { timeout: 30, interface: 'none0' })))
    await failure(t, run(a, tcp('10.0.0.2', 9, { timeout: 30 })))
    await failure(t, run(a, tcp('10.0.0.99', 9, { timeout: 30 })))
    const controller = new AbortController()
    const running = runGuards([ping('10.0.0.99'), tcp('10.0.0.99', 1)], {
      namespaceFd: a.fd,
      signal: controller.signal,
    })
    controller.abort()
    await failure(t, running)
  }
  await round()
  await delay(50)
  const before = openDescriptors()
  for (let count = 0; count < 10; count++) await round()
  // The accepted ends of connections close when the server has seen them.
  await delay(50)
  t.true(openDescriptors() <= before, `${before} before, ${openDescriptors()} after`)
})
