import { emptyProperties } from '../../rtnetlink/linkProperties.js'
import { takesToken } from '../../state/token.js'
import { propertyChange } from '../steps/operation.js'
import { Phase } from '../steps/step.js'
import { addStep, type DiffContext } from './context.js'
import { findLink } from './lookup.js'

/**
 * Steps for the IPv6 tokens of links. The kernel takes one, and none, only while the link listens to routers, which much
 * else decides: one is taken away first of all if that can be, and given last. What it refuses is to come last, so that
 * undoing has put everything else back by then.
 */
export function diffTokens(context: DiffContext): void {
  const { ipv6Token: none } = emptyProperties
  for (const { name: wanted, absent, path, properties } of context.desired.links) {
    const { ipv6Token: after } = properties
    if (absent || after === undefined) continue
    const record = findLink(context, wanted)
    const { name = wanted, kind, ipv6Token: before = none } = record?.link ?? {}
    if (after === before) continue
    const goesFirst = after === none && record !== undefined && takesToken(record, context.actual.forwarding.ipv6)
    addStep(context, {
      action: 'update',
      object: 'link',
      id: name,
      changes: [{ property: 'ipv6Token', ...(before === none ? {} : { before }), after }],
      path: path === undefined ? undefined : `${path}/ipv6Token`,
      phase: goesFirst ? Phase.removedToken : Phase.token,
      needs: goesFirst ? [] : [`link ${name}`, `configured ${name}`, `changed ${name}`],
      operation: propertyChange(name, kind ?? properties.kind, { ipv6Token: after }),
    })
  }
}
