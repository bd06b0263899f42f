import type { MacsecAssociation, MacsecConfiguration } from './configuration.js'
import { normalizeMacsec } from './normalize.js'
import { keyDigits } from './suite.js'

/** What is known of an association besides what the kernel tells. */
type Known = Pick<MacsecAssociation, 'key' | 'salt'>

/** The keys of some wishes, by whose they are and by what they are known by: the same id is the same key. */
export function knownKeys(wishes: readonly MacsecConfiguration[]): ReadonlyMap<string, Known> {
  const known = new Map<string, Known>()
  const note = (channel: string, { keyId, key, salt }: MacsecAssociation): void => {
    if (key !== undefined) known.set(`${channel} ${keyId}`, { key, ...(salt === undefined ? {} : { salt }) })
  }
  for (const { transmitAssociations = [], receiveChannels = [] } of wishes.map(normalizeMacsec)) {
    for (const association of transmitAssociations) note('', association)
    for (const { sci, associations = [] } of receiveChannels) {
      for (const association of associations) note(sci, association)
    }
  }
  return known
}

/** A configuration as it was read, with the keys that are known; one that its cipher suite does not take is another one. */
export function withKeys<Configuration extends MacsecConfiguration & { readonly cipherSuite?: string }>(
  configuration: Configuration,
  known: ReadonlyMap<string, Known>,
): Configuration {
  const digits = keyDigits(configuration.cipherSuite)
  const withKey = (channel: string) => (association: MacsecAssociation) => {
    const { key, salt } = known.get(`${channel} ${association.keyId}`) ?? {}
    const isTaken = key?.length === digits && (salt === undefined) === (association.ssci === undefined)
    return isTaken ? { ...association, key, ...(salt === undefined ? {} : { salt }) } : association
  }
  const { transmitAssociations, receiveChannels } = configuration
  return {
    ...configuration,
    ...(transmitAssociations ? { transmitAssociations: transmitAssociations.map(withKey('')) } : {}),
    ...(receiveChannels
      ? {
          receiveChannels: receiveChannels.map((channel) => ({
            ...channel,
            ...(channel.associations ? { associations: channel.associations.map(withKey(channel.sci ?? '')) } : {}),
          })),
        }
      : {}),
  }
}
