import { familyOf } from '../../ip/address.js'
import { neighborNames } from '../../network/propertyNames.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { DesiredNeighbor } from '../../state/desired.js'
import { neighborDifferences, neighborKey } from '../../state/neighbor.js'
import { eachInTurns } from '../../system/inTurns.js'
import { Phase } from '../steps/step.js'
import { addStep, type DiffContext } from './context.js'
import { findLink, isThere, kindOf, realNameOf } from './lookup.js'
import { newProperties } from './newProperties.js'
import { carriesOther, isLoopback } from './portChecks.js'

/** An entry that is looked for, or was not found, or was deleted while in use, tells of no neighbor. */
const unknownStates: ReadonlySet<string> = new Set(['incomplete', 'failed', 'none'])

/** Steps for the neighbors of a namespace. */
export async function diffNeighbors(context: DiffContext): Promise<void> {
  const known = context.actual.neighbors.filter(({ state, managed }) => managed || !unknownStates.has(state ?? ''))
  const present = new Map(known.map((neighbor) => [neighborKey(neighbor), neighbor]))
  await eachInTurns(context.desired.neighbors, (wanted) => {
    const { neighbor } = wanted
    const actual = present.get(neighborKey(neighbor))
    if (wanted.absent) {
      // What hangs on a link that is removed goes with it.
      if (actual && isThere(context, String(neighbor.dev)))
        step(context, wanted, 'delete', { type: 'deleteNeighbor', neighbor: actual }, [])
      return
    }
    if (!isThere(context, String(neighbor.dev))) {
      context.problems.push({ path: `${wanted.path}/dev`, message: `the link ${neighbor.dev} does not exist` })
      return
    }
    if (!actual && isForAny(context, neighbor)) {
      const message = `an IPv4 neighbor of ${neighbor.dev} would be one of 0.0.0.0: it has no neighbors, but another end`
      context.problems.push({ path: `${wanted.path}/dev`, message })
      return
    }
    if (!actual && lacksMac(context, neighbor)) {
      context.problems.push({ path: wanted.path ?? '', message: `the neighbor ${neighbor.address} needs a mac` })
      return
    }
    if (!actual) {
      const { dev: _dev, address: _address, ...properties } = neighbor
      const changes = newProperties(neighborNames, properties)
      const protocol = neighbor.protocol ?? context.owner?.protocol
      const marked = protocol === undefined ? neighbor : { ...neighbor, protocol }
      step(context, wanted, 'create', { type: 'addNeighbor', neighbor: marked }, changes)
      return
    }
    const changes = neighborDifferences(neighbor, actual)
    if (changes.length > 0) step(context, wanted, 'update', { type: 'replaceNeighbor', neighbor }, changes)
  })
}

const IFF_LOOPBACK = 0x8
const IFF_POINTOPOINT = 0x10

/** Whether the kernel takes 0.0.0.0 for the address of a neighbor: net/ipv4/arp.c, arp_constructor. */
function isForAny(context: DiffContext, { dev, address, proxy }: DesiredNeighbor['neighbor']): boolean {
  const { flags = 0 } = findLink(context, String(dev))?.link ?? {}
  const isRefused = (flags & (IFF_LOOPBACK | IFF_POINTOPOINT)) !== 0 && !proxy && familyOf(address) === 'inet'
  // One that somebody entered all the same is of 0.0.0.0, and comes back as such.
  return isRefused && address !== '0.0.0.0'
}

/** Whether a neighbor is to have a MAC address and none is said; devices without addresses have such neighbors. */
function lacksMac(context: DiffContext, { dev, mac, state, proxy, managed }: DesiredNeighbor['neighbor']): boolean {
  if (mac !== undefined || proxy || managed || state === 'noarp') return false
  const name = realNameOf(context, String(dev))
  const kind = linkKind(kindOf(context, name) ?? '')
  return kind ? kind.ethernet !== false : isLoopback(context, name) || !carriesOther(context, name)
}

function step(
  context: DiffContext,
  wanted: DesiredNeighbor,
  action: 'create' | 'update' | 'delete',
  operation: import('../steps/operation.js').Operation,
  changes: readonly import('../../state/equal.js').PropertyChange[],
): void {
  const { neighbor, path } = wanted
  const { dev } = neighbor
  addStep(context, {
    action,
    object: 'neighbor',
    id: neighborName(neighbor),
    changes,
    path,
    phase: Phase.neighbor,
    needs: [`link ${dev}`, `configured ${dev}`, `changed ${dev}`],
    operation,
  })
}

/** How plans name a neighbor. */
function neighborName({ address, dev, proxy }: DesiredNeighbor['neighbor']): string {
  return `${proxy ? 'proxy ' : ''}${address} dev ${dev}`
}
