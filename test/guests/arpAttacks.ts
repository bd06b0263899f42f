import { type Attack, broadcast } from './attack.js'
import type { World } from './attackGround.js'
import { arp, etherType, frame } from './frames.js'

/** ARP, to everybody. */
const says =
  (fields: (world: World) => Parameters<typeof arp>[0], change?: (bytes: Uint8Array) => void) => (world: World) => {
    const packet = arp(fields(world))
    change?.(packet)
    return frame({ source: world.me.mac, destination: broadcast, type: etherType.arp }, packet)
  }

/** What ARP can lie about. */
export const arpAttacks: readonly Attack[] = [
  [
    'a request from the victim',
    says(({ me, victim, gateway }) => ({ senderMac: me.mac, sender: victim.address, target: gateway.address })),
  ],
  [
    'a request from an address of nobody',
    says(({ me, gateway }) => ({ senderMac: me.mac, sender: '10.0.0.66', target: gateway.address })),
  ],
  [
    'a reply that the victim is here',
    says(({ me, victim, gateway }) => ({
      operation: 2,
      senderMac: me.mac,
      sender: victim.address,
      targetMac: gateway.mac,
      target: gateway.address,
    })),
  ],
  [
    'a reply that the gateway is here',
    says(({ me, victim, gateway }) => ({
      operation: 2,
      senderMac: me.mac,
      sender: gateway.address,
      targetMac: victim.mac,
      target: victim.address,
    })),
  ],
  [
    'an announcement of the gateway',
    says(({ me, gateway }) => ({ senderMac: me.mac, sender: gateway.address, target: gateway.address })),
  ],
  [
    'an announcement of the victim as a reply',
    says(({ me, victim }) => ({
      operation: 2,
      senderMac: me.mac,
      sender: victim.address,
      targetMac: broadcast,
      target: victim.address,
    })),
  ],
  [
    'the own address at the MAC address of the victim',
    says(({ me, victim, gateway }) => ({ senderMac: victim.mac, sender: me.address, target: gateway.address })),
  ],
  [
    'the own address at the MAC address of the gateway',
    says(({ me, gateway, victim }) => ({
      operation: 2,
      senderMac: gateway.mac,
      sender: me.address,
      targetMac: victim.mac,
      target: victim.address,
    })),
  ],
  [
    'the own address at the broadcast address',
    says(({ me, gateway }) => ({ senderMac: broadcast, sender: me.address, target: gateway.address })),
  ],
  [
    "a probe for the victim's address",
    says(({ me, victim }) => ({ senderMac: me.mac, sender: '0.0.0.0', target: victim.address })),
  ],
  [
    "a probe for the gateway's address",
    says(({ me, gateway }) => ({ senderMac: me.mac, sender: '0.0.0.0', target: gateway.address })),
  ],
  [
    'a reply from nobody',
    says(({ me, victim }) => ({
      operation: 2,
      senderMac: me.mac,
      sender: '0.0.0.0',
      targetMac: victim.mac,
      target: victim.address,
    })),
  ],
  [
    'an address of eight bytes',
    says(
      ({ me, gateway }) => ({ senderMac: me.mac, sender: me.address, target: gateway.address }),
      (bytes) => {
        bytes[4] = 8
      },
    ),
  ],
  [
    'a protocol address of 16 bytes',
    says(
      ({ me, gateway }) => ({ senderMac: me.mac, sender: me.address, target: gateway.address }),
      (bytes) => {
        bytes[5] = 16
      },
    ),
  ],
  [
    'another hardware',
    says(
      ({ me, gateway }) => ({ senderMac: me.mac, sender: me.address, target: gateway.address }),
      (bytes) => {
        bytes[1] = 6
      },
    ),
  ],
  [
    'another protocol',
    says(
      ({ me, gateway }) => ({ senderMac: me.mac, sender: me.address, target: gateway.address }),
      (bytes) => {
        bytes[2] = 0x86
      },
    ),
  ],
  [
    'an inverse request',
    says(({ me, gateway }) => ({ operation: 8, senderMac: me.mac, sender: me.address, target: gateway.address })),
  ],
  [
    'a NAK',
    says(({ me, gateway }) => ({ operation: 10, senderMac: me.mac, sender: me.address, target: gateway.address })),
  ],
  [
    'half an ARP packet',
    ({ me, gateway }) =>
      frame(
        { source: me.mac, destination: broadcast, type: etherType.arp },
        arp({ senderMac: me.mac, sender: me.address, target: gateway.address }).subarray(0, 16),
      ),
  ],
]
