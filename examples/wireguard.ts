// A WireGuard tunnel between two throw-away hosts: a network namespace of this process, and a named one, `office`. It
// is applied, pinged as a guard, and read back; then a second network moves behind the same peer. Needs root, and a
// kernel with WireGuard.
// tested by: test/reconcile/wireguard.test.ts
import {
  apply,
  generatePresharedKey,
  generatePrivateKey,
  Network,
  namespaces,
  ping,
  publicKeyOf,
  type Result,
  type Spec,
} from 'linkwright'
import { withNamespace } from 'linkwright/testing'

const [laptop, office, shared] = [generatePrivateKey(), generatePrivateKey(), generatePresharedKey()]

/** Both ends of a wire, and the tunnel over it. */
function tunnel(allowedIps: readonly string[]): Spec {
  return {
    links: [
      {
        name: 'wire0',
        kind: 'veth',
        veth: { peer: { name: 'wire0', namespace: 'office' } },
        addresses: ['192.0.2.2/24'],
      },
      {
        name: 'wg0',
        kind: 'wireguard',
        addresses: ['10.9.0.2/24'],
        wireguard: {
          privateKey: laptop,
          peers: [{ publicKey: publicKeyOf(office), presharedKey: shared, endpoint: '192.0.2.1:51820', allowedIps }],
        },
      },
    ],
    namespaces: {
      office: {
        links: [
          { name: 'wire0', addresses: ['192.0.2.1/24'] },
          {
            name: 'wg0',
            kind: 'wireguard',
            addresses: ['10.9.0.1/24'],
            wireguard: {
              privateKey: office,
              listenPort: 51820,
              // No endpoint: the laptop calls, and is answered where it calls from.
              peers: [{ publicKey: publicKeyOf(laptop), presharedKey: shared, allowedIps: ['10.9.0.2/32'] }],
            },
          },
        ],
      },
    },
  }
}

await withNamespace(async ({ reference: namespace }) => {
  try {
    // The first packet waits for the handshake.
    const guards = [ping('10.9.0.1', { timeout: 20_000 })]
    value(await apply(tunnel(['10.9.0.1/32']), { namespace, guards }))
    const report = value(await apply(tunnel(['10.9.0.1/32', '10.20.0.0/16']), { namespace }))
    for (const { equivalent } of report.steps) console.log(equivalent)

    await using network = value(Network.open({ namespace }))
    for (const { name, status } of value(await network.wireguard.list())) {
      for (const { lastHandshake, received } of status.peers) {
        console.log(
          `${name}: handshake ${lastHandshake ? 'done' : 'missing'}, something received: ${(received ?? 0) > 0}`,
        )
      }
    }
  } finally {
    namespaces.delete('office')
  }
})

function value<T>(result: Result<T>): T {
  if (result.err) throw result.val
  return result.val
}
