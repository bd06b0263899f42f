import { execFile, spawn } from 'node:child_process'
import { extname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { LearningSwitch } from '../../examples/switch.js'
import { openTap, type TunTapDevice } from '../../src/tuntap/index.js'
import { type TestNamespace, testNamespace } from '../helpers/namespace.js'
import { wiretap } from '../helpers/wiretap.js'

const run = promisify(execFile)

interface Host {
  readonly namespace: TestNamespace
  readonly port: TunTapDevice
}

/** Hosts 10.0.0.1, 10.0.0.2 … in namespaces of their own, each with a TAP that ends at the switch. */
function hosts(
  t: ExecutionContext,
  count: number,
  ageing?: number,
): { device: LearningSwitch; hosts: Host[]; ended: Promise<unknown> } {
  const device = new LearningSwitch(ageing)
  const made = Array.from({ length: count }, (_, index) => {
    const namespace = testNamespace(t)
    const port = openTap({ name: `tap${index}`, namespace: { fd: namespace.fd } }).unwrap()
    namespace.sh(`echo 1 > /proc/sys/net/ipv6/conf/tap${index}/disable_ipv6`)
    namespace.sh(`ip link set tap${index} address 02:00:00:00:00:0${index + 1} up`)
    namespace.sh(`ip addr add 10.0.0.${index + 1}/24 dev tap${index}`)
    return { namespace, port }
  })
  t.teardown(() => device.close())
  return { device, hosts: made, ended: Promise.all(made.map(({ port }) => device.connect(port))) }
}

/** How many answers came; with a deadline, `ping` sends on until there are so many, and can get more. */
const ping = async (host: Host | undefined, address: string, count: number): Promise<number> => {
  const args = [
    `--net=${host?.namespace.path}`,
    '--',
    'ping',
    '-q',
    '-c',
    `${count}`,
    '-i',
    '0.01',
    // By -W it would wait for the last answers twice as long as an answer took so far, and no longer.
    '-w',
    '20',
    address,
  ]
  return Number(/ (\d+) received/.exec((await run('nsenter', args)).stdout)?.[1])
}

test.serial('frames go where their address was seen, and to all before', async (t) => {
  const {
    device,
    hosts: [one, two, three],
    ended,
  } = hosts(t, 3)
  t.true((await ping(one, '10.0.0.2', 50)) >= 50)
  t.deepEqual(
    device.table.map(({ mac, port }) => `${mac} ${port}`),
    ['02:00:00:00:00:01 tap0', '02:00:00:00:00:02 tap1'],
  )
  // Only what is for all, such as the ARP request; the 100 packets of the pings are not.
  t.true((three?.port.counters.sent.packets ?? 100) < 10)
  t.true((await ping(three, '10.0.0.1', 5)) >= 5)
  t.is(device.table.length, 3)
  device.close()
  await ended
  t.deepEqual(device.table, [])
  t.true(two?.port.closed)
})

test.serial('an address that moves is learned anew, and group addresses are not learned', async (t) => {
  const {
    device,
    hosts: [one, two, three],
  } = hosts(t, 3)
  t.true((await ping(one, '10.0.0.2', 2)) >= 2)
  two?.namespace.sh('ip link set tap1 down')
  three?.namespace.sh(
    'ip link set tap2 address 02:00:00:00:00:02; ip addr flush dev tap2; ip addr add 10.0.0.2/24 dev tap2',
  )
  t.true((await ping(three, '10.0.0.1', 2)) >= 2)
  t.is(device.table.find(({ mac }) => mac === '02:00:00:00:00:02')?.port, 'tap2')
  t.true((await ping(one, '10.0.0.2', 10)) >= 1)
})

test.serial('TCP goes through', async (t) => {
  const {
    hosts: [one, two],
  } = hosts(t, 2)
  const program = `
    import net from 'node:net'
    if (process.argv[1] === 'serve') {
      let bytes = 0
      net.createServer((socket) => socket.on('data', (data) => (bytes += data.length)).on('end', () => {
        socket.end(String(bytes)); process.exitCode = 0; setTimeout(() => process.exit(), 100)
      })).listen(80, '10.0.0.2', () => console.log('listening'))
    } else {
      const socket = net.connect(80, '10.0.0.2', () => socket.end(Buffer.alloc(5_000_000)))
      socket.on('data', (data) => console.log(String(data)))
    }`
  const command = (host: Host | undefined, role: string) =>
    run('nsenter', [
      `--net=${host?.namespace.path}`,
      '--',
      process.execPath,
      '--input-type=module',
      '-e',
      program,
      role,
    ])
  const serving = command(two, 'serve')
  await new Promise((resolve) => serving.child.stdout?.once('data', resolve))
  t.is((await command(one, 'send')).stdout, '5000000\n')
  await serving
})

test.serial('a silent address is forgotten, and what is for it goes to all again', async (t) => {
  const {
    device,
    hosts: [one, two, three],
  } = hosts(t, 3, 400)
  t.true((await ping(one, '10.0.0.2', 2)) >= 2)
  t.is(device.table.length, 2)
  t.true((device.table[0]?.age ?? -1) >= 0)
  for (const end = Date.now() + 30_000; device.table.length > 0 && Date.now() < end; ) await sleep(50)
  t.deepEqual(device.table, [])
  const before = three?.port.counters.sent.packets ?? 0
  // The kernel still knows the neighbor, so that no ARP request comes first: the ping itself goes to all.
  one?.namespace.sh('ip neigh replace 10.0.0.2 lladdr 02:00:00:00:00:02 dev tap0')
  t.true((await ping(one, '10.0.0.2', 1)) >= 1)
  t.true((three?.port.counters.sent.packets ?? 0) > before)
  t.true((two?.port.counters.sent.packets ?? 0) > 0)
})

test.serial('a frame never goes back to where it came from, nor where its address is not', async (t) => {
  const { device, hosts: all } = hosts(t, 3)
  const [one] = all
  t.true((await ping(one, '10.0.0.2', 1)) >= 1)
  const sent = () => all.map(({ port }) => port.counters.sent.packets)
  const before = sent()
  // From the first host, to its own address, which the switch knows to be there.
  const frame = Uint8Array.of(2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 0x88, 0xb5, ...new Uint8Array(50))
  if (one) wiretap(t, one.namespace, 'tap0').inject(frame)
  for (const end = Date.now() + 30_000; device.table.length < 3 && Date.now() < end; ) await sleep(20)
  t.is(device.table.find(({ mac }) => mac === '02:00:00:00:00:09')?.port, 'tap0')
  t.deepEqual(sent(), before)
})

test.serial(
  'the program switches between namespaces, shows its table, and goes on when a port is deleted',
  async (t) => {
    const spaces = Array.from({ length: 3 }, () => testNamespace(t))
    const program = fileURLToPath(new URL(`../../examples/switch${extname(import.meta.url)}`, import.meta.url))
    const child = spawn(process.execPath, [program, ...spaces.map(({ path }, index) => `${path}/tap${index}`)])
    let output = ''
    child.stdout.on('data', (text) => (output += text))
    child.stderr.on('data', (text) => (output += text))
    const ended = new Promise((resolve) => child.once('close', resolve))
    t.teardown(() => child.kill('SIGKILL'))
    const says = async (what: RegExp): Promise<void> => {
      for (const end = Date.now() + 30_000; !what.test(output) && Date.now() < end; ) await sleep(20)
      t.regex(output, what)
    }
    await says(/switching between/)
    for (const [index, space] of spaces.entries()) {
      space.sh(`ip link set tap${index} up; ip addr add 10.0.0.${index + 1}/24 dev tap${index}`)
    }
    const received = async (to: number): Promise<boolean> => {
      const args = [`--net=${spaces[0]?.path}`, '--', 'ping', '-q', '-c', '3', '-i', '0.01', '-w', '20', `10.0.0.${to}`]
      return (await run('nsenter', args)).stdout.includes(' 3 received')
    }
    t.true((await received(2)) && (await received(3)))
    child.kill('SIGUSR1')
    await says(/'tap2'/)
    spaces[2]?.sh('ip link del tap2')
    await says(/tap2: the device was deleted/)
    // To everyone, the one that is gone included, if it were still asked.
    spaces[0]?.sh('ip neigh flush dev tap0')
    t.true(await received(2))
    child.kill('SIGTERM')
    t.is(await ended, 0, output)
  },
)
