import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import type { NetworkConfiguration } from './network.js'

/** What the configuration file holds, as JSON. */
export interface VpnConfiguration extends NetworkConfiguration {
  /** Base64. */
  readonly privateKey: string
  /** The other side's, Base64. */
  readonly peerPublicKey: string
  /** Where the other side is; one of the two has to know. */
  readonly endpoint?: { readonly address: string; readonly port: number }
  /** Seconds until the keys change. Default 120. */
  readonly rekeyAfter?: number
  /** Packets until the keys change. Default 2^32. */
  readonly rekeyAfterPackets?: number
  /** Seconds of silence after which the other side is looked for anew. Default 5. */
  readonly deadAfter?: number
}

const required = {
  device: 'string',
  addresses: 'object',
  mark: 'number',
  port: 'number',
  privateKey: 'string',
  peerPublicKey: 'string',
} as const

/** Reads the configuration, whose private key nobody else may be able to read or to replace. */
export function readConfiguration(file: string): VpnConfiguration {
  // Of the open file, so that what is checked is what is read.
  const fd = openSync(file, 'r')
  try {
    const { mode, uid } = fstatSync(fd)
    if ((mode & 0o077) !== 0) throw new Error(`${file}: others may read or write it: chmod 600 ${file}`)
    if (uid !== process.geteuid?.() && uid !== 0) throw new Error(`${file}: it belongs to the user ${uid}`)
    return checked(JSON.parse(readFileSync(fd, 'utf8')), file)
  } finally {
    closeSync(fd)
  }
}

function checked(configuration: VpnConfiguration, file: string): VpnConfiguration {
  for (const [key, type] of Object.entries(required)) {
    if (typeof Object(configuration)[key] !== type) throw new TypeError(`${file}: ${key} must be a ${type}`)
  }
  if (configuration.remote !== 'all' && !Array.isArray(configuration.remote)) {
    throw new TypeError(`${file}: remote must be a list of prefixes, or "all"`)
  }
  // Packets without a mark have the mark 0: all of them would be the daemon's own.
  if (configuration.mark === 0) throw new TypeError(`${file}: mark must not be 0`)
  return configuration
}
