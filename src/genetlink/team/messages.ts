import { type EncodeContext, withoutNames } from '../../netlink/codec.js'
import type { NetlinkMessage } from '../../netlink/message.js'
import type { GenericFamily } from '../control.js'
import { genericMessage } from '../message.js'
import { type TeamAttributes, teamLayout } from './attributes.js'
import { itemsOf } from './items.js'
import { type TeamOptions, type TeamPortOptions, teamOptions, teamPortOptions } from './options.js'

// include/uapi/linux/if_team.h
export const TEAM_GENL_NAME = 'team'
export const TEAM_GENL_VERSION = 1
export const TEAM_CMD_OPTIONS_SET = 1
export const TEAM_CMD_OPTIONS_GET = 2
export const TEAM_CMD_PORT_LIST_GET = 3

/** TEAM_CMD_OPTIONS_GET: `teamnl TEAM options`. The answer is of several messages, with the options of the ports. */
export function getTeamOptions(
  family: Pick<GenericFamily, 'id'>,
  team: string | number,
  context: EncodeContext = withoutNames,
): NetlinkMessage {
  return message(family, TEAM_CMD_OPTIONS_GET, team, 'get options', {}, context)
}

/** TEAM_CMD_PORT_LIST_GET: `teamnl TEAM ports`. */
export function getTeamPorts(
  family: Pick<GenericFamily, 'id'>,
  team: string | number,
  context: EncodeContext = withoutNames,
): NetlinkMessage {
  return message(family, TEAM_CMD_PORT_LIST_GET, team, 'get ports', {}, context)
}

/**
 * TEAM_CMD_OPTIONS_SET: `teamnl TEAM setoption`, a message for each option. Where nobody listens to changes of teams, the
 * kernel answers with `ESRCH` once it has set an option, and looks at no further one of the message: {@link isTeamOptionSet}.
 */
export function setTeamOptions(
  family: Pick<GenericFamily, 'id'>,
  team: string | number,
  options: TeamOptions,
  context: EncodeContext = withoutNames,
): NetlinkMessage[] {
  return itemsOf(teamOptions, options, context).map((item) =>
    message(family, TEAM_CMD_OPTIONS_SET, team, `set option ${item.name}`, { options: [item] }, context),
  )
}

/** TEAM_CMD_OPTIONS_SET of a port: `teamnl --port_name=PORT TEAM setoption`, as {@link setTeamOptions}. */
export function setTeamPortOptions(
  family: Pick<GenericFamily, 'id'>,
  team: string | number,
  port: string | number,
  options: TeamPortOptions,
  context: EncodeContext = withoutNames,
): NetlinkMessage[] {
  return itemsOf(teamPortOptions, options, context, { port }).map((item) =>
    message(
      family,
      TEAM_CMD_OPTIONS_SET,
      team,
      `set option ${item.name} of port ${port}`,
      { options: [item] },
      context,
    ),
  )
}

/** Whether an error of the kernel's says only that nobody was told: drivers/net/team/team.c, team_nl_cmd_options_set. */
export function isTeamOptionSet({ code }: { readonly code: string }): boolean {
  return code === 'ESRCH'
}

function message(
  family: Pick<GenericFamily, 'id'>,
  command: number,
  team: string | number,
  what: string,
  attributes: TeamAttributes,
  context: EncodeContext,
): NetlinkMessage {
  const subject = `link ${typeof team === 'number' ? `#${team}` : team}: ${what}`
  const header = { command, version: TEAM_GENL_VERSION }
  return genericMessage(teamLayout, family, header, subject, { team, ...attributes }, context)
}
