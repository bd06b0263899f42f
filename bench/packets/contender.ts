// The contender `linkwright`: the public API, as the guide shows it.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Ipv4Packet } from '../../src/packet/index.js'
import { openTun, type TunTapDevice } from '../../src/tuntap/index.js'

const [mode, first = '1', second = '1400', third] = process.argv.slice(2)
const delay = monitorEventLoopDelay({ resolution: 1 })

interface Start {
  readonly time: number
  readonly usage: NodeJS.CpuUsage
}

function begin(): Start {
  delay.reset()
  delay.enable()
  return { time: performance.now(), usage: process.cpuUsage() }
}

function report({ time, usage }: Start, packets: number, bytes: number): void {
  const { user, system } = process.cpuUsage(usage)
  const seconds = (performance.now() - time) / 1000
  const [median, p99] = [50, 99].map((percentile) => delay.percentile(percentile) / 1e6)
  console.log(JSON.stringify({ packets, bytes, seconds, cpu: (user + system) / 1e6, delay: median, p99 }))
}

async function receive(seconds: number): Promise<void> {
  const device = openTun({ name: 'tun0' }).unwrap()
  console.log('ready')
  let start: Start | undefined
  let [packets, bytes, touched] = [0, 0, 0]
  for await (const batch of device) {
    for (const packet of batch) touched += packet[0] ?? 0
    packets += batch.length
    bytes += batch.byteLength
    if (!start) {
      start = begin()
      packets = bytes = 0
    } else if (performance.now() - start.time >= seconds * 1000) break
  }
  if (start && touched > 0) report(start, packets, bytes)
  device.close()
}

async function send(seconds: number, size: number): Promise<void> {
  const device = openTun({ name: 'tun0' }).unwrap()
  console.log('ready')
  await new Promise((resolve) => process.stdin.once('data', resolve))
  const packet = new Uint8Array(size)
  const [source, destination] = [Uint8Array.of(10, 0, 0, 2), Uint8Array.of(192, 0, 2, 99)]
  Ipv4Packet.create(packet, { source, destination, protocol: 17 })
  const packets = Array.from({ length: 512 }, () => packet)
  const start = begin()
  let taken = 0
  while (performance.now() - start.time < seconds * 1000) taken += await device.send(packets)
  report(start, taken, taken * size)
  process.exit()
}

async function forward(spaces: readonly [string, string], vnetHeader: boolean): Promise<void> {
  const offloads = vnetHeader ? 'available' : []
  const [a, b] = spaces.map((path, index) =>
    openTun({ name: `tun${index}`, namespace: { path }, vnetHeader, offloads }).unwrap(),
  )
  if (!a || !b) throw new Error('no devices')
  const start = begin()
  process.stdin.once('data', () => {
    const [one, other] = [a.counters.sent, b.counters.sent]
    report(start, one.packets + other.packets, one.bytes + other.bytes)
    process.exit()
  })
  const carry = async (from: TunTapDevice, to: TunTapDevice): Promise<void> => {
    for await (const batch of from) to.writeBatch(batch)
  }
  console.log('ready')
  await Promise.all([carry(a, b), carry(b, a)])
}

if (mode === 'receive') await receive(Number(first))
else if (mode === 'send') await send(Number(first), Number(second))
else await forward([first, second], third !== undefined)
