import { type Codec, MalformedError } from '../netlink/codec.js'
import type { MessageLayout } from '../netlink/message.js'
import { enumeration, flag, ipAddress, linkReference, seconds, u8, u16, u32, u64AsNumber } from '../netlink/scalars.js'
import { field, type Struct, struct } from '../netlink/struct.js'
import { type AttributeTable, attribute, attributeTable } from '../netlink/table.js'
import type { RawEncapsulation } from './encapsulation/codec.js'
import { nestedBytes } from './encapsulation/tables.js'
import type { NexthopMember } from './nexthop.js'
import { type Scope, scopeNumbers } from './scope.js'

/** struct nhmsg: include/uapi/linux/nexthop.h */
export interface NexthopHeader {
  readonly family: number
  /** Only told, never given. */
  readonly scope: Scope
  readonly protocol: number
  readonly flags: number
}

const nexthopHeader: Struct<NexthopHeader> = struct<NexthopHeader>(8, {
  family: field(0, u8),
  scope: field(1, enumeration(u8, scopeNumbers)),
  protocol: field(2, u8),
  flags: field(4, u32),
})

const memberSize = 8

/** struct nexthop_grp: the weight less one, whose upper byte older kernels have as reserved. */
const members: Codec<readonly NexthopMember[]> = {
  domain: { type: 'bytes' },
  encode(group, writer, context) {
    for (const { id, weight = 1 } of group) {
      if (weight < 1 || weight > 0x10000) throw new RangeError(`a weight of ${weight} is not 1 to 65536`)
      u32.encode(id, writer, context)
      u8.encode((weight - 1) & 0xff, writer, context)
      u8.encode((weight - 1) >> 8, writer, context)
      writer.reserve(2)
    }
  },
  decode(payload, context) {
    if (payload.length % memberSize !== 0) throw new MalformedError(`${payload.length} bytes of group`)
    const group: NexthopMember[] = []
    for (let start = payload.start; start < payload.end; start += memberSize) {
      const low = payload.view.getUint8(start + 4)
      const high = payload.view.getUint8(start + 5)
      group.push({ id: u32.decode(payload.slice(start), context), weight: low + (high << 8) + 1 })
    }
    return group
  },
}

/** The attributes inside NHA_RES_GROUP. */
export interface ResilientAttributes {
  readonly buckets?: number
  readonly idleTimer?: number
  readonly unbalancedTimer?: number
  readonly unbalancedTime?: number
}

// Hundredths of a second, USER_HZ.
const resilientAttributes: AttributeTable<ResilientAttributes> = attributeTable<ResilientAttributes>({
  buckets: attribute(1, u16),
  idleTimer: attribute(2, seconds(u32, 100)),
  unbalancedTimer: attribute(3, seconds(u32, 100)),
  unbalancedTime: attribute(4, seconds(u64AsNumber, 100)),
})

/** The attributes of a message about a nexthop object, as the kernel has them. */
export interface NexthopObjectAttributes extends RawEncapsulation {
  readonly id?: number
  readonly group?: readonly NexthopMember[]
  readonly groupType?: 'mpath' | 'resilient'
  readonly blackhole?: boolean
  readonly dev?: string | number
  readonly gateway?: string
  readonly groups?: boolean
  readonly master?: string | number
  readonly fdb?: boolean
  readonly resilient?: ResilientAttributes
  /** Told only: bit 31 says that the upper bytes of the weights are told, which older kernels leave out. */
  readonly operationFlags?: number
}

// enum of NHA_*: include/uapi/linux/nexthop.h
const nexthopAttributes: AttributeTable<NexthopObjectAttributes> = attributeTable<NexthopObjectAttributes>({
  id: attribute(1, u32),
  group: attribute(2, members),
  groupType: attribute(3, enumeration(u16, { mpath: 0, resilient: 1 })),
  blackhole: attribute(4, flag),
  dev: attribute(5, linkReference),
  gateway: attribute(6, ipAddress),
  encapsulationType: attribute(7, u16),
  encapsulationData: attribute(8, nestedBytes),
  groups: attribute(9, flag),
  master: attribute(10, linkReference),
  fdb: attribute(11, flag),
  resilient: attribute(12, resilientAttributes),
  operationFlags: attribute(14, u32),
})

/** RTM_NEWNEXTHOP and its kin. */
export const nexthopLayout: MessageLayout<NexthopHeader, NexthopObjectAttributes> = {
  header: nexthopHeader,
  attributes: nexthopAttributes,
}
