import { type Codec, type Domain, MalformedError } from './codec.js'

type Octets = Extract<Domain, { readonly type: 'octets' }>

/** The form of bytes as a domain has them: pairs of hexadecimal digits, as many as one of its lengths. */
export function octetsPattern({ lengths, padded }: Octets): RegExp {
  const counts = padded ? [`1,${Math.max(...lengths)}`] : lengths
  return new RegExp(`^(?:${counts.map((count) => `(?:[0-9a-fA-F]{2}){${count}}`).join('|')})$`)
}

/** Whether a text is bytes as a domain has them. */
export function isOctets(text: string, domain: Octets): boolean {
  return octetsPattern(domain).test(text)
}

/** The one spelling of bytes; text that is none stays. */
export function canonicalOctets(text: string, domain: Octets): string {
  if (!isOctets(text, domain)) return text
  return domain.padded ? text.toLowerCase().padEnd(Math.max(...domain.lengths) * 2, '0') : text.toLowerCase()
}

/** What is expected where a text is no such bytes; what was given is not shown, since it may be most of a secret. */
export function expectedOctets({ lengths, padded }: Octets): string {
  const digits = lengths.map((length) => length * 2).join(' or ')
  return `${padded ? `an even number of up to ${digits}` : digits} hexadecimal digits are expected`
}

/** Bytes as pairs of hexadecimal digits. */
export function octets(
  lengths: readonly number[],
  { padded = false, secret = false }: { readonly padded?: boolean; readonly secret?: boolean } = {},
): Codec<string> {
  const domain: Octets = { type: 'octets', lengths, padded, secret }
  return {
    domain,
    encode(value, writer) {
      if (!isOctets(value, domain)) throw new RangeError(expectedOctets(domain))
      writer.append(Buffer.from(canonicalOctets(value, domain), 'hex'))
    },
    decode(payload) {
      if (!lengths.includes(payload.length)) throw new MalformedError(`${payload.length} bytes`)
      return Buffer.from(payload.copy()).toString('hex')
    },
  }
}
