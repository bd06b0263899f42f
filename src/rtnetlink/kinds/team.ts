import {
  explainedRefusal,
  formerTeam,
  missingOfTeam,
  teamChange,
  teamCommands,
  teamDifferences,
  teamPortCommands,
} from '../../genetlink/team/change.js'
import { readTeam } from '../../genetlink/team/device.js'
import { isTeamOptionSet, setTeamOptions, setTeamPortOptions, TEAM_GENL_NAME } from '../../genetlink/team/messages.js'
import { type TeamOptions, type TeamPortOptions, teamOptions, teamPortOptions } from '../../genetlink/team/options.js'
import type { GenericOptions } from './generic.js'
import { defineLinkKind, type LinkKind } from './kind.js'

export type { TeamMode, TeamOptions, TeamPortOptions } from '../../genetlink/team/options.js'

/** How the family `team` reads and sets the options of a team and of its ports. */
export const teamGeneric: GenericOptions = {
  family: TEAM_GENL_NAME,
  byIndex: true,
  read: readTeam,
  differences: teamDifferences,
  missing: missingOfTeam,
  change: teamChange,
  lasting: (wanted) => wanted,
  former: formerTeam,
  messages: setTeamOptions,
  commands: teamCommands,
  toSpec: (options) => options,
  isDone: isTeamOptionSet,
  explained: explainedRefusal,
  // drivers/net/team/team_core.c, team_mode_get
  tried: { mode: (mode) => `team-mode-${mode}` },
  port: { messages: setTeamPortOptions, commands: teamPortCommands },
}

/** `ip link add NAME type team`: several links as one, as a program such as teamd has it work. */
export const team: LinkKind<'team', TeamOptions, TeamPortOptions> = defineLinkKind({
  kind: 'team',
  options: teamOptions,
  port: teamPortOptions,
  generic: teamGeneric,
  ethernet: true,
  hasPorts: true,
  // drivers/net/team/team_core.c, team_port_add
  noLoopbackPort: true,
  takesFramesAs: 'team',
  // drivers/net/team/team.c, team_port_add and team_port_del
  portsGoDown: true,
  // drivers/net/team/team.c, team_change_mode
  immutable: ['mode'],
  // drivers/net/team/team_mode_activebackup.c, ab_active_port_set
  needsNewDevice: (option, _before, after) => option === 'activePort' && after === null,
  namesPorts: ['activePort'],
  onlyPorts: ['activePort'],
  onlyWith: { activePort: { mode: ['activebackup'] } },
  defaults: {
    notifyPeersCount: 0,
    notifyPeersInterval: 0,
    multicastRejoinCount: 0,
    multicastRejoinInterval: 0,
  },
  generalDefaults: { features: { 'rx-lro': true } },
  // Forwarding ends it: net/core/dev.c, dev_disable_lro.
  momentaryFeatures: ['rx-lro'],
  portDefaults: { enabled: true, userLinkup: false, userLinkupEnabled: false, priority: 0, queueId: 0 },
})
