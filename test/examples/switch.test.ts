import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { LearningSwitch } from '../../examples/switch.js'
import { openTap, type TunTapDevice } from '../../src/tuntap/index.js'
import { type TestNamespace, testNamespace } from '../helpers/namespace.js'

const run = promisify(execFile)

interface Host {
  readonly namespace: TestNamespace
  readonly port: TunTapDevice
}

/** Hosts 10.0.0.1, 10.0.0.2 … in namespaces of their own, each with a TAP that ends at the switch. */
function hosts(t: ExecutionContext, count: number): { device: LearningSwitch; hosts: Host[]; ended: Promise<unknown> } {
  const device = new LearningSwitch()
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

const ping = async (host: Host | undefined, address: string, count: number): Promise<string> => {
  const args = [`--net=${host?.namespace.path}`, '--', 'ping', '-q', '-c', `${count}`, '-i', '0.01', '-W', '2', address]
  return (await run('nsenter', args)).stdout
}

test('frames go where their address was seen, and to all before', async (t) => {
  const {
    device,
    hosts: [one, two, three],
    ended,
  } = hosts(t, 3)
  t.regex(await ping(one, '10.0.0.2', 50), / 50 received/)
  t.deepEqual(
    device.table.map(({ mac, port }) => `${mac} ${port}`),
    ['02:00:00:00:00:01 tap0', '02:00:00:00:00:02 tap1'],
  )
  // Only what is for all, such as the ARP request; the 100 packets of the pings are not.
  t.true((three?.port.counters.sent.packets ?? 100) < 10)
  t.regex(await ping(three, '10.0.0.1', 5), / 5 received/)
  t.is(device.table.length, 3)
  device.close()
  await ended
  t.deepEqual(device.table, [])
  t.true(two?.port.closed)
})

test('an address that moves is learned anew, and group addresses are not learned', async (t) => {
  const {
    device,
    hosts: [one, two, three],
  } = hosts(t, 3)
  t.regex(await ping(one, '10.0.0.2', 2), / 2 received/)
  two?.namespace.sh('ip link set tap1 down')
  three?.namespace.sh(
    'ip link set tap2 address 02:00:00:00:00:02; ip addr flush dev tap2; ip addr add 10.0.0.2/24 dev tap2',
  )
  t.regex(await ping(three, '10.0.0.1', 2), / 2 received/)
  t.is(device.table.find(({ mac }) => mac === '02:00:00:00:00:02')?.port, 'tap2')
  t.regex(await ping(one, '10.0.0.2', 2), / 2 received/)
})

test('TCP goes through', async (t) => {
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
