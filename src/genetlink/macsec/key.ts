import { expectedOctets, isOctets } from '../../netlink/octets.js'
import { readSecret } from '../keyFile.js'
import { macsecAssociation } from './attributes.js'

/** Reads a key in hexadecimal from a file, as {@link readSecret} does. */
export function readMacsecKey(path: string, directory = ''): string {
  const { domain } = macsecAssociation.lines.key.codec
  if (domain.type !== 'octets') throw new TypeError('keys are octets')
  return readSecret(path, directory, (text) => isOctets(text, domain), expectedOctets(domain))
}
