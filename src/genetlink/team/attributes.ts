import { listOf } from '../../netlink/lists.js'
import { binary, flag, linkReference, text, u8, u32 } from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'
import { type GenericLayout, genericLayout } from '../message.js'

/** An option of a team as messages have it. */
export interface TeamOptionAttributes {
  /** The kernel's name of it. */
  readonly name?: string
  /** Whether its value is another one than the kernel told last. */
  readonly changed?: boolean
  /** What {@link data} is: a number of `NLA_*`. */
  readonly type?: number
  /** The value; a flag that is not set has none. */
  readonly data?: Uint8Array
  /** Whether the team has it no longer. */
  readonly removed?: boolean
  /** The port that it is an option of. */
  readonly port?: string | number
  /** Which of several values it is. */
  readonly arrayIndex?: number
}

// TEAM_ATTR_OPTION_*, TEAM_STRING_MAX_LEN: include/uapi/linux/if_team.h
export const teamOptionAttributes: AttributeTable<TeamOptionAttributes> = attributeTable<TeamOptionAttributes>({
  name: attribute(1, text(31)),
  changed: attribute(2, flag),
  type: attribute(3, u8),
  data: attribute(4, binary),
  removed: attribute(5, flag),
  port: attribute(6, linkReference),
  arrayIndex: attribute(7, u32),
})

/** A port of a team as messages have it. */
export interface TeamPortAttributes {
  readonly port?: string | number
  readonly changed?: boolean
  readonly linkup?: boolean
  readonly speed?: number
  readonly duplex?: number
  readonly removed?: boolean
}

// TEAM_ATTR_PORT_*
export const teamPortAttributes: AttributeTable<TeamPortAttributes> = attributeTable<TeamPortAttributes>({
  port: attribute(1, linkReference),
  changed: attribute(2, flag),
  linkup: attribute(3, flag),
  speed: attribute(4, u32),
  duplex: attribute(5, u8),
  removed: attribute(6, flag),
})

/** A team as messages have it. */
export interface TeamAttributes {
  readonly team?: string | number
  readonly options?: readonly TeamOptionAttributes[]
  readonly ports?: readonly TeamPortAttributes[]
}

// TEAM_ATTR_*, TEAM_ATTR_ITEM_OPTION, TEAM_ATTR_ITEM_PORT
export const teamAttributes: AttributeTable<TeamAttributes> = attributeTable<TeamAttributes>({
  team: attribute(1, linkReference),
  options: attribute(2, listOf(1, teamOptionAttributes)),
  ports: attribute(3, listOf(1, teamPortAttributes)),
})

/** TEAM_CMD_*. */
export const teamLayout: GenericLayout<TeamAttributes> = genericLayout(teamAttributes)
