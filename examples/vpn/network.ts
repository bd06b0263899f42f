import { existsSync } from 'node:fs'
import { apply, type Family, type RuleSpec, type Spec } from '../../src/index.js'
import { type Prefix, parsePrefix } from '../../src/ip/prefix.js'

/** What of a daemon's configuration concerns the network. */
export interface NetworkConfiguration {
  /** Name of the TUN device. */
  readonly device: string
  /** Addresses inside the tunnel. */
  readonly addresses: readonly string[]
  /** Which destinations lie behind the tunnel: prefixes, or everything. */
  readonly remote: readonly string[] | 'all'
  /** UDP port here. */
  readonly port: number
  /** Which packets are the daemon's own. */
  readonly mark: number
  /** Bytes; 60 below the path's, for the headers outside. Default 1,420. */
  readonly mtu?: number | undefined
}

const table = 51_820

// A kernel may have been started without IPv6, and then nothing can get past the tunnel by it.
const families: readonly Family[] = existsSync('/proc/net/if_inet6') ? ['inet', 'inet6'] : ['inet']

/** The state of the network while the tunnel is there. */
export function tunnelSpec(configuration: NetworkConfiguration): Spec {
  const { device, addresses, remote, mtu = 1420 } = configuration
  const links = [{ name: device, up: true, mtu, addresses: [...addresses] }]
  if (remote !== 'all') return { links, routes: remote.map((to) => ({ to, dev: device })) }
  const routes = families.map((family) => ({ to: 'default', family, dev: device, table }))
  return { links, routes, rules: rules(configuration) }
}

/** What leads everything through the tunnel but the daemon's own packets. */
function rules({ mark, port }: NetworkConfiguration): RuleSpec[] {
  const byFamily = families.flatMap((family): RuleSpec[] => [
    // More specific routes than the default one stay as they are: the local network, and the tunnel's own.
    { priority: 30_001, family, table: 'main', suppressPrefixLength: 0 },
    { priority: 30_002, family, not: true, fwmark: mark, table },
  ])
  // Where the kernel checks that an answer would go out where a packet came in (rp_filter = 1), it looks the answer up
  // without a mark, and would take the other side's packets for forged ones.
  return [{ priority: 30_000, family: 'inet', ipproto: 'udp', sport: port, table: 'main' }, ...byFamily]
}

/** Makes the network lead through the tunnel, and returns how to take that back. */
export async function leadThrough(configuration: NetworkConfiguration): Promise<() => Promise<void>> {
  // Nothing is left of an apply that fails.
  done(await apply(tunnelSpec(configuration)))
  return async () => {
    // The device takes its addresses and the routes over it along; the rules stay.
    if (configuration.remote === 'all') {
      done(await apply({ rules: rules(configuration).map((rule) => ({ ...rule, absent: true })) }))
    }
  }
}

function done(result: Awaited<ReturnType<typeof apply>>): void {
  if (result.err) throw result.val
}

/**
 * Says whether a packet that came out of the tunnel may have come in at its other end: the source must be one that
 * packets are sent to through the tunnel, or the other side could speak for anybody.
 */
export function sourcesBehind({ addresses, remote }: NetworkConfiguration): (packet: Uint8Array) => boolean {
  if (remote === 'all') return () => true
  const prefixes = [...addresses, ...remote].map((text) => {
    const prefix = parsePrefix(text)
    if (!prefix) throw new TypeError(`not a prefix: ${text}`)
    return prefix
  })
  return (packet) => {
    const isIpv4 = (packet[0] ?? 0) >> 4 === 4
    const [from, to] = isIpv4 ? [12, 16] : [8, 24]
    return packet.length >= to && prefixes.some((prefix) => holds(prefix, packet, from, to - from))
  }
}

function holds({ bytes, length }: Prefix, packet: Uint8Array, from: number, size: number): boolean {
  if (bytes.length !== size) return false
  for (let index = 0; index * 8 < length; index++) {
    const mask = (0xff00 >> Math.min(8, length - index * 8)) & 0xff
    if ((((packet[from + index] ?? 0) ^ (bytes[index] ?? 0)) & mask) !== 0) return false
  }
  return true
}
