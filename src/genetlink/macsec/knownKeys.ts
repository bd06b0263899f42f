import type { MacsecAssociation, MacsecConfiguration } from './configuration.js'
import { normalizeMacsec } from './normalize.js'

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

/** A configuration as it was read, with the keys that are known. */
export function withKeys<Configuration extends MacsecConfiguration>(
  configuration: Configuration,
  known: ReadonlyMap<string, Known>,
): Configuration {
  const withKey = (channel: string) => (association: MacsecAssociation) => ({
    ...association,
    ...known.get(`${channel} ${association.keyId}`),
  })
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
