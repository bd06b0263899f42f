import { type EncodeContext, withoutNames } from '../../netlink/codec.js'
import type { NetlinkMessage } from '../../netlink/message.js'
import type { GenericFamily } from '../control.js'
import { genericMessage } from '../message.js'
import { type WireguardAttributes, type WireguardPeerAttributes, wireguardLayout } from './attributes.js'

// include/uapi/linux/wireguard.h
export const WG_GENL_NAME = 'wireguard'
export const WG_GENL_VERSION = 1
export const WG_CMD_GET_DEVICE = 0
export const WG_CMD_SET_DEVICE = 1

/** Which device a message is about: its index, or its name. */
export type WireguardTarget = { readonly index: number } | { readonly name: string }

/** The attributes of a list lie within one attribute, whose length has 16 bits; some are left for the others. */
const peersASend = 0xf000
// The attributes of a peer without prefixes, and those of a prefix, at their largest.
const bytesOfPeer = 140
const bytesOfAllowedIp = { inet: 28, inet6: 40 }

/** WG_CMD_GET_DEVICE: `wg show NAME`. The answer is a dump, of several messages where there are many peers. */
export function getWireguard(family: Pick<GenericFamily, 'id'>, target: WireguardTarget): NetlinkMessage {
  return message(family, WG_CMD_GET_DEVICE, `${subjectOf(target)}: get wireguard`, target, withoutNames)
}

/**
 * WG_CMD_SET_DEVICE: `wg set NAME`. What does not fit in one message goes into several, a peer with many prefixes too:
 * it is continued in the next one.
 */
export function setWireguard(
  family: Pick<GenericFamily, 'id'>,
  target: WireguardTarget,
  change: WireguardAttributes,
  context: EncodeContext = withoutNames,
): NetlinkMessage[] {
  const { peers = [], ...device } = change
  const [first = [], ...others] = split(peers)
  const subject = `${subjectOf(target)}: set wireguard`
  const head = { ...device, ...target, ...(first.length > 0 ? { peers: first } : {}) }
  return [
    message(family, WG_CMD_SET_DEVICE, subject, head, context),
    ...others.map((some) => message(family, WG_CMD_SET_DEVICE, subject, { ...target, peers: some }, context)),
  ]
}

function message(
  family: Pick<GenericFamily, 'id'>,
  command: number,
  subject: string,
  attributes: WireguardAttributes,
  context: EncodeContext,
): NetlinkMessage {
  const header = { command, version: WG_GENL_VERSION }
  return genericMessage(wireguardLayout, family, header, subject, attributes, context)
}

function subjectOf(target: WireguardTarget): string {
  return `link ${'name' in target ? target.name : `#${target.index}`}`
}

/** Peers in portions that fit in a message; a peer that is cut goes on in the next portion with prefixes alone. */
function split(peers: readonly WireguardPeerAttributes[]): WireguardPeerAttributes[][] {
  const portions: WireguardPeerAttributes[][] = []
  let portion: WireguardPeerAttributes[] = []
  let room = peersASend
  const flush = (): void => {
    if (portion.length > 0) portions.push(portion)
    portion = []
    room = peersASend
  }
  for (const peer of peers) {
    const { publicKey, allowedIps = [] } = peer
    let current = peer
    let left = allowedIps
    do {
      if (room < bytesOfPeer + bytesOfAllowedIp.inet6) flush()
      room -= bytesOfPeer
      const taken = countThatFits(left, room)
      const prefixes = left.slice(0, taken)
      room -= sizeOf(prefixes)
      left = left.slice(taken)
      portion.push(peer.allowedIps ? { ...current, allowedIps: prefixes } : current)
      current = { ...(publicKey === undefined ? {} : { publicKey }), updateOnly: true }
    } while (left.length > 0)
  }
  flush()
  return portions
}

function sizeOf(prefixes: readonly string[]): number {
  return prefixes.reduce((bytes, prefix) => bytes + bytesOfAllowedIp[prefix.includes(':') ? 'inet6' : 'inet'], 0)
}

function countThatFits(prefixes: readonly string[], room: number): number {
  let bytes = 0
  let count = 0
  for (const prefix of prefixes) {
    bytes += bytesOfAllowedIp[prefix.includes(':') ? 'inet6' : 'inet']
    if (bytes > room) break
    count++
  }
  return count
}
