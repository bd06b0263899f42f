import { createRequire } from 'node:module'

/**
 * What was probably meant by text that is no address here: one with a zone, or with a prefix length where none belongs.
 * The library is loaded only now, since a valid spec never needs it.
 */
export function addressHint(text: string): string | undefined {
  if (!/[/%]/.test(text)) return undefined
  const library = loaded()
  if (!library) return undefined
  const { Address4, Address6 } = library
  const zone = /%[^/]+/.exec(text)?.[0]
  if (zone !== undefined) {
    const bare = text.replace(zone, '')
    return Address6.isValid(bare) ? `leave the zone out, ${bare}, and name the link as dev` : undefined
  }
  if (Address4.isValid(text)) return `without a prefix length: ${new Address4(text).correctForm()}`
  return Address6.isValid(text) ? `without a prefix length: ${new Address6(text).correctForm()}` : undefined
}

/** The library, unless a bundle has left it behind: a hint is not worth an exception. */
function loaded(): typeof import('ip-address') | undefined {
  try {
    return createRequire(import.meta.url)('ip-address')
  } catch {
    return undefined
  }
}
