import { grouped } from '../../grouped.js'
import type { VxlanOptions } from '../../rtnetlink/kinds/vxlan.js'
import type { ListedNeighbor } from '../../rtnetlink/neighbor.js'
import type { DesiredLink } from '../../state/desired.js'
import type { LinkRecord, NetworkState } from '../../state/model.js'
import { isLastingNeighbor } from '../../state/neighbor.js'
import type { DiffContext } from './context.js'

// Asked of every link, route and neighbor, so that the indices are made once a plan.
const desiredByName = new WeakMap<readonly DesiredLink[], Map<string, DesiredLink>>()
const recordByAltName = new WeakMap<NetworkState, Map<string, LinkRecord>>()
const lastingByLink = new WeakMap<NetworkState, Map<string, ListedNeighbor[]>>()

/** What the spec says of a link. */
export function desiredLink({ desired }: Pick<DiffContext, 'desired'>, name: string): DesiredLink | undefined {
  let byName = desiredByName.get(desired.links)
  if (!byName) {
    byName = new Map(desired.links.map((link) => [link.name, link]))
    desiredByName.set(desired.links, byName)
  }
  return byName.get(name)
}

/** A link that is there, by its name or by an alternative one. */
export function findLink({ actual }: Pick<DiffContext, 'actual'>, name: string): LinkRecord | undefined {
  const found = actual.links.get(name)
  if (found) return found
  let byAltName = recordByAltName.get(actual)
  if (!byAltName) {
    byAltName = new Map()
    for (const record of actual.links.values()) {
      for (const altName of record.link.altNames ?? []) byAltName.set(altName, record)
    }
    recordByAltName.set(actual, byAltName)
  }
  return byAltName.get(name)
}

/** The name of a link that is called by any of its names; that name itself where there is none. */
export function realNameOf(context: Pick<DiffContext, 'actual'>, name: string): string {
  return findLink(context, name)?.link.name ?? name
}

/** The neighbors of a link that somebody entered. */
export function lastingNeighbors({ actual }: Pick<DiffContext, 'actual'>, name: string): readonly ListedNeighbor[] {
  let byLink = lastingByLink.get(actual)
  if (!byLink) {
    byLink = grouped(
      actual.neighbors.filter((neighbor) => !neighbor.proxy && isLastingNeighbor(neighbor)),
      ({ dev }) => String(dev),
    )
    lastingByLink.set(actual, byLink)
  }
  return byLink.get(name) ?? []
}

/** The kind that a link has or is to have. */
export function kindOf(context: Pick<DiffContext, 'desired' | 'actual'>, name: string): string | undefined {
  return desiredLink(context, name)?.properties.kind ?? findLink(context, name)?.link.kind
}

/** The VRF that a link is a port of, or is itself, once the plan is done. */
export function vrfOf(context: Pick<DiffContext, 'desired' | 'actual'>, name: string): string | undefined {
  if (kindOf(context, name) === 'vrf') return name
  const master = masterOf(context, name)
  return master !== undefined && kindOf(context, master) === 'vrf' ? master : undefined
}

/** The link that a link is a port of, once the plan is done. */
export function masterOf(context: Pick<DiffContext, 'desired' | 'actual'>, name: string): string | undefined {
  const stated = desiredLink(context, name)?.properties.master
  const master = stated === undefined ? findLink(context, name)?.link.master : stated
  if (typeof master !== 'string' || desiredLink(context, master)?.absent) return undefined
  return realNameOf(context, master)
}

/** The options that a VXLAN has or is to have; nothing for another link. */
export function vxlanOf(context: DiffContext, name: string): VxlanOptions | undefined {
  if (kindOf(context, name) !== 'vxlan') return undefined
  return { ...findLink(context, name)?.link.vxlan, ...desiredLink(context, name)?.properties.vxlan }
}

/** Whether a link is there or will be, once the plan is done. */
export function isThere(context: DiffContext, name: string): boolean {
  const wanted = desiredLink(context, name)
  if (wanted) return !wanted.absent
  return context.peers.has(name) || findLink(context, name) !== undefined
}

/** Whether a port is to leave the master that it has, which takes along what the master knows of it. */
export function leavesMaster(context: DiffContext, port: string, master: string): boolean {
  const wanted = desiredLink(context, port)?.properties.master
  if (wanted === undefined) return desiredLink(context, master)?.absent ?? false
  return typeof wanted !== 'string' || realNameOf(context, wanted) !== master
}

/**
 * Notes each link that neither is there nor will be, by the property that names it; a number is one that was read.
 * @returns whether all are there
 */
export function requireLinks(
  context: DiffContext,
  path: string | undefined,
  links: readonly (readonly [property: string, name: string | number | undefined])[],
): boolean {
  const missing = links.filter(([, name]) => typeof name === 'string' && !isThere(context, name))
  for (const [property, name] of missing) {
    context.problems.push({ path: `${path ?? ''}/${property}`, message: `the link ${name} does not exist` })
  }
  return missing.length === 0
}
