import { tellable } from '../../rtnetlink/encapsulation/encapsulation.js'
import { defined, unless } from '../../spec/omit.js'
import { protocolToSpec } from '../../spec/protocolToSpec.js'
import type { NexthopObjectSpec } from '../../spec/types.js'
import type { NexthopRecord } from '../nexthop.js'

/** A nexthop object as a spec would say it. */
export function nexthopToSpec(nexthop: NexthopRecord, own: number): NexthopObjectSpec {
  const { id, family, via, dev, group, type, protocol, encapsulation, ...others } = nexthop
  return {
    id,
    ...defined({
      // A gateway tells it.
      family: via === undefined ? unless('inet', family) : undefined,
      via,
      encapsulation: tellable(encapsulation),
      dev: typeof dev === 'string' ? dev : undefined,
      group: group?.map((member) => (member.weight === undefined || member.weight === 1 ? member.id : member)),
      type: unless('mpath', type),
      ...others,
      protocol: protocolToSpec(protocol, own),
    }),
  }
}
