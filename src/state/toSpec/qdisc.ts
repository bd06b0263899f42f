import { qdiscKind } from '../../rtnetlink/qdiscs/registry.js'
import type { QdiscClassSpec, QdiscSpec } from '../../spec/qdiscTypes.js'
import { sameValue } from '../equal.js'
import type { ActualQdisc } from '../qdisc.js'

/** A qdisc as a spec would say it; `undefined` for a kind that a spec cannot say. */
export function qdiscToSpec(qdisc: ActualQdisc | undefined): QdiscSpec | undefined {
  if (!qdisc || qdisc.kind === 'opaque') return undefined
  const said = withoutUsual(qdisc)
  if (said.kind !== 'htb' || !said.classes) return said
  return { ...said, classes: said.classes.map(classToSpec) }
}

/** What goes without saying is left out. */
function withoutUsual<T extends { readonly kind: string }>(qdisc: T): T {
  const usual = new Map<string, unknown>(Object.entries(qdiscKind(qdisc.kind)?.usual ?? {}))
  const said = Object.entries(qdisc).filter(([name, value]) => !usual.has(name) || !sameValue(usual.get(name), value))
  return Object.fromEntries(said) as T
}

function classToSpec({ ceil, priority, overhead, qdisc, ...one }: QdiscClassSpec): QdiscClassSpec {
  return {
    ...one,
    ...(ceil === undefined || ceil === one.rate ? {} : { ceil }),
    ...(priority ? { priority } : {}),
    ...(overhead ? { overhead } : {}),
    ...(qdisc ? { qdisc: withoutUsual(qdisc) } : {}),
  }
}
