import { type TeamAttributes, type TeamOptionAttributes, teamLayout } from '../../genetlink/team/attributes.js'
import { noMode } from '../../genetlink/team/device.js'
import { itemsOf, optionsOfItems } from '../../genetlink/team/items.js'
import {
  TEAM_CMD_OPTIONS_GET,
  TEAM_CMD_OPTIONS_SET,
  TEAM_CMD_PORT_LIST_GET,
  TEAM_GENL_VERSION,
} from '../../genetlink/team/messages.js'
import {
  type TeamMode,
  type TeamOptions,
  type TeamPortOptions,
  teamOptions,
  teamPortOptions,
} from '../../genetlink/team/options.js'
import type { Payload } from '../../netlink/bytes.js'
import { withoutNames } from '../../netlink/codec.js'
import { decodeMessage } from '../../netlink/message.js'
import { team as kind } from '../../rtnetlink/kinds/team.js'
import { type FakeLink, IFF_UP } from './fakeLink.js'
import { encodeBody, KernelError } from './kernelMessage.js'
import type { LinkTable } from './linkTable.js'

interface FakePort {
  readonly master: number
  readonly options: TeamPortOptions
}

const { domain } = teamOptions.lines.mode.codec
const modes: readonly string[] = domain.type === 'enumeration' ? domain.names : []

/** The family `team`: drivers/net/team/team.c. */
export class FakeTeam {
  /** The commands that change nothing. */
  readonly reading: readonly number[] = [TEAM_CMD_OPTIONS_GET, TEAM_CMD_PORT_LIST_GET]
  readonly #links: LinkTable
  readonly #teams = new WeakMap<FakeLink, TeamOptions>()
  readonly #ports = new WeakMap<FakeLink, FakePort>()

  constructor(links: LinkTable) {
    this.#links = links
  }

  /** Does what a request asks for, and returns the bodies of the answer. */
  handle(body: Payload): readonly Uint8Array[] {
    const { header, attributes } = decodeMessage(teamLayout, body, withoutNames)
    const { command } = header
    const link = this.#links.byIndex(Number(attributes.team))
    if (link?.kind !== 'team') throw new KernelError('EINVAL')
    const answer = (told: TeamAttributes): Uint8Array[] => [
      encodeBody(teamLayout, { command, version: TEAM_GENL_VERSION }, { team: link.index, ...told }),
    ]
    if (command === TEAM_CMD_OPTIONS_GET) return answer({ options: this.#describe(link) })
    if (command === TEAM_CMD_PORT_LIST_GET) return answer({ ports: this.#portsOf(link).map(describePort) })
    if (command !== TEAM_CMD_OPTIONS_SET) throw new KernelError('EOPNOTSUPP')
    const [first] = attributes.options ?? []
    if (!first) throw new KernelError('EINVAL')
    this.#set(link, first)
    // Nobody listens: team_nl_send_event_options_get.
    throw new KernelError('ESRCH')
  }

  #portsOf(link: FakeLink): FakeLink[] {
    return this.#links.ports(link)
  }

  #optionsOf(link: FakeLink): TeamOptions {
    const { activePort, ...options } = this.#teams.get(link) ?? kind.defaults ?? {}
    const isPort = this.#portsOf(link).some(({ index }) => index === activePort)
    return isPort && activePort !== undefined ? { ...options, activePort } : options
  }

  #portOptionsOf(port: FakeLink): TeamPortOptions {
    const known = this.#ports.get(port)
    return known && known.master === port.master ? known.options : (kind.portDefaults ?? {})
  }

  #describe(link: FakeLink): TeamOptionAttributes[] {
    const { mode = noMode as TeamMode, ...options } = this.#optionsOf(link)
    const active = mode === 'activebackup' ? { activePort: options.activePort ?? 0 } : {}
    return [
      ...itemsOf(teamOptions, { ...options, mode, ...active }, withoutNames),
      ...this.#portsOf(link).flatMap((port) =>
        itemsOf(teamPortOptions, this.#portOptionsOf(port), withoutNames, { port: port.index }),
      ),
    ]
  }

  #set(link: FakeLink, item: TeamOptionAttributes): void {
    const ports = this.#portsOf(link)
    if (item.port !== undefined) {
      const port = ports.find(({ index }) => index === item.port)
      if (!port || port.master === undefined) throw new KernelError('ENOENT')
      const set = optionsOfItems(teamPortOptions, [item], withoutNames)
      this.#ports.set(port, { master: port.master, options: { ...this.#portOptionsOf(port), ...set } })
      return
    }
    const had = this.#optionsOf(link)
    const set = optionsOfItems(teamOptions, [item], withoutNames)
    if (Object.keys(set).length === 0) throw new KernelError('ENOENT')
    const { mode, activePort } = set
    if (mode !== undefined && ports.length > 0) throw new KernelError('EBUSY')
    if (mode !== undefined && (mode === had.mode || !modes.includes(mode))) throw new KernelError('EINVAL')
    const isPort = had.mode === 'activebackup' && ports.some(({ index }) => index === activePort)
    if (activePort !== undefined && !isPort) throw new KernelError('ENOENT')
    this.#teams.set(link, { ...had, ...set })
  }
}

function describePort({ index, carrier, flags }: FakeLink) {
  return { port: index, linkup: carrier && (flags & IFF_UP) !== 0, speed: 0, duplex: 0 }
}
