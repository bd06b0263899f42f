// A point-to-point VPN: a TUN device here, one there, and encrypted UDP between them. The handshake is Noise KK; the
// rest is there to learn from. To rely on, take WireGuard, which others have examined.
//   node dist/examples/vpn.js genkey                  prints a private and its public key
//   node dist/examples/vpn.js FILE                    runs a daemon with the configuration in FILE (VpnConfiguration)
// tested by: test/examples/vpn.test.ts
import { openTun } from '../src/tuntap/index.js'
import { readConfiguration, type VpnConfiguration } from './vpn/configuration.js'
import { DatagramSocket, socketAddress } from './vpn/datagramSocket.js'
import { key32, keyPair, newKeyPair, privateText } from './vpn/keys.js'
import { leadThrough, sourcesBehind } from './vpn/network.js'
import { Peer } from './vpn/peer.js'
import { Tunnel } from './vpn/tunnel.js'

async function run(configuration: VpnConfiguration): Promise<void> {
  const { privateKey, peerPublicKey, port, mark, endpoint, device: name, rekeyAfterPackets } = configuration
  const { rekeyAfter = 120, deadAfter = 5 } = configuration
  const peer = new Peer({
    identity: { own: keyPair(privateKey), peer: key32(peerPublicKey) },
    rekeyAfter: rekeyAfter * 1000,
    rekeyAfterPackets,
    deadAfter: deadAfter * 1000,
  })
  const letsIn = sourcesBehind(configuration)
  using device = openTun({ name, txQueueLength: 4096, vnetHeader: true, offloads: 'available' }).unwrap()
  using socket = new DatagramSocket(port, mark)
  // From here on a signal ends the tunnel, and what was made is taken back.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => device.close())
  const takeBack = await leadThrough(configuration)
  try {
    console.log(`${name} is up`)
    await new Tunnel(device, socket, peer, {
      endpoint: endpoint && socketAddress(endpoint.address, endpoint.port),
      careEvery: Math.min(250, (rekeyAfter * 1000) / 4, (deadAfter * 1000) / 4),
      letsIn,
      log: console.log,
    }).run()
  } finally {
    device.close()
    await takeBack()
  }
}

const [argument] = process.argv.slice(2)
if (argument === 'genkey') {
  const pair = newKeyPair()
  console.log(`private ${privateText(pair)}\npublic  ${Buffer.from(pair.publicKey).toString('base64')}`)
} else if (argument === undefined) {
  console.error('usage: vpn genkey | vpn FILE')
  process.exitCode = 2
} else {
  await run(readConfiguration(argument))
}
