import type { ConnectionExpression, Expression, MetaExpression, PayloadExpression } from './expressions.js'
import { interfaceName } from './key.js'

// Registers of 16 bytes, and those of 4 bytes that they consist of: enum nft_registers. The kernel tells the numbers
// back in this form, so that what was written equals what is read.
const NFT_REG_1 = 1
const NFT_REG32_00 = 8
const registerSize = 16

/** The register that lies at an offset of a key. */
function registerAt(offset: number): number {
  return offset % registerSize === 0 ? NFT_REG_1 + offset / registerSize : NFT_REG32_00 + offset / 4
}

/** Takes what the kernel knows of a packet. */
export function meta(key: Exclude<MetaExpression['key'], undefined>, offset = 0): Expression {
  return { name: 'meta', data: { destination: registerAt(offset), key } }
}

/** Takes bytes out of a header. */
export function header(base: PayloadExpression['base'] & string, offset: number, length: number, at = 0): Expression {
  return { name: 'payload', data: { destination: registerAt(at), base, offset, length } }
}

/** Goes on where the register has a value. */
export function equal(...value: readonly number[]): Expression {
  return { name: 'cmp', data: { source: NFT_REG_1, operation: 'eq', data: { value: Uint8Array.from(value) } } }
}

/** Goes on where the register has another value. */
export function different(...value: readonly number[]): Expression {
  return { name: 'cmp', data: { source: NFT_REG_1, operation: 'neq', data: { value: Uint8Array.from(value) } } }
}

/** Leaves the bits of a mask in the register. */
export function masked(mask: Uint8Array): Expression {
  const xor = { value: new Uint8Array(mask.length) }
  return {
    name: 'bitwise',
    data: {
      source: NFT_REG_1,
      destination: NFT_REG_1,
      length: mask.length,
      mask: { value: mask },
      xor,
      operation: 'maskXor',
    },
  }
}

/** Goes on where a set has what begins in the register. */
export function inSet(set: string): Expression {
  return { name: 'lookup', data: { set, source: NFT_REG_1, flags: 0 } }
}

/** Goes on where a set does not have what begins in the register. */
export function notInSet(set: string): Expression {
  return { name: 'lookup', data: { set, source: NFT_REG_1, flags: 1 } }
}

/** Goes on where a map has a limit for what begins in the register, and the packet is beyond it. */
export function beyondLimitOf(map: string): Expression {
  return { name: 'objref', data: { source: NFT_REG_1, set: map } }
}

/** Ends with the packet: `drop`, `accept`, back to where the chain was called. */
export function verdict(code: 'drop' | 'accept' | 'return'): Expression {
  return { name: 'immediate', data: { destination: 0, data: { verdict: { code } } } }
}

/** Goes on in another chain, and comes back. */
export function jump(chain: string): Expression {
  return { name: 'immediate', data: { destination: 0, data: { verdict: { code: 'jump', chain } } } }
}

/** Goes on in another chain, and comes back to where this one was called. */
export function goTo(chain: string): Expression {
  return { name: 'immediate', data: { destination: 0, data: { verdict: { code: 'goto', chain } } } }
}

/** Takes bytes out of the first extension header of a kind; goes on where the packet has one. */
export function extensionHeader(type: number, offset: number, length: number): Expression {
  return { name: 'exthdr', data: { destination: NFT_REG_1, type, offset, length, flags: 0, operation: 0 } }
}

/** Takes something of the packet's connection. */
export function connection(
  key: Exclude<ConnectionExpression['key'], undefined>,
  direction?: ConnectionExpression['direction'],
  at = 0,
): Expression {
  return { name: 'ct', data: { destination: registerAt(at), key, ...(direction === undefined ? {} : { direction }) } }
}

/** `iifname "NAME"` */
export function comesFrom(link: string): Expression[] {
  return [meta('iifname'), equal(...interfaceName(link))]
}

/** `oifname "NAME"` */
export function leavesBy(link: string): Expression[] {
  return [meta('oifname'), equal(...interfaceName(link))]
}

/** `masquerade`: the address of the link that packets leave by becomes their source. */
export const masquerade: Expression = { name: 'masq', data: {} }

// NF_NAT_RANGE_MAP_IPS, NF_NAT_RANGE_PROTO_SPECIFIED: include/uapi/linux/netfilter/nf_nat.h
const NF_NAT_RANGE_MAP_IPS = 1
const NF_NAT_RANGE_PROTO_SPECIFIED = 2

/** `dnat to ADDRESS:PORT` */
export function destinationNat(family: number, address: Uint8Array, port: number): Expression[] {
  const portAt = registerSize
  return [
    { name: 'immediate', data: { destination: registerAt(0), data: { value: address } } },
    {
      name: 'immediate',
      data: { destination: registerAt(portAt), data: { value: Uint8Array.of(port >> 8, port & 0xff) } },
    },
    {
      name: 'nat',
      data: {
        type: 'dnat',
        family,
        addressMinimum: registerAt(0),
        addressMaximum: registerAt(0),
        portMinimum: registerAt(portAt),
        portMaximum: registerAt(portAt),
        flags: NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED,
      },
    },
  ]
}
