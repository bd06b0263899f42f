/**
 * A secure association, which has a key: `ip macsec add DEV … sa NUMBER`, man ip-macsec(8), IEEE 802.1AE. What is left
 * out of one that is there stays as it is.
 */
export interface MacsecAssociation {
  /** Which of the four of its channel it is: 0 to 3. */
  readonly number: number
  /** Whether it is used: `on`, `off`. Default true for a new one. */
  readonly active?: boolean
  /**
   * What the key is known by: 16 bytes as 32 hexadecimal digits; fewer are filled up with zeros at the end, as `ip` does it.
   * The kernel tells this and never the key, so that **another key takes another id**: under the same id it is not seen
   * to be another one, and is not set.
   */
  readonly keyId?: string
  /** The secret key in hexadecimal: 32 digits, or 64 with a cipher suite of 256 bits. A new association needs it. */
  readonly key?: string
  /** The file that has the key, instead of the key itself. */
  readonly keyFile?: string
  /**
   * The number of the next packet: `pn`, or `xpn` with extended ones. It counts for a new association and goes on by itself,
   * so that it is never compared. Default 1.
   */
  readonly packetNumber?: number
  /** The short number of the channel, which extended packet numbers need: `0x1`. */
  readonly ssci?: string
  /** The salt in hexadecimal, 24 digits, which extended packet numbers need. The kernel does not tell it. */
  readonly salt?: string
}

/** A secure channel that frames are taken from: `ip macsec add DEV rx`. Say {@link sci}, or {@link mac} and {@link port}. */
export interface MacsecChannel {
  /** The number of the channel, in hexadecimal: MAC address and port, in the order of the network. */
  readonly sci?: string
  /** The MAC address of the device that sends by it. */
  readonly mac?: string
  /** The port of the device that sends by it. */
  readonly port?: number
  /** Whether frames are taken from it: `on`, `off`. Default true for a new one. */
  readonly active?: boolean
  /** All of its associations. Left out, they stay as they are; a new channel has none. */
  readonly associations?: readonly MacsecAssociation[]
}

/** The keys of a device, with which it sends, and by which it takes what others send. */
export interface MacsecConfiguration {
  /** All associations that it sends by. Left out, they stay as they are. */
  readonly transmitAssociations?: readonly MacsecAssociation[]
  /** All channels that it takes frames from. Left out, they stay as they are. */
  readonly receiveChannels?: readonly MacsecChannel[]
}
