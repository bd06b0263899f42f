import type { Spec } from '../../src/index.js'

/** What of a daemon's configuration concerns the network. */
export interface NetworkConfiguration {
  /** Name of the TUN device. */
  readonly device: string
  /** Addresses inside the tunnel. */
  readonly addresses: readonly string[]
  /** Which destinations lie behind the tunnel: prefixes, or everything. */
  readonly remote: readonly string[] | 'all'
  /** Which packets are the daemon's own. */
  readonly mark: number
  /** Bytes; 60 below the path's, for the headers outside. */
  readonly mtu?: number
}

const table = 51_820

/** The state of the network while the tunnel is there. */
export function tunnelSpec({ device, addresses, remote, mark, mtu = 1420 }: NetworkConfiguration): Spec {
  const links = [{ name: device, up: true, mtu, addresses: [...addresses] }]
  if (remote !== 'all') return { links, routes: remote.map((to) => ({ to, dev: device })) }
  return {
    links,
    routes: [{ to: 'default', family: 'inet', dev: device, table }],
    rules: [
      // More specific routes than the default one stay as they are: the local network, and the tunnel's own.
      { priority: 30_000, family: 'inet', table: 'main', suppressPrefixLength: 0 },
      // Everything but the daemon's own packets goes through the tunnel.
      { priority: 30_001, family: 'inet', not: true, fwmark: mark, table },
    ],
  }
}

/** What outlives the device, and is to go when the tunnel ends: the routes go with it. */
export function leftovers({ mark, remote }: NetworkConfiguration): Spec {
  if (remote !== 'all') return {}
  return {
    rules: [
      { priority: 30_000, family: 'inet', table: 'main', suppressPrefixLength: 0, absent: true },
      { priority: 30_001, family: 'inet', not: true, fwmark: mark, table, absent: true },
    ],
  }
}
