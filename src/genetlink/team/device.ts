import { NetworkError } from '../../error.js'
import { type DecodeContext, withoutNames } from '../../netlink/codec.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { decodeMessage, type NetlinkMessage } from '../../netlink/message.js'
import type { GenericNetlink } from '../genericNetlink.js'
import { type TeamAttributes, teamLayout } from './attributes.js'
import { optionsOfItems } from './items.js'
import { getTeamOptions, getTeamPorts, TEAM_GENL_NAME } from './messages.js'
import { type TeamOptions, type TeamPortOptions, teamOptions, teamPortOptions } from './options.js'

/** A team as it is. */
export interface TeamDevice {
  readonly options: TeamOptions
  /** The options of its ports, by the index of the link. */
  readonly ports: ReadonlyMap<number, TeamPortOptions>
}

/** What a team tells of one of its ports. */
export interface TeamPortStatus {
  /** Whether the device has a carrier. */
  readonly linkup: boolean
  /** In Mbit/s; 0 where it is not known. */
  readonly speed: number
  /** 0 half, 1 full. */
  readonly duplex: number
}

type Link = { readonly name: string; readonly index: number }

/** How the kernel calls having no mode: drivers/net/team/team.c, __team_no_mode. */
export const noMode = '*NOMODE*'

/** Reads the options of a team and of its ports: `teamnl NAME options`. */
export async function readTeam(
  generic: GenericNetlink,
  link: Link,
  context: DecodeContext,
  request: RequestOptions = {},
): Promise<TeamDevice> {
  const parts = await ask(generic, link, getTeamOptions, request)
  const items = parts.flatMap(({ options = [] }) => options)
  const indices = new Set(items.map(({ port }) => port).filter((port) => typeof port === 'number'))
  const itemsOf = (index: number | undefined) => items.filter(({ port }) => port === index)
  return {
    options: withoutNothing(optionsOfItems(teamOptions, itemsOf(undefined), context)),
    ports: new Map([...indices].map((index) => [index, optionsOfItems(teamPortOptions, itemsOf(index), context)])),
  }
}

/** Reads what a team tells of its ports, by the index of the link: `teamnl NAME ports`. */
export async function readTeamPorts(
  generic: GenericNetlink,
  link: Link,
  request: RequestOptions = {},
): Promise<ReadonlyMap<number, TeamPortStatus>> {
  const parts = await ask(generic, link, getTeamPorts, request)
  const told = parts.flatMap(({ ports = [] }) => ports)
  return new Map(
    told.map(({ port, linkup = false, speed = 0, duplex = 0 }) => [Number(port), { linkup, speed, duplex }]),
  )
}

function withoutNothing({ mode, activePort, ...others }: TeamOptions): TeamOptions {
  return {
    ...(mode === undefined || String(mode) === noMode ? {} : { mode }),
    ...others,
    ...(activePort ? { activePort } : {}),
  }
}

async function ask(
  generic: GenericNetlink,
  { name, index }: Link,
  build: (family: { readonly id: number }, team: number) => NetlinkMessage,
  request: RequestOptions,
): Promise<readonly TeamAttributes[]> {
  const family = await generic.family(TEAM_GENL_NAME, request)
  const decode = ({ body }: { readonly body: Parameters<typeof decodeMessage>[1] }): TeamAttributes =>
    decodeMessage(teamLayout, body, withoutNames).attributes
  try {
    return await generic.connection.ask(build(family, index), decode, request)
  } catch (error) {
    // drivers/net/team/team.c, team_nl_team_get
    if (!(error instanceof NetworkError) || error.code !== 'EINVAL') throw error
    throw new NetworkError('ENODEV', `link ${name}: there is no team of this name`, { object: `link ${name}` })
  }
}
