// Reads as fast as it can from a device that is taken away, and tells how its iteration ended.
import { execFileSync } from 'node:child_process'
import { NetworkError, openTun } from '../../src/tuntap/index.js'

const device = openTun({ name: 'tun0' }).unwrap()
execFileSync('sh', ['-c', 'ip link set tun0 up && ip addr add 10.0.0.1/24 dev tun0'])
// An echo request, whose answer comes out of the device and lets the next one go in.
const request = [0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0x66, 0xdf, 10, 0, 0, 2, 10, 0, 0, 1, 8, 0, 0xf7, 0xff, 0, 0, 0, 0]
const ping = Uint8Array.from(request)
let packets = 0
try {
  for (let index = 0; index < 32; index++) device.write(ping)
  for await (const batch of device) {
    for (const _packet of batch) device.write(ping)
    if (packets < 10_000 && packets + batch.length >= 10_000) console.log('flooded')
    packets += batch.length
  }
  console.log('ended without an error')
} catch (error) {
  console.log(error instanceof NetworkError ? error.code : String(error), device.closed ? 'closed' : 'open')
}
