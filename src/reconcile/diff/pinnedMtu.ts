import { ordinaryMtu } from '../../rtnetlink/kinds/registry.js'
import type { DesiredLink } from '../../state/desired.js'
import type { LinkRecord } from '../../state/model.js'
import { followsPorts } from '../../state/portsMtu.js'
import { propertyChange } from '../steps/operation.js'
import { Phase } from '../steps/step.js'
import { addStep, type DiffContext } from './context.js'
import { findLink } from './lookup.js'

/** The largest MTU of a bridge: net/bridge/br_device.c, br_dev_setup */
const largestMtu = 65535

/** A bridge that has the MTU which is wanted of it. */
interface Candidate {
  readonly wanted: DesiredLink
  readonly mtu: number
}

/**
 * Steps for bridges that have the MTU that is wanted already, but would not keep it: one that was never given an MTU
 * takes the smallest one of its ports, and what stands on it is lowered with it and stays so. Nobody can see whether it
 * was given one. It is by a change, to a larger MTU at first, since that does nothing to what stands on it.
 */
export function pinMtus(context: DiffContext): void {
  const candidates = new Map<string, Candidate>()
  for (const wanted of context.desired.links) {
    const { mtu } = wanted.properties
    const { link } = (mtu === undefined || wanted.absent ? undefined : findLink(context, wanted.name)) ?? {}
    if (!link || mtu === undefined || mtu !== link.mtu || mtu >= largestMtu) continue
    if (followsPorts(link) && !context.recreated.has(link.name)) candidates.set(link.name, { wanted, mtu })
  }
  if (candidates.size === 0) return
  const [before, after] = smallestOfPorts(context, candidates)
  for (const [name, { wanted, mtu }] of candidates) {
    const stays = (after.get(name) ?? mtu) === mtu || (before.get(name) ?? mtu) !== mtu
    if (!stays) pinMtu(context, name, mtu, wanted.path)
  }
}

/** The smallest MTU of the ports of each bridge, as they are and as they are to be. */
function smallestOfPorts(
  context: DiffContext,
  bridges: ReadonlyMap<string, unknown>,
): readonly [before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>] {
  const [before, after] = [new Map<string, number>(), new Map<string, number>()]
  const add = (smallest: Map<string, number>, master: unknown, mtu: number | undefined): void => {
    if (typeof master !== 'string' || mtu === undefined || !bridges.has(master)) return
    smallest.set(master, Math.min(mtu, smallest.get(master) ?? mtu))
  }
  const named = new Set<LinkRecord>()
  for (const { name, absent, properties } of context.desired.links) {
    const record = findLink(context, name)
    if (record) named.add(record)
    const { master = record?.link.master, kind = '' } = properties
    // What a new one of some kinds has nobody knows; it is rarely that of the bridge.
    if (!absent) add(after, master, properties.mtu ?? (record ? record.link.mtu : (ordinaryMtu(kind) ?? 0)))
  }
  for (const record of context.actual.links.values()) {
    const { name, master, mtu } = record.link
    add(before, master, mtu)
    add(before, name, record.portsMtu)
    if (!named.has(record)) add(after, master, mtu)
  }
  return [before, after]
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
      phase: Phase.link,
      provides,
      needs,
      operation: propertyChange(name, link?.kind, { mtu: to }),
    })
  }
}
