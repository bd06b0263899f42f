/** Parses a link-layer address of any length: pairs of hexadecimal digits between colons. */
export function parseMac(text: string): Uint8Array | undefined {
  if (!/^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2})*$/.test(text)) return undefined
  return Uint8Array.from(text.split(':'), (pair) => Number.parseInt(pair, 16))
}

const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Writes a link-layer address in lower case. */
export function formatMac(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += text === '' ? digits[byte] : `:${digits[byte]}`
  return text
}
