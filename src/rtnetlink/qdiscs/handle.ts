import { type Codec, MalformedError } from '../../netlink/codec.js'
import { u32 } from '../../netlink/scalars.js'

// include/uapi/linux/pkt_sched.h
const TC_H_ROOT = 0xffffffff
const TC_H_INGRESS = 0xfffffff1

/** Reads the name of a qdisc (`1:`) or a class (`1:10`), both numbers in hexadecimal as `tc` takes them. */
export function parseHandle(text: string): number | undefined {
  if (text === 'root') return TC_H_ROOT
  if (text === 'ingress') return TC_H_INGRESS
  const [, major, minor = ''] = /^([0-9a-f]{1,4}):([0-9a-f]{0,4})$/i.exec(text) ?? []
  if (major === undefined) return undefined
  return ((Number.parseInt(major, 16) << 16) | (minor === '' ? 0 : Number.parseInt(minor, 16))) >>> 0
}

/** A number as {@link parseHandle} reads it. */
export function formatHandle(handle: number): string {
  if (handle === TC_H_ROOT) return 'root'
  if (handle === TC_H_INGRESS) return 'ingress'
  const minor = handle & 0xffff
  return `${(handle >>> 16).toString(16)}:${minor === 0 ? '' : minor.toString(16)}`
}

/** One spelling of a name; what is none stays as it is. */
export function canonicalHandle(text: string): string {
  const handle = parseHandle(text)
  return handle === undefined ? text : formatHandle(handle)
}

/** The name of the qdisc that a class belongs to: `1:` of `1:10`. */
export function majorOf(text: string): string {
  return formatHandle(((parseHandle(text) ?? 0) & 0xffff0000) >>> 0)
}

/** The number of a class within its qdisc. */
export function minorOf(text: string): number {
  return (parseHandle(text) ?? 0) & 0xffff
}

/** The codec of names of qdiscs and classes. */
export const handle: Codec<string> = {
  domain: { type: 'handle' },
  encode(value, writer, context) {
    const number = parseHandle(value)
    if (number === undefined) throw new RangeError(`${value} is no name of a qdisc or a class, such as 1: or 1:10`)
    u32.encode(number, writer, context)
  },
  decode(payload, context) {
    if (payload.length < 4) throw new MalformedError(`${payload.length} bytes instead of 4`)
    return formatHandle(u32.decode(payload, context))
  },
}
