import type { DesiredLink } from '../../state/desired.js'
import type { LinkRecord } from '../../state/model.js'
import { followsPorts, mtuOfNew } from '../../state/portsMtu.js'
import { lowersOf } from '../reach/dependents.js'
import { propertyChange } from '../steps/operation.js'
import { Phase } from '../steps/step.js'
import { addStep, type DiffContext } from './context.js'
import { desiredLink, findLink } from './lookup.js'

/** The largest MTU of a bridge: net/bridge/br_device.c, br_dev_setup */
const largestMtu = 65535

/** What a bridge takes that has lost its last port: net/bridge/br_if.c, br_mtu_min */
const withoutPorts = 1500

/** A bridge that the spec gives an MTU. */
interface Candidate {
  readonly wanted: DesiredLink
  readonly now: number
  readonly mtu: number
}

/**
 * Steps for bridges that are given an MTU and may have another one by themselves, afterwards or by the way: one that was
 * never given an MTU takes the smallest one of its ports, or the ordinary one when the last one leaves, and what stands on
 * it is lowered with it and stays so. Nobody can see whether it was given one. It is by a change, to a larger MTU at first,
 * since that does nothing to what stands on it.
 */
export function pinMtus(context: DiffContext): void {
  const candidates = new Map<string, Candidate>()
  for (const wanted of context.desired.links) {
    const { mtu } = wanted.properties
    const { link } = (mtu === undefined || wanted.absent ? undefined : findLink(context, wanted.name)) ?? {}
    const { mtu: now = largestMtu } = link ?? {}
    if (!link || mtu === undefined || now >= largestMtu) continue
    if (followsPorts(link) && !context.recreated.has(link.name)) candidates.set(link.name, { wanted, now, mtu })
  }
  if (candidates.size === 0) return
  const smallest = smallestOfPorts(context, candidates)
  for (const [name, candidate] of candidates) {
    if (mayStray(name, candidate, smallest)) pinMtu(context, name, candidate.now, candidate.wanted.path)
  }
}

/**
 * Whether a bridge would have another MTU than it is to keep, if it follows its ports, or a smaller one than it has and is
 * to have.
 */
function mayStray(name: string, { now, mtu }: Candidate, { before, after, throughout }: SmallestOfPorts): boolean {
  const former = before.get(name)
  // One that has another MTU than the smallest one of its ports was given it.
  if (former !== undefined && former !== now) return false
  const isDeserted = former !== undefined && !throughout.has(name)
  const atLast = after.get(name) ?? (isDeserted ? withoutPorts : now)
  if (mtu === now && atLast !== mtu) return true
  return Math.min(atLast, isDeserted ? withoutPorts : now) < Math.min(now, mtu)
}

/** The smallest MTU of the ports of each bridge: as they are, as they are to be, and of those that stay all the time. */
interface SmallestOfPorts {
  readonly before: ReadonlyMap<string, number>
  readonly after: ReadonlyMap<string, number>
  readonly throughout: ReadonlyMap<string, number>
}

function smallestOfPorts(context: DiffContext, bridges: ReadonlyMap<string, unknown>): SmallestOfPorts {
  const [before, after, throughout] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()]
  const add = (smallest: Map<string, number>, master: unknown, mtu: number | undefined): void => {
    if (typeof master !== 'string' || mtu === undefined || !bridges.has(master)) return
    smallest.set(master, Math.min(mtu, smallest.get(master) ?? mtu))
  }
  const named = new Set<LinkRecord>()
  for (const { name, absent, properties } of context.desired.links) {
    const record = findLink(context, name)
    if (record) named.add(record)
    const { master = record?.link.master } = properties
    if (absent) continue
    // What a new one of some kinds has nobody knows; it is rarely that of the bridge.
    const mtu = record ? (properties.mtu ?? mtuAfter(context, record)) : (mtuOfNew(properties) ?? 0)
    add(after, master, mtu)
    if (record && record.link.master === master && !context.recreated.has(name)) add(throughout, master, mtu)
  }
  for (const { link, portsMtu } of context.before.links.values()) {
    add(before, link.master, link.mtu)
    add(before, link.name, portsMtu)
  }
  for (const record of context.actual.links.values()) {
    const { master } = record.link
    if (named.has(record) || typeof master !== 'string' || !bridges.has(master)) continue
    const left = mtuAfter(context, record)
    add(after, master, left)
    add(throughout, master, left)
  }
  return { before, after, throughout }
}

/** The MTU that a link is to have, or is left with: what stands on a device is lowered with that, if it has more. */
function mtuAfter(context: DiffContext, { link }: LinkRecord): number | undefined {
  const { mtu: wanted } = desiredLink(context, link.name)?.properties ?? {}
  if (wanted !== undefined || link.mtu === undefined) return wanted
  const below = lowersOf(link).flatMap((lower) => {
    const record = findLink(context, lower)
    const mtu = record && mtuAfter(context, record)
    return mtu === undefined || mtu === record?.link.mtu ? [] : [mtu]
  })
  return Math.min(link.mtu, ...below)
}

function pinMtu(context: DiffContext, name: string, mtu: number, path: string | undefined): void {
  const { link } = findLink(context, name) ?? {}
  const [larger, raised, pinned] = [mtu + 1, `raised ${name}`, `pinned ${name}`]
  const changes = [
    { from: mtu, to: larger, provides: [raised], needs: [] },
    { from: larger, to: mtu, provides: [pinned], needs: [raised] },
  ]
  for (const { from, to, provides, needs } of changes) {
    addStep(context, {
      action: 'update',
      object: 'link',
      id: name,
      changes: [{ property: 'mtu', before: from, after: to }],
      path,
      phase: Phase.pinnedMtu,
      provides,
      needs,
      operation: propertyChange(name, link?.kind, { mtu: to }),
    })
  }
}
