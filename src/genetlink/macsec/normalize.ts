import { NetworkError } from '../../error.js'
import type { Codec } from '../../netlink/codec.js'
import { canonicalOctets } from '../../netlink/octets.js'
import { canonicalHexadecimal } from '../../netlink/scalars.js'
import { macsecAssociation } from './attributes.js'
import type { MacsecAssociation, MacsecChannel, MacsecConfiguration } from './configuration.js'
import { readMacsecKey } from './key.js'
import { sciOfChannel } from './sci.js'

/** A channel by the one number that names it. */
export interface NamedChannel extends MacsecChannel {
  readonly sci: string
  readonly associations?: readonly MacsecAssociation[]
}

/** What is wanted in the kernel's terms: keys read from their files, and one spelling for everything. */
export function normalizeMacsec({ transmitAssociations, receiveChannels }: MacsecConfiguration): {
  readonly transmitAssociations?: readonly MacsecAssociation[]
  readonly receiveChannels?: readonly NamedChannel[]
} {
  return {
    ...(transmitAssociations ? { transmitAssociations: transmitAssociations.map(normalizeAssociation) } : {}),
    ...(receiveChannels ? { receiveChannels: receiveChannels.map(normalizeChannel) } : {}),
  }
}

function normalizeChannel({ mac, port, active, associations, ...rest }: MacsecChannel): NamedChannel {
  const sci = sciOfChannel({ ...rest, ...(mac === undefined ? {} : { mac }), ...(port === undefined ? {} : { port }) })
  if (sci === undefined) {
    throw new NetworkError('INVALID_ARGUMENT', 'a channel is named by its sci, or by mac and port')
  }
  return {
    sci,
    ...(active === undefined ? {} : { active }),
    ...(associations ? { associations: associations.map(normalizeAssociation) } : {}),
  }
}

function normalizeAssociation({ keyFile, ...association }: MacsecAssociation): MacsecAssociation {
  const { ssci, keyId, key = keyFile === undefined ? undefined : readMacsecKey(keyFile) } = association
  return {
    ...association,
    ...(key === undefined ? {} : { key: canonical(key, lines.key.codec) }),
    ...(keyId === undefined ? {} : { keyId: canonical(keyId, lines.keyId.codec) }),
    ...(ssci === undefined ? {} : { ssci: canonicalHexadecimal(ssci, 4) }),
  }
}

const { lines } = macsecAssociation

function canonical(text: string, { domain }: Codec<string>): string {
  return domain.type === 'octets' ? canonicalOctets(text, domain) : text
}
