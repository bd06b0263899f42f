import type { MacsecConfiguration } from '../../genetlink/macsec/configuration.js'
import { partsOfSci, sciOf } from '../../genetlink/macsec/sci.js'
import { type Codec, MalformedError } from '../../netlink/codec.js'
import { be16, boolean, enumeration, hexadecimal, linkReference, ranged, u8, u32, u64 } from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'
import { defineLinkKind, type LinkKind } from './kind.js'
import { macsecGeneric, receiveChannels, transmitAssociations } from './macsecKeys.js'

export type { MacsecAssociation, MacsecChannel, MacsecConfiguration } from '../../genetlink/macsec/configuration.js'
export type {
  MacsecAssociationStatus,
  MacsecChannelStatus,
  MacsecStatus,
} from '../../genetlink/macsec/device.js'

/** What frames are encrypted with: `ip macsec help`, IEEE 802.1AE. */
export type MacsecCipherSuite = 'gcm-aes-128' | 'gcm-aes-256' | 'gcm-aes-xpn-128' | 'gcm-aes-xpn-256'

/** Options of a MACsec device: `ip link add link LINK type macsec help`, man ip-macsec(8), IEEE 802.1AE. */
export interface MacsecOptions extends MacsecConfiguration {
  /** The device below. */
  readonly link?: string | number
  /** The number that tells channels of one MAC address apart. Excludes {@link sci}. Default 1. */
  readonly port?: number
  /**
   * The number of the channel that it sends by, in hexadecimal: MAC address and port, in the order of the network. Needs
   * {@link sendSci}. Default: that of the device's own MAC address and {@link port}.
   */
  readonly sci?: string
  /** What frames are protected with. Default `gcm-aes-128`. */
  readonly cipherSuite?: MacsecCipherSuite
  /** Bytes of the checksum of a frame, 8 to 16. Default 16. */
  readonly icvLength?: number
  /** Which of its four keys it sends with. Default 0. */
  readonly encodingSa?: number
  /** Whether frames are encrypted, and not only protected from changes. Default false. */
  readonly encrypt?: boolean
  /** Whether frames are protected at all. Default true. */
  readonly protect?: boolean
  /** Whether frames carry the number of the channel. Excludes {@link endStation} and {@link singleCopyBroadcast}. Default true. */
  readonly sendSci?: boolean
  /** Whether frames say that they come from an end station. Default false. */
  readonly endStation?: boolean
  /** Whether frames say that they are single copies of a broadcast. Default false. */
  readonly singleCopyBroadcast?: boolean
  /** Whether old frames are refused. Needs a {@link window}. Default false. */
  readonly replayProtect?: boolean
  /** How many frames one may be late, with {@link replayProtect}. Default 0. */
  readonly window?: number
  /** What becomes of frames that are not protected as they should be: refused, counted, or taken. Default `strict`. */
  readonly validate?: 'disabled' | 'check' | 'strict'
  /** Whether hardware does it. Default `off`. */
  readonly offload?: 'off' | 'phy' | 'mac'
}

// MACSEC_CIPHER_ID_*: include/uapi/linux/if_macsec.h; the kernel tells the first one by its older number.
const suites: readonly (readonly [MacsecCipherSuite, bigint])[] = [
  ['gcm-aes-128', 0x0080_0200_0100_0001n],
  ['gcm-aes-128', 0x0080_c200_0100_0001n],
  ['gcm-aes-256', 0x0080_c200_0100_0002n],
  ['gcm-aes-xpn-128', 0x0080_c200_0100_0003n],
  ['gcm-aes-xpn-256', 0x0080_c200_0100_0004n],
]

const cipherSuite: Codec<MacsecCipherSuite> = {
  domain: { type: 'enumeration', names: [...new Set(suites.map(([name]) => name))] },
  encode(value, writer, context) {
    const suite = suites.find(([name]) => name === value)
    if (!suite) throw new RangeError(`${value} is not a cipher suite`)
    u64.encode(suite[1], writer, context)
  },
  decode(payload, context) {
    const number = u64.decode(payload, context)
    const suite = suites.find(([, known]) => known === number)
    if (!suite) throw new MalformedError(`${number} is no cipher suite`)
    return suite[0]
  },
}

const bool = boolean(u8)
const onOff = (type: number, word: string) => attribute(type, bool, { ip: `${word} on|${word} off` })

/** `ip` takes the one with the other only. */
function windowWords(window: number, { replayProtect }: Readonly<Record<string, unknown>>): string {
  return `${replayProtect === true ? '' : 'replay on '}window ${window}`
}

// enum of IFLA_MACSEC_*, enum macsec_validation_type, enum macsec_offload: include/uapi/linux/if_link.h
const options: AttributeTable<MacsecOptions> = attributeTable<MacsecOptions>(
  {
    link: attribute(5, linkReference, { outer: true }),
    // The last two bytes of the channel's number, after the MAC address: IEEE 802.1AE, 8.2.1.
    port: attribute(2, be16, { toldIn: { type: 1, start: 6 } }),
    sci: attribute(1, hexadecimal(8)),
    icvLength: attribute(3, ranged(u8, 8, 16), { ip: 'icvlen' }),
    cipherSuite: attribute(4, cipherSuite, { ip: 'cipher' }),
    window: attribute(5, u32, { ip: windowWords }),
    encodingSa: attribute(6, ranged(u8, 0, 3), { ip: 'encodingsa' }),
    encrypt: onOff(7, 'encrypt'),
    protect: onOff(8, 'protect'),
    sendSci: onOff(9, 'send_sci'),
    endStation: onOff(10, 'end_station'),
    singleCopyBroadcast: onOff(11, 'scb'),
    replayProtect: onOff(12, 'replay'),
    validate: attribute(13, enumeration(u8, { disabled: 0, check: 1, strict: 2 })),
    offload: attribute(15, enumeration(u8, { off: 0, phy: 1, mac: 2 })),
    transmitAssociations,
    receiveChannels,
  },
  ['link'],
)

/** `ip link add link LINK NAME type macsec`: frames that nobody on the wire can read or change. */
export const macsec: LinkKind<'macsec', MacsecOptions> = defineLinkKind({
  kind: 'macsec',
  options,
  generic: macsecGeneric,
  ethernet: true,
  exclusive: ['sci', 'port'],
  // macsec_validate_attr; macsec_fill_info does not tell it otherwise.
  onlyWith: { window: { replayProtect: [true] } },
  // drivers/net/macsec.c, macsec_changelink
  immutable: ['link', 'port', 'sci', 'icvLength', 'cipherSuite'],
  // Before Linux 6.3: macsec_fill_info
  untold: ['offload'],
  dependsOn: ['link'],
  takesFramesAs: 'MACsec',
  // drivers/net/macsec.c, macsec_newlink
  ethernetBelow: true,
  defaults: {
    port: 1,
    icvLength: 16,
    cipherSuite: 'gcm-aes-128',
    encodingSa: 0,
    encrypt: false,
    protect: true,
    sendSci: true,
    endStation: false,
    singleCopyBroadcast: false,
    replayProtect: false,
    validate: 'strict',
    offload: 'off',
    transmitAssociations: [],
    receiveChannels: [],
  },
  // drivers/net/macsec.c, macsec_newlink
  followingUnsaid: true,
  defaultsBy({ sci, port = 1 }, mac) {
    if (sci === undefined) return {}
    const own = mac === undefined ? undefined : sciOf(mac, port)
    return sci === own ? { sci } : { port: partsOfSci(sci).port }
  },
  generalDefaults: { mtu: undefined },
})
