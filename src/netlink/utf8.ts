const encoder = new TextEncoder()
// A mark of the byte order at the beginning is part of a name as any other character is.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const strictDecoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })

/** What a byte that is no UTF-8 is added to: the half of a surrogate pair that it gives is in no text otherwise (PEP 383). */
const firstHalf = 0xdc00
const escaped = /[\udc80-\udcff]/u

/**
 * The text of bytes in UTF-8. The kernel takes any bytes for a name: each that is no UTF-8 becomes half of a surrogate
 * pair, so that no two names are read as the same, and {@link bytesOfText} gives the same bytes again.
 */
export function textOfBytes(bytes: Uint8Array): string {
  const text = decoder.decode(bytes)
  return text.includes('\ufffd') ? escapedText(bytes) : text
}

/** The bytes of a text in UTF-8. */
export function bytesOfText(text: string): Uint8Array {
  if (!escaped.test(text)) return encoder.encode(text)
  return Uint8Array.from([...text].flatMap((character) => [...bytesOfCharacter(character)]))
}

function bytesOfCharacter(character: string): Iterable<number> {
  return escaped.test(character) ? [character.charCodeAt(0) - firstHalf] : encoder.encode(character)
}

function escapedText(bytes: Uint8Array): string {
  let text = ''
  for (let position = 0; position < bytes.length; ) {
    const first = bytes[position] ?? 0
    const character = characterOf(bytes.subarray(position, position + lengthBy(first)))
    text += character ?? String.fromCharCode(firstHalf + first)
    position += character === undefined ? 1 : lengthBy(first)
  }
  return text
}

/** How many bytes a character has that begins with a byte: RFC 3629, section 3. */
function lengthBy(first: number): number {
  if (first < 0xc0) return 1
  if (first < 0xe0) return 2
  return first < 0xf0 ? 3 : 4
}

function characterOf(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes)
  } catch {
    return undefined
  }
}
