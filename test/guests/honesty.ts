import type { Attack } from './attack.js'
import type { Seen, World } from './attackGround.js'
import {
  arp,
  dhcp,
  etherType,
  fragmentHeader,
  frame,
  icmp,
  icmpv6,
  ip,
  ipProtocol,
  ipv4,
  ipv6,
  joined,
  mac,
  solicitedNode,
  udp,
} from './frames.js'

const broadcast = 'ff:ff:ff:ff:ff:ff'
const data = new TextEncoder().encode('honest')
const { udp: UDP, tcp: TCP, icmp: ICMP, icmpv6: ICMPV6, fragment, hopByHop } = ipProtocol

const sent = ({ me }: World, destination: string, type: number, payload: Uint8Array): Uint8Array =>
  frame({ source: me.mac, destination, type }, payload)

const discovery = (world: World, source: string, to: string, type: number, body: readonly number[]): Uint8Array =>
  sent(
    world,
    '33:33:00:00:00:01',
    etherType.ipv6,
    ipv6({ source, destination: to, protocol: ICMPV6, ttl: 255 }, icmpv6(source, to, type, body)),
  )

const own = ({ me }: World, type: number): number[] => [type, 1, ...mac(me.mac)]
const nonce = [14, 1, 1, 2, 3, 4, 5, 6]
const reports = [0, 0, 0, 1, 4, 0, 0, 0, ...ip('ff02::1:ff00:2')]

const packet4 = (world: World, destination: string, protocol: number, payload: Uint8Array, offset = 0): Uint8Array =>
  sent(
    world,
    world.gateway.mac,
    etherType.ipv4,
    ipv4({ source: world.me.address, destination, protocol, fragment: offset }, payload),
  )
const packet6 = (world: World, destination: string, protocol: number, payload: Uint8Array): Uint8Array =>
  sent(world, world.gateway.mac, etherType.ipv6, ipv6({ source: world.me.address6, destination, protocol }, payload))
const syn = joined([0x10, 0, 0, 80], new Uint8Array(8), [0x50, 2, 0xff, 0xff, 0, 0, 0, 0])

/** What a well-behaved guest sends. */
export const honesty: readonly Attack[] = [
  [
    'an ARP request',
    (w) =>
      sent(w, broadcast, etherType.arp, arp({ senderMac: w.me.mac, sender: w.me.address, target: w.gateway.address })),
  ],
  [
    'a probe for its own address',
    (w) => sent(w, broadcast, etherType.arp, arp({ senderMac: w.me.mac, sender: '0.0.0.0', target: w.me.address })),
  ],
  [
    'an announcement of its own address',
    (w) => sent(w, broadcast, etherType.arp, arp({ senderMac: w.me.mac, sender: w.me.address, target: w.me.address })),
  ],
  [
    'an ARP reply',
    (w) =>
      sent(
        w,
        w.gateway.mac,
        etherType.arp,
        arp({
          operation: 2,
          senderMac: w.me.mac,
          sender: w.me.address,
          targetMac: w.gateway.mac,
          target: w.gateway.address,
        }),
      ),
  ],
  [
    'a DHCP request',
    (w) =>
      sent(
        w,
        broadcast,
        etherType.ipv4,
        ipv4(
          { source: '0.0.0.0', destination: '255.255.255.255', protocol: UDP },
          udp('0.0.0.0', '255.255.255.255', [68, 67], dhcp(w.me.mac)),
        ),
      ),
  ],
  [
    'a DHCP request from its address',
    (w) => packet4(w, w.gateway.address, UDP, udp(w.me.address, w.gateway.address, [68, 67], dhcp(w.me.mac))),
  ],
  [
    'a DHCPv6 request',
    (w) =>
      sent(
        w,
        '33:33:00:01:00:02',
        etherType.ipv6,
        ipv6(
          { source: w.me.linkLocal, destination: 'ff02::1:2', protocol: UDP },
          udp(w.me.linkLocal, 'ff02::1:2', [546, 547], data),
        ),
      ),
  ],
  ['a ping', (w) => packet4(w, w.gateway.address, ICMP, icmp(8, data))],
  [
    'a ping in fragments',
    (w) => [
      packet4(w, w.gateway.address, ICMP, icmp(8, new Uint8Array(8)), 0x2000),
      packet4(w, w.gateway.address, ICMP, data, 2),
    ],
  ],
  ['a connection', (w) => packet4(w, '192.0.2.2', TCP, syn)],
  [
    'a datagram with options',
    (w) =>
      sent(
        w,
        w.gateway.mac,
        etherType.ipv4,
        ipv4(
          { source: w.me.address, destination: w.gateway.address, protocol: UDP, options: [1, 1, 1, 0] },
          udp(w.me.address, w.gateway.address, [7, 7], data),
        ),
      ),
  ],
  [
    'a report of a multicast group',
    (w) => packet4(w, '224.0.0.22', 2, joined([0x22, 0, 0xf9, 0, 0, 0, 0, 1], [4, 0, 0, 0, 239, 1, 1, 1])),
  ],
  [
    'detecting a duplicate of its address',
    (w) => discovery(w, '::', solicitedNode(w.me.address6), 135, [0, 0, 0, 0, ...ip(w.me.address6)]),
  ],
  [
    'detecting a duplicate of its link-local address, with a nonce',
    (w) => discovery(w, '::', solicitedNode(w.me.linkLocal), 135, [0, 0, 0, 0, ...ip(w.me.linkLocal), ...nonce]),
  ],
  [
    'a neighbor solicitation',
    (w) =>
      discovery(w, w.me.address6, solicitedNode(w.gateway.address6), 135, [
        0,
        0,
        0,
        0,
        ...ip(w.gateway.address6),
        ...own(w, 1),
      ]),
  ],
  [
    'a neighbor solicitation of one that it knows',
    (w) => discovery(w, w.me.linkLocal, w.gateway.address6, 135, [0, 0, 0, 0, ...ip(w.gateway.address6)]),
  ],
  [
    'a neighbor advertisement',
    (w) => discovery(w, w.me.address6, 'ff02::1', 136, [0x60, 0, 0, 0, ...ip(w.me.address6), ...own(w, 2)]),
  ],
  [
    'a neighbor advertisement without an option',
    (w) => discovery(w, w.me.linkLocal, w.gateway.linkLocal, 136, [0x40, 0, 0, 0, ...ip(w.me.linkLocal)]),
  ],
  ['a router solicitation', (w) => discovery(w, w.me.linkLocal, 'ff02::2', 133, [0, 0, 0, 0, ...own(w, 1)])],
  ['a router solicitation without an address', (w) => discovery(w, '::', 'ff02::2', 133, [0, 0, 0, 0])],
  [
    'a report of listeners',
    (w) =>
      sent(
        w,
        '33:33:00:00:00:16',
        etherType.ipv6,
        ipv6(
          { source: w.me.linkLocal, destination: 'ff02::16', protocol: hopByHop, ttl: 1 },
          joined([ICMPV6, 0, 5, 2, 0, 0, 1, 0], icmpv6(w.me.linkLocal, 'ff02::16', 143, reports)),
        ),
      ),
  ],
  [
    'a report of listeners without an address',
    (w) =>
      sent(
        w,
        '33:33:00:00:00:16',
        etherType.ipv6,
        ipv6(
          { source: '::', destination: 'ff02::16', protocol: hopByHop, ttl: 1 },
          joined([ICMPV6, 0, 5, 2, 0, 0, 1, 0], icmpv6('::', 'ff02::16', 143, reports)),
        ),
      ),
  ],
  ['a ping in IPv6', (w) => packet6(w, w.gateway.address6, ICMPV6, icmpv6(w.me.address6, w.gateway.address6, 128))],
  [
    'a ping by link-local addresses',
    (w) =>
      sent(
        w,
        w.gateway.mac,
        etherType.ipv6,
        ipv6(
          { source: w.me.linkLocal, destination: w.gateway.linkLocal, protocol: ICMPV6 },
          icmpv6(w.me.linkLocal, w.gateway.linkLocal, 128),
        ),
      ),
  ],
  [
    'a ping in fragments of IPv6',
    (w) => [
      packet6(
        w,
        w.gateway.address6,
        fragment,
        joined(fragmentHeader(ICMPV6, 0, true), icmpv6(w.me.address6, w.gateway.address6, 128)),
      ),
      packet6(w, w.gateway.address6, fragment, joined(fragmentHeader(ICMPV6, 8, false), data)),
    ],
  ],
  ['a connection in IPv6', (w) => packet6(w, '2001:db8::2', TCP, syn)],
]

/** Whether what was sent came through the checks of its source. */
export function cameIn({ mode }: World, { bridged, entered, arp: asked }: Seen): boolean {
  return mode === 'bridged' ? bridged > 0 : entered + asked > 0
}
