/** Parses dotted decimal: four numbers, no leading zeroes, nothing left out. `undefined` for anything else. */
export function parseIpv4(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(4)
  let octet = 0
  let digits = 0
  let index = 0
  for (let position = 0; position <= text.length; position++) {
    const code = position === text.length ? dot : text.charCodeAt(position)
    if (code === dot) {
      if (digits === 0 || index > 3) return undefined
      bytes[index++] = octet
      octet = 0
      digits = 0
    } else {
      const digit = code - zero
      if (digit < 0 || digit > 9 || (digits > 0 && octet === 0)) return undefined
      octet = octet * 10 + digit
      digits++
      if (octet > 255) return undefined
    }
  }
  return index === 4 ? bytes : undefined
}

const dot = 0x2e
const zero = 0x30

/** Writes four bytes as dotted decimal. */
export function formatIpv4(bytes: Uint8Array, offset = 0): string {
  return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`
}
