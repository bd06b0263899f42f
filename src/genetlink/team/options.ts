import type { Codec } from '../../netlink/codec.js'
import { flag, i32, linkReference, ranged, text, u32 } from '../../netlink/scalars.js'
import { type AttributeTable, attribute, attributeTable } from '../../netlink/table.js'

// include/net/netlink.h
export const NLA_U32 = 3
export const NLA_STRING = 5
export const NLA_FLAG = 6
export const NLA_S32 = 14

/**
 * How a team chooses the port that a frame goes out by: each in turn, all of them, any, the active one, or one by a hash of
 * the frame.
 */
export type TeamMode = 'roundrobin' | 'broadcast' | 'random' | 'activebackup' | 'loadbalance'

/** What can be said of a team: `teamnl NAME setoption`, man teamnl(8). */
export interface TeamOptions {
  /**
   * How frames are spread over the ports. Without one a team passes nothing. Another one makes the team anew, since the
   * kernel changes it only of a team without ports; these are put back. With `activebackup` a port keeps its own MAC address,
   * and takes no frames for the team's unless it is given that one. `loadbalance` sends everything by the first port, until a
   * program gives the team a hash function. One that the kernel lacks is an error of the plan. Default: none.
   */
  readonly mode?: TeamMode
  /**
   * `activebackup`: the port that all goes by; the kernel chooses none by itself. `null` is none, for which a team that has
   * one is made anew. A port that is made anew is the active one again. Default: none.
   */
  readonly activePort?: string | number | null
  /** How often neighbors are told where the team is, when a port comes to be used. Default 0. */
  readonly notifyPeersCount?: number
  /** The time between two such messages, in milliseconds. Default 0. */
  readonly notifyPeersInterval?: number
  /** How often multicast groups are joined again, when a port comes to be used. Default 0. */
  readonly multicastRejoinCount?: number
  /** The time between two times of joining, in milliseconds. Default 0. */
  readonly multicastRejoinInterval?: number
}

/** What can be said of a port of a team: `teamnl --port_name=PORT TEAM setoption`, man teamnl(8). */
export interface TeamPortOptions {
  /** Whether it is used at all. Default true. */
  readonly enabled?: boolean
  /** Whether it counts as up, where {@link userLinkupEnabled}. Default false. */
  readonly userLinkup?: boolean
  /** Whether {@link userLinkup} counts, and not what the device tells. Default false. */
  readonly userLinkupEnabled?: boolean
  /** Which of several ports with a {@link queueId} comes first: the lowest. Default 0. */
  readonly priority?: number
  /** The transmit queue of the team that goes out here, 0 for any. Default 0. */
  readonly queueId?: number
}

const names: readonly TeamMode[] = ['roundrobin', 'broadcast', 'random', 'activebackup', 'loadbalance']

const mode: Codec<TeamMode> = { ...(text(31) as Codec<TeamMode>), domain: { type: 'enumeration', names } }

const port: Codec<string | number | null> = {
  domain: { type: 'link', nullable: true },
  encode: (value, writer, context) => linkReference.encode(value ?? 0, writer, context),
  decode: (payload, context) => u32.decode(payload, context) && linkReference.decode(payload, context),
}

const separate = { separate: true } as const

/**
 * The options of a team, by the type that the kernel tells them as, and by its name for them. They are no attributes, but
 * items of a list: drivers/net/team/team.c, team_options; team_mode_activebackup.c, ab_options.
 */
export const teamOptions: AttributeTable<TeamOptions> = attributeTable<TeamOptions>({
  mode: attribute(NLA_STRING, mode, separate),
  notifyPeersCount: attribute(NLA_U32, u32, separate),
  notifyPeersInterval: attribute(NLA_U32, u32, separate),
  multicastRejoinCount: attribute(NLA_U32, u32, { ip: 'mcast_rejoin_count', ...separate }),
  multicastRejoinInterval: attribute(NLA_U32, u32, { ip: 'mcast_rejoin_interval', ...separate }),
  activePort: attribute(NLA_U32, port, { ip: 'activeport', ...separate }),
})

/** The options of a port of a team. */
export const teamPortOptions: AttributeTable<TeamPortOptions> = attributeTable<TeamPortOptions>({
  enabled: attribute(NLA_FLAG, flag, separate),
  userLinkup: attribute(NLA_FLAG, flag, separate),
  userLinkupEnabled: attribute(NLA_FLAG, flag, separate),
  priority: attribute(NLA_S32, i32, separate),
  queueId: attribute(NLA_U32, ranged(u32, 0, 0xffff), separate),
})
