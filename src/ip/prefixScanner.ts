import { hexadecimalDigit } from './hexadecimalDigit.js'
import { parseIpv6 } from './ipv6.js'

const slash = 0x2f
const dot = 0x2e
const colon = 0x3a
const zero = 0x30

/** Reads prefixes without making an object of each: what was read is in its fields until the next one. */
export class PrefixScanner {
  isIpv6 = false
  length = 0
  /** The address: one number of IPv4, four of IPv6, the most significant first. */
  readonly words: [number, number, number, number] = [0, 0, 0, 0]

  /** Reads a prefix, or an address alone, whose length is then all its bits; false for anything else. */
  read(text: string): boolean {
    let end = text.length
    for (let position = 0; position < end; position++) {
      const code = text.charCodeAt(position)
      if (code === colon) return this.#readIpv6(text)
      if (code === dot) break
      if (code === slash) end = position
    }
    return this.#readIpv4(text)
  }

  /** Whether bits behind the prefix length are set. */
  get hasHostBits(): boolean {
    const count = this.isIpv6 ? 4 : 1
    for (let word = 0; word < count; word++) {
      const bits = this.length - word * 32
      if (bits >= 32) continue
      const value = this.words[word] ?? 0
      if (bits <= 0 ? value !== 0 : (value << bits) >>> 0 !== 0) return true
    }
    return false
  }

  #readIpv4(text: string): boolean {
    this.isIpv6 = false
    let address = 0
    let octet = 0
    let digits = 0
    let octets = 0
    let position = 0
    for (; position <= text.length; position++) {
      const code = position === text.length ? slash : text.charCodeAt(position)
      if (code === dot || code === slash) {
        if (digits === 0 || octets > 3) return false
        address = address * 256 + octet
        octets++
        octet = 0
        digits = 0
        if (code === slash) break
        continue
      }
      const digit = code - zero
      if (digit < 0 || digit > 9 || (digits > 0 && octet === 0)) return false
      octet = octet * 10 + digit
      digits++
      if (octet > 255) return false
    }
    if (octets !== 4) return false
    this.words[0] = address
    return this.#readLength(text, position, 32)
  }

  #readIpv6(text: string): boolean {
    this.isIpv6 = true
    const end = text.indexOf('/')
    const address = end < 0 ? text : text.slice(0, end)
    if (!this.#readGroups(address)) {
      // What is rare, such as an embedded IPv4 address, goes the long way.
      const bytes = parseIpv6(address)
      if (!bytes) return false
      const view = new DataView(bytes.buffer, bytes.byteOffset)
      for (let word = 0; word < 4; word++) this.words[word] = view.getUint32(word * 4)
    }
    return this.#readLength(text, end < 0 ? text.length : end, 128)
  }

  /** Reads groups of hexadecimal digits with at most one gap; false for everything else. */
  #readGroups(text: string): boolean {
    const { words } = this
    words.fill(0)
    let group = 0
    let digits = 0
    let count = 0
    let gap = -1
    for (let position = 0; position <= text.length; position++) {
      const code = position === text.length ? colon : text.charCodeAt(position)
      if (code !== colon) {
        const digit = hexadecimalDigit(code)
        if (digit < 0 || digits === 4) return false
        group = group * 16 + digit
        digits++
        continue
      }
      const isEnd = position === text.length
      if (digits === 0) {
        // Two colons, or one at either end, which only a gap may have.
        const isGap = !isEnd && text.charCodeAt(position + 1) === colon
        if (isEnd && gap === count) continue
        if (!isGap || gap >= 0) return false
        gap = count
        position++
        continue
      }
      if (count > 7) return false
      setGroup(words, count++, group)
      group = 0
      digits = 0
      if (!isEnd && text.charCodeAt(position + 1) === colon) {
        if (gap >= 0) return false
        gap = count
        position++
      } else if (position === text.length - 1) return false
    }
    if (gap < 0) return count === 8
    if (count > 7) return false
    this.#widen(gap, count)
    return true
  }

  /** Moves the groups behind a gap to the end. */
  #widen(gap: number, count: number): void {
    const shift = 8 - count
    for (let index = count - 1; index >= gap; index--) {
      const value = groupOf(this.words, index)
      setGroup(this.words, index, 0)
      setGroup(this.words, index + shift, value)
    }
  }

  #readLength(text: string, position: number, bits: number): boolean {
    if (position >= text.length) {
      this.length = bits
      return true
    }
    let length = 0
    const start = position + 1
    for (let at = start; at < text.length; at++) {
      const digit = text.charCodeAt(at) - zero
      if (digit < 0 || digit > 9 || (at > start && length === 0)) return false
      length = length * 10 + digit
      if (length > bits) return false
    }
    this.length = length
    return start < text.length
  }
}

function groupOf(words: readonly number[], index: number): number {
  const word = words[index >> 1] ?? 0
  return index & 1 ? word & 0xffff : word >>> 16
}

function setGroup(words: number[], index: number, value: number): void {
  const at = index >> 1
  const word = words[at] ?? 0
  words[at] = (index & 1 ? (word & 0xffff0000) | value : (word & 0xffff) | (value << 16)) >>> 0
}
