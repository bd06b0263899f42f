import type { NexthopObject } from '../../rtnetlink/nexthop.js'
import { type Path, pointer } from '../../spec/pointer.js'
import type { NexthopObjectSpec } from '../../spec/types.js'
import type { DesiredNexthop } from '../desired.js'
import { normalizeNexthop } from '../nexthop.js'
import { canonicalAddress } from './canonical.js'
import { resolveEncapsulation } from './encapsulation.js'
import type { Resolver } from './resolver.js'

/** Brings a nexthop object of a spec into the kernel's terms. */
export function resolveNexthop(spec: NexthopObjectSpec, path: Path, resolver: Resolver): DesiredNexthop {
  const { absent = false, via, group, protocol, encapsulation, ...others } = spec
  const members = group?.map((member) => (typeof member === 'number' ? { id: member } : member))
  const stated: NexthopObject = {
    ...others,
    ...(via === undefined ? {} : { via: canonicalAddress(via) }),
    ...(encapsulation === undefined ? {} : { encapsulation: resolveEncapsulation(encapsulation) }),
    ...(members === undefined ? {} : { group: members }),
    ...(protocol === undefined
      ? {}
      : { protocol: resolver.number(resolver.names.protocols, protocol, [...path, 'protocol'], 'routing protocol') }),
  }
  const nexthop = normalizeNexthop(stated)
  const { type, ...rest } = nexthop
  // A type that is left out is left as it is, and false says something.
  const kept = type !== undefined && spec.type !== undefined ? { ...rest, type } : rest
  return { path: pointer(path), absent, nexthop, stated: { ...stated, ...kept } }
}
