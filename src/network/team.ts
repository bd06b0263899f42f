import { readTeam, readTeamPorts, type TeamDevice, type TeamPortStatus } from '../genetlink/team/device.js'
import type { TeamOptions, TeamPortOptions } from '../genetlink/team/options.js'
import { withoutNames } from '../netlink/codec.js'
import type { RequestOptions } from '../netlink/exchange.js'
import type { Result } from '../result.js'
import { changeTowards } from '../rtnetlink/configureLink.js'
import { decodeLink } from '../rtnetlink/decodeLink.js'
import { teamGeneric } from '../rtnetlink/kinds/team.js'
import { dumpLinks } from '../rtnetlink/linkMessages.js'
import type { LinkReference } from './linkReference.js'
import { Objects } from './objects.js'
import { checkObject } from './properties.js'
import { nameOf } from './resolution.js'

/** A port of a team: its options, and what it tells. */
export interface TeamPortListed extends TeamPortStatus {
  /** The name of its link. */
  readonly name: string
  readonly options: TeamPortOptions
}

/** A team: its options, and its ports. */
export interface TeamListed {
  /** The name of its link. */
  readonly name: string
  readonly options: TeamOptions
  readonly ports: readonly TeamPortListed[]
}

/** The teams of a network: `teamnl`. Their links are made by `links.create({ kind: 'team' })`. */
export class Team extends Objects {
  /** Lists all teams with their options and ports. */
  list(options: RequestOptions = {}): Promise<Result<readonly TeamListed[]>> {
    return this.session.run(options, async (request) => {
      const links = await this.dumpAll(() => dumpLinks({ kind: 'team' }), decodeLink, request)
      const teams: TeamListed[] = []
      for (const link of links) if (link.kind === 'team') teams.push(await this.#read(link, request))
      return teams
    })
  }

  /** Reads one team: `teamnl NAME options`, `teamnl NAME ports`. */
  get(link: LinkReference, options: RequestOptions = {}): Promise<Result<TeamListed>> {
    return this.session.run(options, async (request) => this.#read(await this.linkOf(link, request), request))
  }

  /**
   * Changes a team to have the stated options, and returns it: `teamnl NAME setoption`. What is left out stays as it is. The
   * kernel changes the mode only of a team without ports (`EBUSY`), and takes no active port away.
   */
  update(link: LinkReference, wanted: TeamOptions, options: RequestOptions = {}): Promise<Result<TeamListed>> {
    return this.session.run(options, async (request) => {
      checkObject(wanted, 'team')
      const found = await this.linkOf(link, request)
      const { options: had } = await this.#device(found, request)
      const change = changeTowards(teamGeneric, found.name, wanted, had, true)
      if (Object.keys(change).length > 0) {
        await this.configure({ name: found.name, kind: 'team' }, { options: change }, request)
      }
      return await this.#read(found, request)
    })
  }

  async #read(
    { name, index }: { readonly name: string; readonly index: number },
    request: RequestOptions,
  ): Promise<TeamListed> {
    const { options, ports } = await this.#device({ name, index }, request)
    const told = await readTeamPorts(this.session.generic, { name, index }, request)
    const listed: TeamPortListed[] = []
    for (const [port, status] of told) {
      const portName = await this.#nameOf(port, request)
      listed.push({ name: portName, options: ports.get(port) ?? {}, ...status })
    }
    return { name, options, ports: listed }
  }

  /** The active port by its name. */
  async #device(link: { readonly name: string; readonly index: number }, request: RequestOptions): Promise<TeamDevice> {
    const device = await readTeam(this.session.generic, link, withoutNames, request)
    const { activePort } = device.options
    if (typeof activePort !== 'number') return device
    return { ...device, options: { ...device.options, activePort: await this.#nameOf(activePort, request) } }
  }

  async #nameOf(index: number, request: RequestOptions): Promise<string> {
    return String((await nameOf(this.session.connection, index, request)) ?? index)
  }
}
