import { canonicalHandle, majorOf, minorOf } from '../rtnetlink/qdiscs/handle.js'
import { isDefaultQdisc, type ListedQdisc, type OpaqueQdisc } from '../rtnetlink/qdiscs/qdisc.js'
import type { ListedTrafficClass } from '../rtnetlink/qdiscs/trafficClass.js'
import type { HtbQdiscSpec, LeafQdiscSpec, QdiscClassSpec, QdiscSpec } from '../spec/qdiscTypes.js'

/** A qdisc as a link has it: with a name, and of whatever kind. */
export type ActualQdisc = (QdiscSpec | OpaqueQdisc) & { readonly handle: string }

/** The qdiscs of a link that the kernel did not put there by itself. */
export interface LinkQdiscs {
  readonly root?: ActualQdisc
  readonly ingress?: 'clsact' | 'ingress'
}

/** One form of what a spec says: names as the kernel has them, classes behind the one that they are part of. */
export function canonicalQdisc(qdisc: QdiscSpec): QdiscSpec {
  const named = withHandle(qdisc)
  if (named.kind !== 'htb') return named
  const { classes, ...others } = named
  const { default: defaultClass } = named
  return {
    ...others,
    ...(defaultClass === undefined ? {} : { default: canonicalHandle(defaultClass) }),
    ...(classes ? { classes: inOrder(classes.map(canonicalClass)) } : {}),
  }
}

function withHandle<T extends { readonly handle?: string }>(qdisc: T): T {
  return qdisc.handle === undefined ? qdisc : { ...qdisc, handle: canonicalHandle(qdisc.handle) }
}

function canonicalClass({ parent, ...one }: QdiscClassSpec): QdiscClassSpec {
  const part = parent === undefined || minorOf(parent) === 0 ? {} : { parent: canonicalHandle(parent) }
  return { ...one, id: canonicalHandle(one.id), ...part, ...(one.qdisc ? { qdisc: withHandle(one.qdisc) } : {}) }
}

/** Each class behind the one that it is part of. */
export function inOrder<T extends Pick<QdiscClassSpec, 'id' | 'parent'>>(classes: readonly T[]): T[] {
  const ordered: T[] = []
  const placed = new Set<string>()
  let left = classes
  while (left.length > 0) {
    const next = left.filter(({ parent }) => parent === undefined || placed.has(parent))
    // What is left stands on nothing that is known, or on itself.
    if (next.length === 0) return [...ordered, ...left]
    for (const one of next) placed.add(one.id)
    ordered.push(...next)
    left = left.filter(({ id }) => !placed.has(id))
  }
  return ordered
}

/** The name that an HTB is to have; `undefined` where nothing says one. */
export function wantedHandle(qdisc: QdiscSpec): string | undefined {
  if (qdisc.handle !== undefined || qdisc.kind !== 'htb') return qdisc.handle
  const named = qdisc.classes?.[0]?.id ?? qdisc.default
  return named === undefined ? undefined : majorOf(named)
}

/** A class under a qdisc of another name. */
export function withMajor(one: QdiscClassSpec, handle: string): QdiscClassSpec {
  const within = (id: string): string => `${majorOf(handle)}${minorOf(id).toString(16)}`
  return { ...one, id: within(one.id), ...(one.parent === undefined ? {} : { parent: within(one.parent) }) }
}

/** The qdiscs of links by index, from what the kernel lists. */
export function qdiscsOfLinks(
  qdiscs: readonly ListedQdisc[],
  classes: readonly ListedTrafficClass[],
): Map<number, LinkQdiscs> {
  const links = new Map<number, LinkQdiscs>()
  const own = qdiscs.filter((qdisc) => !isDefaultQdisc(qdisc))
  for (const qdisc of own) {
    const { index, parent } = qdisc
    if (qdisc.kind === 'clsact' || qdisc.kind === 'ingress') {
      links.set(index, { ...links.get(index), ingress: qdisc.kind })
    } else if (parent === 'root') {
      const leaves = new Map(own.filter((one) => one.index === index).map((one) => [one.parent, one]))
      const ofLink = classes.filter((one) => one.index === index)
      links.set(index, { ...links.get(index), root: rootOf(qdisc, ofLink, leaves) })
    }
  }
  return links
}

type Placed = { readonly dev?: unknown; readonly index?: unknown; readonly parent?: unknown }

function withoutPlace<T extends Placed>({ dev: _dev, index: _index, parent: _parent, ...own }: T) {
  return own
}

function rootOf(
  root: ListedQdisc,
  classes: readonly ListedTrafficClass[],
  leaves: ReadonlyMap<string, ListedQdisc>,
): ActualQdisc {
  const own = withoutPlace(root) as ActualQdisc
  if (own.kind !== 'htb') return own
  const listed = classes.map(({ dev: _dev, index: _index, leaf: _leaf, ...one }): QdiscClassSpec => {
    const leaf = leaves.get(one.id)
    // One of a kind that cannot be told is left alone.
    if (!leaf || leaf.kind === 'opaque' || leaf.kind === 'htb') return one
    return { ...one, qdisc: withoutPlace(leaf) as LeafQdiscSpec }
  })
  const htb: HtbQdiscSpec & { readonly handle: string } = { ...own, classes: inOrder(listed) }
  return htb
}
