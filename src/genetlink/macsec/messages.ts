import { type EncodeContext, withoutNames } from '../../netlink/codec.js'
import type { NetlinkMessage } from '../../netlink/message.js'
import type { GenericFamily } from '../control.js'
import { type GenericHeader, genericMessage } from '../message.js'
import { type MacsecAssociationAttributes, macsecLayout } from './attributes.js'

// include/uapi/linux/if_macsec.h
export const MACSEC_GENL_NAME = 'macsec'
export const MACSEC_GENL_VERSION = 1
export const MACSEC_CMD_GET_TXSC = 0
export const MACSEC_CMD_ADD_RXSC = 1
export const MACSEC_CMD_DEL_RXSC = 2
export const MACSEC_CMD_UPD_RXSC = 3
export const MACSEC_CMD_ADD_TXSA = 4
export const MACSEC_CMD_DEL_TXSA = 5
export const MACSEC_CMD_UPD_TXSA = 6
export const MACSEC_CMD_ADD_RXSA = 7
export const MACSEC_CMD_DEL_RXSA = 8
export const MACSEC_CMD_UPD_RXSA = 9

const commands = {
  channel: { add: MACSEC_CMD_ADD_RXSC, set: MACSEC_CMD_UPD_RXSC, del: MACSEC_CMD_DEL_RXSC },
  received: { add: MACSEC_CMD_ADD_RXSA, set: MACSEC_CMD_UPD_RXSA, del: MACSEC_CMD_DEL_RXSA },
  sent: { add: MACSEC_CMD_ADD_TXSA, set: MACSEC_CMD_UPD_TXSA, del: MACSEC_CMD_DEL_TXSA },
} as const

const header = (command: number): GenericHeader => ({ command, version: MACSEC_GENL_VERSION })

/** One change of a device's keys, by the words of `ip macsec`. */
export interface MacsecRequest {
  readonly action: 'add' | 'set' | 'del'
  /** The channel to receive by; without it, it is about an {@link association} to send by. */
  readonly sci?: string
  /** Whether the channel is used. */
  readonly active?: boolean
  /** The association, where it is about one and not about the channel. */
  readonly association?: MacsecAssociationAttributes
}

/** MACSEC_CMD_GET_TXSC: `ip macsec show`, a dump of all devices of the namespace. */
export function dumpMacsec(family: Pick<GenericFamily, 'id'>): NetlinkMessage {
  return genericMessage(macsecLayout, family, header(MACSEC_CMD_GET_TXSC), 'macsec: list', {}, withoutNames)
}

/** MACSEC_CMD_ADD_RXSC and its kin: `ip macsec add|set|del NAME …`. */
export function changeMacsec(
  family: Pick<GenericFamily, 'id'>,
  link: { readonly name: string } | { readonly index: number },
  { action, sci, active, association }: MacsecRequest,
  context: EncodeContext = withoutNames,
): NetlinkMessage {
  const of = sci === undefined ? commands.sent : association ? commands.received : commands.channel
  const number = association?.number ?? ''
  const what = [sci === undefined ? 'tx' : `rx ${sci}`, ...(association ? [`sa ${number}`] : [])].join(' ')
  const channel = sci === undefined ? {} : { channel: { sci, ...(active === undefined ? {} : { active }) } }
  return genericMessage(
    macsecLayout,
    family,
    header(of[action]),
    `link ${'name' in link ? link.name : `#${link.index}`}: ${action} macsec ${what}`,
    {
      index: 'name' in link ? context.linkIndex(link.name) : link.index,
      ...channel,
      ...(association ? { association } : {}),
    },
    context,
  )
}
