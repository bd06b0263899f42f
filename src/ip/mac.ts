import { hexadecimalDigit } from './hexadecimalDigit.js'

const colon = 0x3a

/** Parses a link-layer address of any length: pairs of hexadecimal digits between colons. */
export function parseMac(text: string): Uint8Array | undefined {
  const count = (text.length + 1) / 3
  if (count < 1 || !Number.isInteger(count)) return undefined
  const bytes = new Uint8Array(count)
  for (let index = 0; index < count; index++) {
    const at = index * 3
    const high = hexadecimalDigit(text.charCodeAt(at))
    const low = hexadecimalDigit(text.charCodeAt(at + 1))
    if (high < 0 || low < 0 || (index > 0 && text.charCodeAt(at - 1) !== colon)) return undefined
    bytes[index] = high * 16 + low
  }
  return bytes
}

const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Writes a link-layer address in lower case. */
export function formatMac(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += text === '' ? digits[byte] : `:${digits[byte]}`
  return text
}
