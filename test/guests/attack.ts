import type { World } from './attackGround.js'
import { etherType, frame, ipProtocol, ipv4, ipv6, udp } from './frames.js'

/** What is tried, and the frames that try it. */
export type Attack = readonly [name: string, frames: (world: World) => Uint8Array | readonly Uint8Array[]]

export const broadcast = 'ff:ff:ff:ff:ff:ff'
/** A MAC address of nobody. */
export const stranger = '02:00:00:00:00:66'
export const data = new TextEncoder().encode('an attack')
/** Numbers of protocols. */
export const { udp: UDP, icmp: ICMP, icmpv6: ICMPV6 } = ipProtocol

/** An honest datagram to the victim. */
export function honest({ me, victim }: World): Uint8Array {
  const { address: source } = me
  const { address: destination } = victim
  return ipv4({ source, destination, protocol: UDP }, udp(source, destination, [7, 7], data))
}

/** A frame towards the victim. */
export const framed = (world: World, type: number, payload: Uint8Array): Uint8Array =>
  frame({ source: world.me.mac, destination: world.towardsVictim, type }, payload)

/** A datagram with another source. */
export function lie(world: World, source: string, destination?: string): Uint8Array {
  const six = source.includes(':')
  const to = destination ?? (six ? world.victim.address6 : world.victim.address)
  const datagram = udp(source, to, [7, 7], data)
  const fields = { source, destination: to, protocol: UDP }
  return framed(world, six ? etherType.ipv6 : etherType.ipv4, six ? ipv6(fields, datagram) : ipv4(fields, datagram))
}

/** A packet of IPv6 to everybody. */
export const group6 = (world: World, packet: Uint8Array): Uint8Array =>
  frame({ source: world.me.mac, destination: '33:33:00:00:00:01', type: etherType.ipv6 }, packet)

export const allNodes = 'ff02::1'
