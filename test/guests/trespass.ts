import type { Attack } from './attack.js'
import type { World } from './attackGround.js'
import {
  dhcp,
  etherType,
  extension,
  fragmentHeader,
  frame,
  icmp,
  icmpv6,
  ip,
  ipProtocol,
  ipv4,
  ipv6,
  joined,
  udp,
} from './frames.js'

const data = new TextEncoder().encode('an attack')
const { udp: UDP, tcp: TCP, icmp: ICMP, icmpv6: ICMPV6, fragment, destinationOptions } = ipProtocol
const uplink = { address: '192.0.2.1', address6: '2001:db8::1' }

/** A packet from the attacker's own addresses, by way of the gateway. */
export function packet(
  world: World,
  destination: string,
  protocol: number,
  payload: Uint8Array,
  { source, to = world.gateway.mac, offset = 0 }: { source?: string; to?: string; offset?: number } = {},
): Uint8Array {
  const header = { source: world.me.mac, destination: to }
  if (!destination.includes(':')) {
    const fields = { source: source ?? world.me.address, destination, protocol, fragment: offset }
    return frame({ ...header, type: etherType.ipv4 }, ipv4(fields, payload))
  }
  const fields = { source: source ?? world.me.address6, destination, protocol }
  return frame({ ...header, type: etherType.ipv6 }, ipv6(fields, payload))
}

/** A datagram from the attacker's own address. */
export function datagram(world: World, destination: string, ports: readonly [number, number], to?: string): Uint8Array {
  const source = destination.includes(':') ? world.me.address6 : world.me.address
  return packet(world, destination, UDP, udp(source, destination, ports, data), to === undefined ? {} : { to })
}

const ping = (world: World, destination: string, to?: string): Uint8Array => {
  const { address6: source } = world.me
  const options = to === undefined ? {} : { to }
  if (!destination.includes(':')) return packet(world, destination, ICMP, icmp(8, data), options)
  return packet(world, destination, ICMPV6, icmpv6(source, destination, 128), options)
}

/** The header of TCP with some flags. */
export function tcp(ports: readonly [number, number], flags: number): Uint8Array {
  const [from, to] = ports
  return joined([from >> 8, from & 255, to >> 8, to & 255], new Uint8Array(8), [0x50, flags, 255, 255, 0, 0, 0, 0])
}

const SYN = 2
const ACK = 16
const broadcast = 'ff:ff:ff:ff:ff:ff'

/** What of the host an attacker tries that was given its port 53 of UDP alone. */
export const hostAttacks: readonly Attack[] = [
  ['a ping of the gateway', (w) => ping(w, w.gateway.address)],
  ['a ping of the gateway in IPv6', (w) => ping(w, w.gateway.address6)],
  [
    "a ping of the gateway's link-local address",
    (w) =>
      packet(w, w.gateway.linkLocal, ICMPV6, icmpv6(w.me.linkLocal, w.gateway.linkLocal, 128), {
        source: w.me.linkLocal,
      }),
  ],
  ['a ping of the uplink', (w) => ping(w, uplink.address)],
  ['a ping of the uplink in IPv6', (w) => ping(w, uplink.address6)],
  ["a ping of another guest's gateway", (w) => ping(w, '10.0.0.5')],
  ['a ping of all nodes', (w) => ping(w, 'ff02::1', '33:33:00:00:00:01')],
  ['a ping of all routers', (w) => ping(w, 'ff02::2', '33:33:00:00:00:02')],
  ['a ping of everybody', (w) => ping(w, '255.255.255.255', broadcast)],
  ['a ping of the subnet', (w) => ping(w, w.mode === 'bridged' ? '10.0.0.255' : '10.0.0.3', broadcast)],
  ['a ping of the gateway by a broadcast frame', (w) => ping(w, w.gateway.address, broadcast)],
  ['a ping of the gateway by the group of LLDP', (w) => ping(w, w.gateway.address, '01:80:c2:00:00:0e')],
  ['a ping of the gateway by the group of LACP', (w) => ping(w, w.gateway.address, '01:80:c2:00:00:02')],
  ['a port that was not named', (w) => datagram(w, w.gateway.address, [53, 54])],
  ['a port that was not named in IPv6', (w) => datagram(w, w.gateway.address6, [53, 54])],
  ['a port of the uplink that was not named', (w) => datagram(w, uplink.address, [53, 123])],
  ['a port that was not named, of everybody', (w) => datagram(w, '255.255.255.255', [53, 54], broadcast)],
  ['mDNS', (w) => datagram(w, '224.0.0.251', [5353, 5353], '01:00:5e:00:00:fb')],
  ['mDNS in IPv6', (w) => datagram(w, 'ff02::fb', [5353, 5353], '33:33:00:00:00:fb')],
  [
    'a DHCP request',
    (w) =>
      packet(w, '255.255.255.255', UDP, udp('0.0.0.0', '255.255.255.255', [68, 67], dhcp(w.me.mac)), {
        source: '0.0.0.0',
        to: broadcast,
      }),
  ],
  ['a DHCPv6 request', (w) => datagram(w, 'ff02::1:2', [546, 547], '33:33:00:01:00:02')],
  ['a connection', (w) => packet(w, w.gateway.address, TCP, tcp([53, 22], SYN))],
  ['a connection to the port that was given for UDP', (w) => packet(w, w.gateway.address, TCP, tcp([53, 53], SYN))],
  ['a connection in IPv6', (w) => packet(w, w.gateway.address6, TCP, tcp([53, 22], SYN))],
  ['an answer that nobody asked for', (w) => packet(w, w.gateway.address, TCP, tcp([53, 22], ACK))],
  ['an answer to the uplink that nobody asked for', (w) => packet(w, uplink.address, TCP, tcp([80, 40000], ACK | SYN))],
  ['SCTP', (w) => packet(w, w.gateway.address, 132, new Uint8Array(20))],
  [
    'a tunnel of IP',
    (w) =>
      packet(w, w.gateway.address, 4, ipv4({ source: '127.0.0.1', destination: '127.0.0.1', protocol: ICMP }, icmp(8))),
  ],
  ['GRE', (w) => packet(w, w.gateway.address, 47, joined([0, 0, 8, 0], data))],
  ['ESP', (w) => packet(w, w.gateway.address6, 50, new Uint8Array(24))],
  ['a protocol of nobody', (w) => packet(w, w.gateway.address, 253, data)],
  ['the loopback address', (w) => ping(w, '127.0.0.1')],
  ['the loopback address in IPv6', (w) => ping(w, '::1')],
  ['the zero address', (w) => datagram(w, '0.0.0.0', [53, 54])],
  [
    'a port that was not named, in fragments',
    (w) => {
      const bytes = udp(w.me.address, w.gateway.address, [53, 54], data)
      return [
        packet(w, w.gateway.address, UDP, bytes.subarray(0, 8), { offset: 0x2000 }),
        packet(w, w.gateway.address, UDP, bytes.subarray(8), { offset: 1 }),
      ]
    },
  ],
  [
    'a port that was not named, in fragments of IPv6 that hide it',
    (w) => {
      const bytes = udp(w.me.address6, w.gateway.address6, [53, 54], data)
      return [
        packet(w, w.gateway.address6, fragment, joined(fragmentHeader(destinationOptions, 0, true), extension(UDP))),
        packet(w, w.gateway.address6, fragment, joined(fragmentHeader(UDP, 8, false), bytes)),
      ]
    },
  ],
  [
    'a port that was not named, behind options',
    (w) =>
      packet(
        w,
        w.gateway.address6,
        destinationOptions,
        joined(extension(UDP), udp(w.me.address6, w.gateway.address6, [53, 54], data)),
      ),
  ],
  [
    'an error about nothing',
    (w) => packet(w, w.gateway.address, ICMP, icmp(3, embedded(w.gateway.address, '192.0.2.2', 9, 9), 4)),
  ],
]

/** How an attacker tries to get to an isolated guest. */
export const isolationAttacks: readonly Attack[] = [
  ['a datagram', (w) => datagram(w, w.victim.address, [7, 7], w.victim.mac)],
  ['a datagram in IPv6', (w) => datagram(w, w.victim.address6, [7, 7], w.victim.mac)],
  ['a datagram by way of the host', (w) => datagram(w, w.victim.address, [7, 7])],
  ['a datagram by way of the host in IPv6', (w) => datagram(w, w.victim.address6, [7, 7])],
  ['a fragment by way of the host', (w) => packet(w, w.victim.address, UDP, new Uint8Array(16), { offset: 0x2000 })],
  ['a connection by way of the host', (w) => packet(w, w.victim.address, TCP, tcp([7, 80], SYN))],
  ['the port of the host that leads to it', (w) => packet(w, uplink.address, TCP, tcp([7, 8080], SYN))],
  ['the port of the gateway that leads to it', (w) => packet(w, w.gateway.address, TCP, tcp([7, 8080], SYN))],
  ['everybody', (w) => datagram(w, '255.255.255.255', [7, 7], broadcast)],
  ['all nodes', (w) => datagram(w, 'ff02::1', [7, 7], '33:33:00:00:00:01')],
  ['its broadcast address', (w) => datagram(w, w.mode === 'bridged' ? '10.0.0.255' : '10.0.0.7', [7, 7])],
  [
    'a source route',
    (w) => {
      const options = [0x83, 7, 4, ...ip(w.victim.address), 0]
      const { address: destination } = w.gateway
      return frame(
        { source: w.me.mac, destination: w.gateway.mac, type: etherType.ipv4 },
        ipv4(
          { source: w.me.address, destination, protocol: UDP, options },
          udp(w.me.address, destination, [7, 7], data),
        ),
      )
    },
  ],
  [
    'a routing header',
    (w) =>
      packet(
        w,
        w.gateway.address6,
        ipProtocol.routing,
        joined([UDP, 2, 0, 1, 0, 0, 0, 0], ip(w.victim.address6), udp(w.me.address6, w.victim.address6, [7, 7], data)),
      ),
  ],
]

/** The beginning of a datagram that an error is about. */
export function embedded(source: string, destination: string, from: number, to: number): Uint8Array {
  const fields = { source, destination, protocol: UDP }
  const bytes = udp(source, destination, [from, to], data)
  return source.includes(':') ? ipv6(fields, bytes) : ipv4(fields, bytes)
}
