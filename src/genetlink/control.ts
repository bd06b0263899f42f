import type { Payload } from '../netlink/bytes.js'
import { withoutNames } from '../netlink/codec.js'
import { indexedListOf } from '../netlink/lists.js'
import { buildMessage, decodeMessage, type NetlinkMessage } from '../netlink/message.js'
import { binary, text, u16, u32 } from '../netlink/scalars.js'
import { attribute, attributeTable } from '../netlink/table.js'
import { type GenericLayout, genericLayout } from './message.js'

// include/uapi/linux/genetlink.h
export const GENL_ID_CTRL = 16
export const CTRL_CMD_GETFAMILY = 3
const controlVersion = 2
// GENL_NAMSIZ without the final zero.
const familyName = text(15)

/** A multicast group of a family. */
export interface MulticastGroup {
  readonly name?: string
  /** The number that a socket joins. */
  readonly id?: number
}

/** The attributes of the control family, as the kernel has them. */
export interface ControlAttributes {
  readonly familyId?: number
  readonly familyName?: string
  readonly version?: number
  readonly headerSize?: number
  readonly maximumAttribute?: number
  readonly operations?: Uint8Array
  readonly multicastGroups?: readonly MulticastGroup[]
}

export const multicastGroup = attributeTable<MulticastGroup>({
  name: attribute(1, text(15)),
  id: attribute(2, u32),
})

/** CTRL_CMD_NEWFAMILY and its kin. */
export const controlLayout: GenericLayout<ControlAttributes> = genericLayout(
  attributeTable<ControlAttributes>({
    familyId: attribute(1, u16),
    familyName: attribute(2, familyName),
    version: attribute(3, u32),
    headerSize: attribute(4, u32),
    maximumAttribute: attribute(5, u32),
    operations: attribute(6, binary),
    multicastGroups: attribute(7, indexedListOf(multicastGroup, 0xffff)),
  }),
)

/** A family of generic netlink, as the kernel at hand has it. */
export interface GenericFamily {
  readonly name: string
  /** The type of its messages, which the kernel chose when the family came. */
  readonly id: number
  /** The version that the kernel speaks. */
  readonly version: number
  /** Bytes of a header of its own, behind that of generic netlink. */
  readonly headerSize: number
  /** The numbers of its multicast groups, by name. */
  readonly groups: ReadonlyMap<string, number>
}

/** CTRL_CMD_GETFAMILY: `genl ctrl get name NAME`. The kernel loads the module that has the family, where it can. */
export function getFamily(name: string): NetlinkMessage {
  return buildMessage({
    layout: controlLayout,
    type: GENL_ID_CTRL,
    flags: 0,
    subject: `generic netlink family ${name}: get`,
    header: { command: CTRL_CMD_GETFAMILY, version: controlVersion },
    attributes: { familyName: name },
    context: withoutNames,
  })
}

/** Reads the answer to {@link getFamily}. */
export function decodeFamily(body: Payload): GenericFamily {
  const { attributes } = decodeMessage(controlLayout, body, withoutNames)
  const { familyName: name = '', familyId: id = 0, version = 0, headerSize = 0, multicastGroups = [] } = attributes
  const groups = multicastGroups.flatMap((group): [string, number][] =>
    group.name === undefined || group.id === undefined ? [] : [[group.name, group.id]],
  )
  return { name, id, version, headerSize, groups: new Map(groups) }
}
