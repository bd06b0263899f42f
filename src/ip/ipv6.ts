import { formatIpv4, parseIpv4 } from './ipv4.js'

/** Parses an IPv6 address in any of the forms of RFC 4291 §2.2; no zone. `undefined` for anything else. */
export function parseIpv6(text: string): Uint8Array | undefined {
  const gap = text.indexOf('::')
  if (gap < 0) {
    const groups = parseGroups(text)
    return groups?.length === 16 ? Uint8Array.from(groups) : undefined
  }
  if (text.indexOf('::', gap + 1) >= 0) return undefined
  const head = gap === 0 ? [] : parseGroups(text.slice(0, gap), false)
  const tail = gap + 2 === text.length ? [] : parseGroups(text.slice(gap + 2))
  // The gap stands for at least one group.
  if (!head || !tail || head.length + tail.length > 14) return undefined
  const bytes = new Uint8Array(16)
  bytes.set(head)
  bytes.set(tail, 16 - tail.length)
  return bytes
}

function parseGroups(text: string, mayEndInIpv4 = true): number[] | undefined {
  const bytes: number[] = []
  const groups = text.split(':')
  for (const [index, group] of groups.entries()) {
    if (mayEndInIpv4 && index === groups.length - 1 && group.includes('.')) {
      const embedded = parseIpv4(group)
      if (!embedded) return undefined
      bytes.push(...embedded)
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined
      const value = Number.parseInt(group, 16)
      bytes.push(value >> 8, value & 0xff)
    }
  }
  return bytes.length <= 16 ? bytes : undefined
}

/** Writes sixteen bytes in the one form of RFC 5952. */
export function formatIpv6(bytes: Uint8Array, offset = 0): string {
  const groups: number[] = []
  for (let index = 0; index < 16; index += 2) {
    groups.push(((bytes[offset + index] ?? 0) << 8) | (bytes[offset + index + 1] ?? 0))
  }
  if (isMapped(groups)) return `::ffff:${formatIpv4(bytes, offset + 12)}`
  const { start, length } = longestZeroRun(groups)
  if (length < 2) return hexadecimal(groups)
  return `${hexadecimal(groups.slice(0, start))}::${hexadecimal(groups.slice(start + length))}`
}

function isMapped(groups: number[]): boolean {
  return groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)
}

function hexadecimal(groups: number[]): string {
  return groups.map((group) => group.toString(16)).join(':')
}

/** The first of the longest runs, as RFC 5952 §4.2.3 asks. */
function longestZeroRun(groups: number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  let start = 0
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start }
  }
  return best
}
