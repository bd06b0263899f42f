// A learning switch in user space: what a bridge of the kernel does, between TAP devices.
//   node dist/examples/switch.js tap0 tap1 blue/tap2   prints its table at SIGUSR1, and at the end
// tested by: test/examples/switch.test.ts
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { formatMac } from '../src/ip/mac.js'
import { EthernetFrame } from '../src/packet/index.js'
import { openTap, type TunTapDevice } from '../src/tuntap/index.js'

/** Where a MAC address was last seen. */
export interface TableEntry {
  readonly mac: string
  readonly port: string
  /** Seconds since then. */
  readonly age: number
}

interface Place {
  port: TunTapDevice
  seen: number
}

// IEEE 802.1D §7.12.6: what is for the bridge itself (spanning tree, pause, LACP) is never passed on.
const reserved = 0x0180c2000000

/** A switch whose ports are TAP devices. */
export class LearningSwitch {
  readonly #ports = new Set<TunTapDevice>()
  readonly #places = new Map<number, Place>()
  readonly #ageing: number
  readonly #timer: NodeJS.Timeout

  /** @param ageing milliseconds after which a silent address is forgotten; five minutes, as a bridge has it */
  constructor(ageing = 300_000) {
    this.#ageing = ageing
    this.#timer = setInterval(() => this.#forget((place) => performance.now() - place.seen > ageing), ageing / 4)
    this.#timer.unref()
  }

  /**
   * Passes the frames of a port on until it is closed here, or deleted, which is an error. The other ports go on, and
   * what was behind this one is looked for everywhere again.
   */
  async connect(port: TunTapDevice): Promise<void> {
    this.#ports.add(port)
    try {
      for await (const batch of port) {
        const now = performance.now()
        for (const bytes of batch) this.#pass(bytes, port, now)
      }
    } finally {
      this.#ports.delete(port)
      this.#forget((place) => place.port === port)
    }
  }

  /** What the switch has learned, by MAC address. */
  get table(): TableEntry[] {
    const now = performance.now()
    const entries = Array.from(this.#places, ([mac, { port, seen }]) => ({
      mac: formatMac(bytesOf(mac)),
      port: port.name,
      age: (now - seen) / 1000,
    }))
    return entries.sort((a, b) => (a.mac < b.mac ? -1 : 1))
  }

  /** Closes all ports. */
  close(): void {
    clearInterval(this.#timer)
    for (const port of this.#ports) port.close()
  }

  #pass(bytes: Uint8Array, from: TunTapDevice, now: number): void {
    const frame = EthernetFrame.parse(bytes)
    if (!frame) return
    const source = numberOf(bytes, 6)
    // A group cannot be a source; learning it would send what is for all to one port.
    if (((bytes[6] ?? 0) & 1) === 0) this.#learn(source, from, now)
    const destination = numberOf(bytes, 0)
    if (destination - (destination % 16) === reserved) return
    const place = frame.isGroup ? undefined : this.#places.get(destination)
    if (place && now - place.seen <= this.#ageing) {
      if (place.port !== from) this.#send(place.port, bytes)
      return
    }
    for (const port of this.#ports) if (port !== from) this.#send(port, bytes)
  }

  #send(port: TunTapDevice, bytes: Uint8Array): void {
    try {
      if (!port.closed) port.write(bytes)
    } catch {
      // It was just deleted, and is closed now: its own reader tells of that.
    }
  }

  #learn(mac: number, port: TunTapDevice, seen: number): void {
    const place = this.#places.get(mac)
    if (place) {
      place.port = port
      place.seen = seen
    } else this.#places.set(mac, { port, seen })
  }

  #forget(condition: (place: Place) => boolean): void {
    for (const [mac, place] of this.#places) if (condition(place)) this.#places.delete(mac)
  }
}

// 48 bits are a number that a Map finds faster than text, and no view has to be made for it.
function numberOf(bytes: Uint8Array, offset: number): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = [
    bytes[offset],
    bytes[offset + 1],
    bytes[offset + 2],
    bytes[offset + 3],
    bytes[offset + 4],
    bytes[offset + 5],
  ]
  return ((a << 16) | (b << 8) | c) * 0x1000000 + ((d << 16) | (e << 8) | f)
}

function bytesOf(mac: number): Uint8Array {
  const bytes = new Uint8Array(6)
  for (let index = 5, rest = mac; index >= 0; index--, rest = Math.floor(rest / 256)) bytes[index] = rest % 256
  return bytes
}

async function main(names: readonly string[]): Promise<void> {
  if (names.length < 2) {
    console.error('usage: switch TAP TAP…')
    process.exitCode = 2
    return
  }
  const device = new LearningSwitch()
  process.on('SIGUSR1', () => console.table(device.table))
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => finish())
  const finish = (): void => {
    console.table(device.table)
    device.close()
  }
  // A port may be in the namespace of its host: NAMESPACE/TAP.
  const ports = names.map((path) => {
    const at = path.lastIndexOf('/')
    return openTap({
      name: path.slice(at + 1),
      txQueueLength: 4096,
      ...(at < 0 ? {} : { namespace: path.slice(0, at) }),
    }).unwrap()
  })
  console.log(`switching between ${names.join(', ')}`)
  await Promise.all(ports.map((port) => device.connect(port).catch((error: Error) => console.error(error.message))))
  device.close()
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2))
}
