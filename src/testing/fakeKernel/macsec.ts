import {
  type MacsecAssociationAttributes,
  type MacsecAttributes,
  type MacsecChannelAttributes,
  macsecLayout,
} from '../../genetlink/macsec/attributes.js'
import {
  MACSEC_CMD_ADD_RXSA,
  MACSEC_CMD_ADD_RXSC,
  MACSEC_CMD_ADD_TXSA,
  MACSEC_CMD_DEL_RXSA,
  MACSEC_CMD_DEL_RXSC,
  MACSEC_CMD_DEL_TXSA,
  MACSEC_CMD_GET_TXSC,
  MACSEC_CMD_UPD_RXSA,
  MACSEC_CMD_UPD_RXSC,
  MACSEC_CMD_UPD_TXSA,
  MACSEC_GENL_VERSION,
} from '../../genetlink/macsec/messages.js'
import { keyDigits } from '../../genetlink/macsec/suite.js'
import type { Payload } from '../../netlink/bytes.js'
import { withoutNames } from '../../netlink/codec.js'
import { decodeMessage } from '../../netlink/message.js'
import type { FakeLink } from './fakeLink.js'
import { encodeBody, KernelError } from './kernelMessage.js'
import type { LinkTable } from './linkTable.js'

interface FakeAssociation {
  active: boolean
  readonly packetNumber: number | bigint
  readonly keyId: string
  readonly ssci: string | undefined
}

type Associations = Map<number, FakeAssociation>

interface FakeChannel {
  active: boolean
  readonly associations: Associations
}

interface FakeDevice {
  readonly transmit: Associations
  readonly receive: Map<string, FakeChannel>
}

const actions: ReadonlyMap<number, 'add' | 'set' | 'del'> = new Map([
  [MACSEC_CMD_ADD_TXSA, 'add'],
  [MACSEC_CMD_UPD_TXSA, 'set'],
  [MACSEC_CMD_DEL_TXSA, 'del'],
  [MACSEC_CMD_ADD_RXSA, 'add'],
  [MACSEC_CMD_UPD_RXSA, 'set'],
  [MACSEC_CMD_DEL_RXSA, 'del'],
])

/** The family `macsec`: drivers/net/macsec.c. */
export class FakeMacsec {
  /** The commands that change nothing. */
  readonly reading: readonly number[] = [MACSEC_CMD_GET_TXSC]
  readonly #links: LinkTable
  readonly #devices = new WeakMap<FakeLink, FakeDevice>()

  constructor(links: LinkTable) {
    this.#links = links
  }

  /** Does what a request asks for, and returns the bodies of a dump. */
  handle(body: Payload): readonly Uint8Array[] {
    const { header, attributes } = decodeMessage(macsecLayout, body, withoutNames)
    const { command } = header
    if (command === MACSEC_CMD_GET_TXSC) {
      const own = this.#links.all().filter(({ kind }) => kind === 'macsec')
      return own.map((link) => describe(link, this.#deviceOf(link)))
    }
    const link = this.#links.byIndex(attributes.index ?? 0)
    if (link?.kind !== 'macsec') throw new KernelError('ENODEV')
    change(this.#deviceOf(link), command, attributes, keyDigits(String(link.options['cipherSuite'])))
    return []
  }

  #deviceOf(link: FakeLink): FakeDevice {
    const device = this.#devices.get(link) ?? { transmit: new Map(), receive: new Map() }
    this.#devices.set(link, device)
    return device
  }
}

function change(device: FakeDevice, command: number, attributes: MacsecAttributes, digits: number): void {
  const { channel, association } = attributes
  const action = actions.get(command)
  if (!action) {
    changeChannel(device, command, channel)
    return
  }
  const associations = channel ? device.receive.get(channel.sci ?? '')?.associations : device.transmit
  if (!associations) throw new KernelError('ENODEV')
  const { number = 0, active, key, keyId, packetNumber, ssci } = association ?? {}
  const had = associations.get(number)
  if (action === 'add') {
    if (had) throw new KernelError('EBUSY')
    if (key?.length !== digits || keyId === undefined || !packetNumber) throw new KernelError('EINVAL')
    associations.set(number, { active: active ?? false, packetNumber, keyId, ssci })
    return
  }
  if (!had) throw new KernelError('ENODEV')
  if (action === 'set') {
    if (key !== undefined || keyId !== undefined) throw new KernelError('EINVAL')
    had.active = active ?? had.active
  } else if (had.active) throw new KernelError('EBUSY')
  else associations.delete(number)
}

function changeChannel({ receive }: FakeDevice, command: number, channel: MacsecChannelAttributes = {}): void {
  const { sci = '', active } = channel
  const had = receive.get(sci)
  if (command === MACSEC_CMD_ADD_RXSC) {
    if (had) throw new KernelError('EEXIST')
    receive.set(sci, { active: active ?? true, associations: new Map() })
    return
  }
  if (!had) throw new KernelError('ENODEV')
  if (command === MACSEC_CMD_DEL_RXSC) receive.delete(sci)
  else if (command === MACSEC_CMD_UPD_RXSC) had.active = active ?? had.active
  else throw new KernelError('EOPNOTSUPP')
}

function describe({ index, options }: FakeLink, { transmit, receive }: FakeDevice): Uint8Array {
  const operational = transmit.get(Number(options['encodingSa'] ?? 0))?.active ?? false
  return encodeBody(
    macsecLayout,
    { command: MACSEC_CMD_GET_TXSC, version: MACSEC_GENL_VERSION },
    {
      index,
      secy: { operational },
      transmitAssociations: described(transmit),
      // The newest first.
      receiveChannels: [...receive]
        .reverse()
        .map(([sci, { active, associations }]) => ({ sci, active, associations: described(associations) })),
    },
  )
}

function described(associations: Associations): MacsecAssociationAttributes[] {
  const inOrder = [...associations].sort(([one], [other]) => one - other)
  return inOrder.map(([number, { ssci, ...told }]) => ({ number, ...told, ...(ssci === undefined ? {} : { ssci }) }))
}
