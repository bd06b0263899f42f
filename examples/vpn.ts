// A point-to-point VPN: a TUN device here, one there, and encrypted UDP between them. To learn from; to rely on, take
// WireGuard, whose handshake others have examined.
//   node dist/examples/vpn.js genkey                  prints a private and its public key
//   node dist/examples/vpn.js FILE                    runs a daemon with the configuration in FILE (VpnConfiguration)
// tested by: test/examples/vpn.test.ts
import { readFileSync } from 'node:fs'
import { apply } from '../src/index.js'
import { openTun } from '../src/tuntap/index.js'
import { DatagramSocket, socketAddress } from './vpn/datagramSocket.js'
import { key32, keyPair, newKeyPair, privateText } from './vpn/keys.js'
import { leftovers, type NetworkConfiguration, tunnelSpec } from './vpn/network.js'
import { Tunnel } from './vpn/tunnel.js'

/** What the configuration file holds, as JSON. */
interface VpnConfiguration extends NetworkConfiguration {
  /** Base64. */
  readonly privateKey: string
  /** The other side's, Base64. */
  readonly peerPublicKey: string
  /** UDP port here. */
  readonly port: number
  /** Where the other side is; one of the two has to know. */
  readonly endpoint?: { readonly address: string; readonly port: number }
  /** Seconds until the keys change. Default 120. */
  readonly rekeyAfter?: number
  /** Seconds of silence after which the other side is looked for anew. Default 5. */
  readonly deadAfter?: number
}

async function run(configuration: VpnConfiguration): Promise<void> {
  const { privateKey, peerPublicKey, port, mark, endpoint, device: name, rekeyAfter, deadAfter } = configuration
  const device = openTun({ name, txQueueLength: 4096, vnetHeader: true, offloads: 'available' }).unwrap()
  const socket = new DatagramSocket(port, mark)
  const applied = await apply(tunnelSpec(configuration))
  if (applied.err) throw applied.val
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => device.close())
  console.log(`${name} is up`)
  await new Tunnel(device, socket, {
    identity: { own: keyPair(privateKey), peer: key32(peerPublicKey) },
    endpoint: endpoint && socketAddress(endpoint.address, endpoint.port),
    rekeyAfter: rekeyAfter && rekeyAfter * 1000,
    deadAfter: deadAfter && deadAfter * 1000,
    log: console.log,
  }).run()
  const cleaned = await apply(leftovers(configuration))
  if (cleaned.err) throw cleaned.val
}

const [argument] = process.argv.slice(2)
if (argument === 'genkey') {
  const pair = newKeyPair()
  console.log(`private ${privateText(pair)}\npublic  ${Buffer.from(pair.publicKey).toString('base64')}`)
} else if (argument === undefined) {
  console.error('usage: vpn genkey | vpn FILE')
  process.exitCode = 2
} else {
  await run(JSON.parse(readFileSync(argument, 'utf8')))
}
