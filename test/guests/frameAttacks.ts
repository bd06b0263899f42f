import { type Attack, broadcast, data, framed, honest, lie, stranger, UDP } from './attack.js'
import type { World } from './attackGround.js'
import { arp, etherType, frame, ipv6, joined, mac, tagged, word } from './frames.js'

const from = (source: string) => (world: World) =>
  frame({ source, destination: world.towardsVictim, type: etherType.ipv4 }, honest(world))

/** Frames whose Ethernet header lies, or hides something. */
export const frameAttacks: readonly Attack[] = [
  ['the MAC address of a stranger', from(stranger)],
  ["the victim's MAC address", (world) => from(world.victim.mac)(world)],
  ["the gateway's MAC address", (world) => from(world.gateway.mac)(world)],
  ['a MAC address of zeros', from('00:00:00:00:00:00')],
  ['the broadcast address as source', from(broadcast)],
  ['a group as source', from('33:33:00:00:00:01')],
  [
    'a VLAN tag before an honest packet',
    (world) => tagged(framed(world, etherType.ipv4, honest(world)), 0x81, 0, 0, 5),
  ],
  ['a VLAN tag before a lie', (world) => tagged(lie(world, world.victim.address), 0x81, 0, 0, 5)],
  ['a priority tag before a lie', (world) => tagged(lie(world, world.victim.address), 0x81, 0, 0xe0, 0)],
  ['a priority tag before a lie in IPv6', (world) => tagged(lie(world, world.victim.address6), 0x81, 0, 0xe0, 0)],
  ['a service tag before a lie', (world) => tagged(lie(world, world.victim.address), 0x88, 0xa8, 0, 5)],
  ['two tags before a lie', (world) => tagged(lie(world, world.victim.address), 0x88, 0xa8, 0, 5, 0x81, 0, 0, 6)],
  ['two priority tags before a lie', (world) => tagged(lie(world, world.victim.address), 0x81, 0, 0, 0, 0x81, 0, 0, 0)],
  [
    'a priority tag before a lying ARP packet',
    (world) =>
      tagged(
        framed(
          world,
          etherType.arp,
          arp({ senderMac: world.me.mac, sender: world.victim.address, target: world.gateway.address }),
        ),
        ...[0x81, 0, 0, 0],
      ),
  ],
  [
    'IP in LLC and SNAP',
    (world) => {
      const packet = joined([0xaa, 0xaa, 3, 0, 0, 0, 8, 0], honest(world))
      return framed(world, packet.length, packet)
    },
  ],
  ['IP in LLC', (world) => framed(world, 103, joined([6, 6, 3], honest(world)))],
  ['PPPoE discovery', (world) => framed(world, 0x8863, joined([0x11, 9, 0, 0, 0, 0]))],
  [
    'IP in a PPPoE session',
    (world) =>
      framed(world, 0x8864, joined([0x11, 0, 0, 1, ...word(2 + honest(world).length), 0, 0x21], honest(world))),
  ],
  ['IP behind an MPLS label', (world) => framed(world, 0x8847, joined([0, 0, 0x11, 64], honest(world)))],
  [
    'LLDP to its group',
    (world) =>
      frame(
        { source: stranger, destination: '01:80:c2:00:00:0e', type: 0x88cc },
        joined(data, world.me.mac.split(':').map(Number)),
      ),
  ],
  [
    'a packet to the group of LLDP from another MAC address',
    (world) =>
      frame({ source: world.victim.mac, destination: '01:80:c2:00:00:0e', type: etherType.ipv4 }, honest(world)),
  ],
  [
    'an ARP packet to the group of LLDP',
    (world) =>
      frame(
        { source: world.me.mac, destination: '01:80:c2:00:00:0e', type: etherType.arp },
        arp({ senderMac: world.me.mac, sender: world.victim.address, target: world.gateway.address }),
      ),
  ],
  [
    'a packet to the group of LLDP with the address of another',
    (world) => joined(mac('01:80:c2:00:00:0e'), lie(world, world.victim.address).subarray(6)),
  ],
  [
    'a packet to the group of LACP from another MAC address',
    (world) =>
      frame({ source: world.victim.mac, destination: '01:80:c2:00:00:02', type: etherType.ipv4 }, honest(world)),
  ],
  [
    'a packet to the group of EAPOL',
    (world) => frame({ source: world.me.mac, destination: '01:80:c2:00:00:03', type: 0x888e }, joined([2, 1, 0, 0])),
  ],
  [
    'a BPDU',
    ({ me }) =>
      frame(
        { source: me.mac, destination: '01:80:c2:00:00:00', type: 38 },
        joined([0x42, 0x42, 3, 0, 0, 0, 0, 0], new Uint8Array(30)),
      ),
  ],
  [
    'a pause frame',
    ({ me }) => frame({ source: me.mac, destination: '01:80:c2:00:00:01', type: 0x8808 }, joined([0, 1, 0xff, 0xff])),
  ],
  ['MRP', (world) => framed(world, 0x88e3, joined([0, 1], data))],
  ['EtherCAT', (world) => framed(world, 0x88a4, data)],
  ['PROFINET', (world) => framed(world, 0x8892, data)],
  ['Wake-on-LAN', (world) => framed(world, 0x0842, data)],
  ['MACsec', (world) => framed(world, 0x88e5, data)],
  ['an EtherType that is not given to anyone', (world) => framed(world, 0x6666, honest(world))],
  ['loopback', (world) => framed(world, 0x9000, data)],
  [
    'RARP',
    (world) =>
      framed(
        world,
        0x8035,
        arp({ operation: 3, senderMac: world.me.mac, sender: '0.0.0.0', targetMac: world.me.mac, target: '0.0.0.0' }),
      ),
  ],
  ['a frame without anything', (world) => framed(world, etherType.ipv4, new Uint8Array(0))],
  ['half a header', (world) => framed(world, etherType.ipv4, honest(world).subarray(0, 12))],
  ['a packet longer than its frame', (world) => framed(world, etherType.ipv4, honest(world).subarray(0, 24))],
  [
    'IPv6 under the type of IPv4',
    (world) =>
      framed(
        world,
        etherType.ipv4,
        ipv6({ source: world.victim.address6, destination: world.gateway.address6, protocol: UDP }, data),
      ),
  ],
  [
    'half an IPv6 header',
    (world) =>
      framed(
        world,
        etherType.ipv6,
        ipv6({ source: world.me.address6, destination: world.victim.address6, protocol: UDP }, data).subarray(0, 24),
      ),
  ],
]
