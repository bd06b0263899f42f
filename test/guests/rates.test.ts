import test from 'ava'
import { pause } from '../helpers/pause.js'
import { attackGround, type Ground } from './attackGround.js'
import { ipProtocol, udp } from './frames.js'
import { packet } from './trespass.js'

const { udp: UDP } = ipProtocol

/** Datagrams of a size, headers of IP included. */
const datagramOf = ({ world }: Ground, size: number): Uint8Array =>
  packet(world, '192.0.2.2', UDP, udp(world.me.address, '192.0.2.2', [7, 7], new Uint8Array(size - 28)))

const fragmentOf = ({ world }: Ground, size: number): Uint8Array =>
  packet(world, '192.0.2.2', UDP, new Uint8Array(size - 20), { offset: 0x2000 | 3 })

/** Sends more frames than any rate lets through, for a time; seconds that it took. */
function flood(write: (bytes: Uint8Array) => void, bytes: Uint8Array, milliseconds: number): number {
  const start = performance.now()
  do {
    for (let count = 0; count < 100; count++) write(bytes)
    pause(2)
  } while (performance.now() - start < milliseconds)
  return (performance.now() - start) / 1000
}

// So low that what may come at once outlasts the pauses of a busy machine, in which a full bucket would lose.
const rates = { bits: 800_000, packets: 20 } as const

/** What passes in some seconds: bytes or packets. */
function allowed(unit: 'bits' | 'packets', seconds: number): number {
  const [perSecond, atOnce] = unit === 'bits' ? [rates.bits / 8, 262_144] : [rates.packets, 16]
  return perSecond * seconds + atOnce
}

for (const mode of ['bridged', 'routed'] as const) {
  test.serial(`what a ${mode} guest sends is counted in bytes of IP and in packets, fragments too`, async (t) => {
    for (const [what, size, make] of [
      ['large', 1400, datagramOf],
      ['small', 60, datagramOf],
      ['fragments', 60, fragmentOf],
    ] as const) {
      for (const unit of ['bits', 'packets'] as const) {
        const ground = await attackGround(t, { mode, ingress: { [unit]: rates[unit] } })
        const bytes = make(ground, size)
        ground.attack([])
        const seconds = flood((one) => ground.attacker.write(one), bytes, 1200)
        const { bridged, entered } = ground.attack([]).seen
        const passed = (mode === 'bridged' ? bridged : entered) * (unit === 'bits' ? size : 1)
        const wanted = allowed(unit, seconds)
        t.true(Math.abs(passed / wanted - 1) < 0.1, `${what}, ${unit}: ${passed} of ${wanted}`)
      }
    }
  })

  test.serial(`what goes to a ${mode} guest is counted the same way`, async (t) => {
    for (const unit of ['bits', 'packets'] as const) {
      const size = unit === 'bits' ? 1400 : 60
      const { world, host, attack } = await attackGround(t, { mode, egress: { [unit]: rates[unit] } })
      const { address, mac } = world.me
      host.sh(`ip neigh replace ${address} lladdr ${mac} dev ${mode === 'bridged' ? 'guests' : 'tap0'}`)
      attack([])
      const seconds = Number(host.sh(`node -e "${floodScript(address, size - 28)}"`))
      const passed = attack([]).seen.left * (unit === 'bits' ? size : 1)
      const wanted = allowed(unit, seconds)
      t.true(Math.abs(passed / wanted - 1) < 0.1, `${unit}: ${passed} of ${wanted}`)
    }
  })
}

/** A program that sends datagrams for a while, and says how many seconds it did. */
function floodScript(to: string, size: number): string {
  return `
    const socket = require('dgram').createSocket('udp4')
    const bytes = Buffer.alloc(${size})
    let start
    const more = () => {
      const seconds = (performance.now() - start) / 1000
      if (seconds > 1.2) { console.log(seconds); process.exit() }
      for (let count = 0; count < 100; count++) socket.send(bytes)
      setTimeout(more, 2)
    }
    socket.connect(7, '${to}', () => { start = performance.now(); more() })`
}
