import { type Attack, allNodes, broadcast, data, framed, group6, honest, ICMP, lie, stranger, UDP } from './attack.js'
import type { World } from './attackGround.js'
import {
  dhcp,
  etherType,
  extension,
  fragmentHeader,
  frame,
  icmp,
  ip,
  ipProtocol,
  ipv4,
  ipv6,
  joined,
  udp,
} from './frames.js'

const { fragment, destinationOptions } = ipProtocol
/** What the header of IP can lie about. */
export const packetAttacks: readonly Attack[] = [
  ['the address of the victim', (world) => lie(world, world.victim.address)],
  ['the address of the victim, to the gateway', (world) => lie(world, world.victim.address, world.gateway.address)],
  ['the address of the gateway', (world) => lie(world, world.gateway.address)],
  ['the address of the uplink', (world) => lie(world, '192.0.2.1')],
  ['an address of the world', (world) => lie(world, '198.51.100.1')],
  ['an address of nobody', (world) => lie(world, '10.0.0.66')],
  ['no address', (world) => lie(world, '0.0.0.0')],
  ['no address, to everybody', (world) => lie(world, '0.0.0.0', '255.255.255.255')],
  ['the broadcast address', (world) => lie(world, '255.255.255.255')],
  ['the loopback address', (world) => lie(world, '127.0.0.1')],
  ['a multicast address', (world) => lie(world, '224.0.0.1')],
  ['the address of the victim in IPv6', (world) => lie(world, world.victim.address6)],
  ["the victim's link-local address", (world) => lie(world, world.victim.linkLocal, allNodes)],
  ["the gateway's link-local address", (world) => lie(world, world.gateway.linkLocal, allNodes)],
  ['another link-local address', (world) => lie(world, 'fe80::66')],
  ['an address of the prefix beyond the assigned one', (world) => lie(world, 'fd00::66')],
  ['no address in IPv6', (world) => lie(world, '::')],
  ['the loopback address in IPv6', (world) => lie(world, '::1')],
  ['a mapped address', (world) => lie(world, '::ffff:10.0.0.66')],
  ['a multicast address in IPv6', (world) => lie(world, 'ff02::1')],
  [
    'the address of the victim with a source route',
    ({ ...world }) => {
      const { victim, gateway } = world
      const options = [0x83, 7, 4, ...ip(gateway.address), 0]
      return framed(
        world,
        etherType.ipv4,
        ipv4(
          { source: victim.address, destination: gateway.address, protocol: UDP, options },
          udp(victim.address, gateway.address, [7, 7], data),
        ),
      )
    },
  ],
  [
    'a first fragment from the victim',
    (world) => {
      const { victim, gateway } = world
      return framed(
        world,
        etherType.ipv4,
        ipv4(
          { source: victim.address, destination: gateway.address, protocol: UDP, fragment: 0x2000 },
          udp(victim.address, gateway.address, [7, 7], new Uint8Array(8)),
        ),
      )
    },
  ],
  [
    'a second fragment from the victim',
    (world) =>
      framed(
        world,
        etherType.ipv4,
        ipv4({ source: world.victim.address, destination: world.gateway.address, protocol: UDP, fragment: 2 }, data),
      ),
  ],
  [
    'a second fragment from the victim in IPv6',
    (world) =>
      framed(
        world,
        etherType.ipv6,
        ipv6(
          { source: world.victim.address6, destination: world.gateway.address6, protocol: fragment },
          joined(fragmentHeader(UDP, 16, false), data),
        ),
      ),
  ],
  ['a DHCP server', (world) => serverOf(world, 67, 68)],
  ['a DHCP server under the own address in the first fragment', (world) => serverOf(world, 67, 68, 0x2000)],
  ['a DHCP server at another port of the client', (world) => serverOf(world, 67, 7)],
  [
    'a DHCPv6 server',
    (world) => {
      const { linkLocal: source } = world.me
      return group6(
        world,
        ipv6({ source, destination: allNodes, protocol: UDP }, udp(source, allNodes, [547, 546], data)),
      )
    },
  ],
  [
    'a DHCPv6 server behind destination options',
    (world) => {
      const { linkLocal: source } = world.me
      return group6(
        world,
        ipv6(
          { source, destination: allNodes, protocol: destinationOptions },
          joined(extension(UDP), udp(source, allNodes, [547, 546], data)),
        ),
      )
    },
  ],
  [
    'a DHCP request for the MAC address of the victim',
    (world) => request(world, '0.0.0.0', '255.255.255.255', world.victim.mac),
  ],
  [
    'a DHCP request for a stranger from the own address',
    (world) => request(world, world.me.address, '255.255.255.255', stranger),
  ],
  ['a DHCP request to one from no address', (world) => request(world, '0.0.0.0', world.victim.address, world.me.mac)],
  ['an ICMP redirect', (world) => icmpFrom(world, 5)],
  ['a router advertisement in ICMP', (world) => icmpFrom(world, 9)],
  ['a query of IGMP', (world) => multicast(world, 2, '224.0.0.1', joined([0x11, 100, 0xee, 0x9b, 0, 0, 0, 0]))],
  [
    'a multicast router advertisement in IGMP',
    (world) => multicast(world, 2, '224.0.0.106', joined([0x30, 20, 0, 0, 0, 0, 0, 0])),
  ],
  ['a hello of PIM', (world) => multicast(world, 103, '224.0.0.13', joined([0x20, 0, 0xdf, 0xff]))],
  [
    'a hello of PIM in IPv6',
    (world) =>
      group6(
        world,
        ipv6(
          { source: world.me.linkLocal, destination: 'ff02::d', protocol: 103, ttl: 1 },
          joined([0x20, 0, 0xdf, 0xff]),
        ),
      ),
  ],
]

function serverOf(world: World, from: number, to: number, fragments = 0): Uint8Array {
  const { address: source } = world.me
  const destination = '255.255.255.255'
  const datagram = udp(source, destination, [from, to], dhcp(world.victim.mac, 2))
  const packet = ipv4(
    { source, destination, protocol: UDP, fragment: fragments },
    fragments ? datagram.subarray(0, 8) : datagram,
  )
  return frame({ source: world.me.mac, destination: broadcast, type: etherType.ipv4 }, packet)
}

function request(world: World, source: string, destination: string, client: string): Uint8Array {
  const packet = ipv4({ source, destination, protocol: UDP }, udp(source, destination, [68, 67], dhcp(client)))
  return frame({ source: world.me.mac, destination: broadcast, type: etherType.ipv4 }, packet)
}

function icmpFrom(world: World, type: number): Uint8Array {
  const { me, victim } = world
  const body = joined(ip(me.address), honest(world).subarray(0, 28))
  return framed(
    world,
    etherType.ipv4,
    ipv4({ source: me.address, destination: victim.address, protocol: ICMP }, icmp(type, body)),
  )
}

function multicast(world: World, protocol: number, destination: string, payload: Uint8Array): Uint8Array {
  const [, b = 0, c = 0, d = 0] = ip(destination)
  const to = ['01', '00', '5e', ...[b & 0x7f, c, d].map((byte) => byte.toString(16).padStart(2, '0'))].join(':')
  return frame(
    { source: world.me.mac, destination: to, type: etherType.ipv4 },
    ipv4({ source: world.me.address, destination, protocol, ttl: 1 }, payload),
  )
}
