import { CTRL_CMD_GETFAMILY, controlLayout, GENL_ID_CTRL } from '../../genetlink/control.js'
import { MACSEC_GENL_NAME, MACSEC_GENL_VERSION } from '../../genetlink/macsec/messages.js'
import { genericHeader } from '../../genetlink/message.js'
import { TEAM_GENL_NAME, TEAM_GENL_VERSION } from '../../genetlink/team/messages.js'
import { WG_GENL_NAME, WG_GENL_VERSION } from '../../genetlink/wireguard/messages.js'
import type { Payload } from '../../netlink/bytes.js'
import { withoutNames } from '../../netlink/codec.js'
import { decodeMessage, NLM_F_ACK, NLM_F_DUMP, NLM_F_MULTI, type ReceivedMessage } from '../../netlink/message.js'
import type { FakeTransport, KernelSide } from './fakeTransport.js'
import type { Faults } from './faults.js'
import { acknowledgement, done, encodeBody, KernelError, packMessage } from './kernelMessage.js'
import type { LinkTable } from './linkTable.js'
import { FakeMacsec } from './macsec.js'
import { FakeTeam } from './team.js'
import { FakeWireguard } from './wireguard.js'

/** What a family does for a request, and which of its commands only read. */
interface Handler {
  readonly reading: readonly number[]
  handle(body: Payload): readonly Uint8Array[]
}

interface Family {
  readonly name: string
  /** The number that it got; any from 16 on will do. */
  readonly id: number
  readonly version: number
  readonly Handler: new (links: LinkTable) => Handler
}

const families: readonly Family[] = [
  { name: WG_GENL_NAME, id: 31, version: WG_GENL_VERSION, Handler: FakeWireguard },
  { name: MACSEC_GENL_NAME, id: 32, version: MACSEC_GENL_VERSION, Handler: FakeMacsec },
  { name: TEAM_GENL_NAME, id: 33, version: TEAM_GENL_VERSION, Handler: FakeTeam },
]

/** Generic netlink of the fake kernel: the families `wireguard`, `macsec` and `team`, and the one that tells of families. */
export class FakeGeneric implements KernelSide {
  readonly #handlers: ReadonlyMap<number, Handler>
  readonly #faults: Faults

  constructor(links: LinkTable, faults: Faults) {
    this.#faults = faults
    this.#handlers = new Map(families.map(({ id, Handler }) => [id, new Handler(links)]))
  }

  forget(): void {}

  process(socket: FakeTransport, request: ReceivedMessage): void {
    const { type, flags, sequence } = request
    const isDump = (flags & NLM_F_DUMP) === NLM_F_DUMP
    const { portId } = socket
    try {
      const bodies = this.#handle(request)
      const replyFlags = isDump ? NLM_F_MULTI : 0
      const replies = bodies.map((body) => packMessage({ type, body }, replyFlags, sequence, portId))
      if (isDump) socket.startDump([...replies, done(request, portId, 0)].values())
      else for (const reply of replies) socket.deliver(reply)
      if (!isDump && flags & NLM_F_ACK) socket.deliver(acknowledgement(request, portId))
    } catch (error) {
      if (!(error instanceof KernelError)) throw error
      if (isDump) socket.startDump([done(request, portId, 0, error)].values())
      else socket.deliver(acknowledgement(request, portId, error))
    }
  }

  #handle({ type, body }: ReceivedMessage): readonly Uint8Array[] {
    const handler = this.#handlers.get(type)
    const { command } = genericHeader.decode(body, withoutNames)
    if (handler && !handler.reading.includes(command)) this.#faults.countChange()
    if (handler) return handler.handle(body)
    if (type !== GENL_ID_CTRL || command !== CTRL_CMD_GETFAMILY) {
      throw new KernelError('EOPNOTSUPP')
    }
    const { familyName } = decodeMessage(controlLayout, body, withoutNames).attributes
    const family = families.find(({ name }) => name === familyName)
    if (!family) throw new KernelError('ENOENT')
    const { name, id, version } = family
    const attributes = { familyId: id, familyName: name, version, headerSize: 0 }
    return [encodeBody(controlLayout, { command: 1, version: 2 }, attributes)]
  }
}
