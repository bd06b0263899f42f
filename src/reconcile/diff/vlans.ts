import type { GlobalVlanOptions, PortVlan } from '../../rtnetlink/bridgeVlan.js'
import type { VlanList } from '../../rtnetlink/kinds/bridgeVlans.js'
import type { DesiredLink } from '../../state/desired.js'
import {
  areAmong,
  compactGlobalVlans,
  compactVlans,
  defaultVlans,
  globalVlanChanges,
  normalizeVlans,
  type VlanChanges,
  vlanChanges,
  withDefaultPvid,
} from '../../state/vlans.js'
import { eachInTurns } from '../../system/inTurns.js'
import { Phase } from '../steps/step.js'
import { addStep, type DiffContext } from './context.js'
import { desiredLink, findLink } from './lookup.js'
import { isRaisedLater } from './raisedLater.js'

/** net/bridge/br_vlan.c, br_vlan_init */
const firstDefaultPvid = 1

/** The two lists of VLANs that a link can have: as a port, and as a bridge. */
const lists = [
  { section: 'bridgePort', self: false },
  { section: 'bridge', self: true },
] as const

/** What is to be done to VLANs of a link. */
export interface PlannedVlans {
  readonly property: string
  readonly before: readonly PortVlan[]
  readonly after: readonly PortVlan[]
  readonly changes: VlanChanges
  readonly self: boolean
}

/** What of the wanted VLANs a link will not have once it is there and has its master. */
export function plannedVlans(context: DiffContext, wanted: DesiredLink): PlannedVlans[] {
  return lists.flatMap(({ section, self }) => {
    const list = wanted.properties[section]?.vlans
    if (!list) return []
    const after = normalizeVlans(list)
    const before = self ? vlansOfBridge(context, wanted) : vlansOfPort(context, wanted)
    if (!before) return []
    const changes = vlanChanges(after, before)
    return changes ? [{ property: `${section}.vlans`, before, after, changes, self }] : []
  })
}

function isNew({ actual, recreated }: DiffContext, name: string): boolean {
  return !actual.links.has(name) || recreated.has(name)
}

function vlansOfBridge(context: DiffContext, { name, properties }: DesiredLink): readonly PortVlan[] {
  const pvid = defaultPvids(context, name)
  const { vlans } = findLink(context, name)?.link.bridge ?? {}
  if (isNew(context, name) || !vlans) return defaultVlans(properties.bridge?.vlanDefaultPvid ?? pvid.after)
  return withDefaultPvid(normalizeVlans(vlans), pvid.before, pvid.after)
}

/** `undefined` for what is and will be no port. */
function vlansOfPort(context: DiffContext, { name, properties }: DesiredLink): readonly PortVlan[] | undefined {
  const link = findLink(context, name)?.link
  const master = properties.master === undefined ? link?.master : properties.master
  if (typeof master !== 'string') return undefined
  const pvid = defaultPvids(context, master)
  const vlans = link?.bridgePort?.vlans
  const joins = isNew(context, name) || isNew(context, master) || link?.master !== master
  if (joins || !vlans) return defaultVlans(pvid.after)
  const isMapped = link?.bridgePort?.vlanTunnel === true && properties.bridgePort?.vlanTunnel !== false
  const had = normalizeVlans(vlans)
  return withDefaultPvid(isMapped ? had : had.map(withoutTunnel), pvid.before, pvid.after)
}

/** What is left of a VLAN once the port has no tunnels: net/bridge/br_netlink.c, nbp_vlan_tunnel_info_flush. */
function withoutTunnel({ tunnelId: _flushed, ...vlan }: PortVlan): PortVlan {
  return vlan
}

/** The VLAN that a bridge gives new ports, before and after the plan. */
function defaultPvids(context: DiffContext, bridge: string): { before: number; after: number } {
  const known = isNew(context, bridge) ? undefined : findLink(context, bridge)?.link.bridge?.vlanDefaultPvid
  const before = known ?? firstDefaultPvid
  return { before, after: desiredLink(context, bridge)?.properties.bridge?.vlanDefaultPvid ?? before }
}

/** Steps for the VLANs of all links that the spec lists VLANs for. */
export async function diffVlans(context: DiffContext): Promise<void> {
  await eachInTurns(context.desired.links, (wanted) => {
    if (wanted.absent) return
    checkIsPort(context, wanted)
    for (const planned of plannedVlans(context, wanted)) changeVlans(context, wanted, planned)
    changeGlobalOptions(context, wanted)
  })
}

function changeVlans(context: DiffContext, wanted: DesiredLink, planned: PlannedVlans): void {
  const { property, before, after, changes, self } = planned
  const { name, path, properties } = wanted
  const master = properties.master ?? findLink(context, name)?.link.master
  addStep(context, {
    action: 'update',
    object: 'vlan',
    id: `dev ${name}`,
    changes: [{ property, before: compactVlans(before), after: compactVlans(after) }],
    path: path === undefined ? undefined : `${path}/${property.replace('.', '/')}`,
    phase: Phase.vlan,
    provides: [`changed ${name}`],
    needs: [`link ${name}`, `configured ${name}`, ...(typeof master === 'string' ? [`changed ${master}`] : [])],
    operation: {
      type: 'setVlans',
      dev: name,
      self,
      changes,
      ...(isNew(context, name) && (properties.up ?? true) && !isRaisedLater(context, wanted) ? { up: true } : {}),
    },
  })
}

function changeGlobalOptions(context: DiffContext, wanted: DesiredLink): void {
  const { name, path, properties } = wanted
  const given = properties.bridge?.vlanOptions
  if (!given) return
  const there = vlansOnBridge(context, name)
  const isThere = (vlans: GlobalVlanOptions): boolean => areAmong(vlans, there)
  const missing = given.filter((vlans) => !isThere(vlans))
  if (path !== undefined && !context.recreated.has(name)) {
    for (const { id } of missing) {
      context.problems.push({
        path: `${path}/bridge/vlanOptions`,
        message: `VLAN ${id} is neither on a port of ${name} nor on ${name} itself`,
      })
    }
  }
  const actual = isNew(context, name) ? [] : (findLink(context, name)?.link.bridge?.vlanOptions ?? [])
  const options = globalVlanChanges(given.filter(isThere), actual)
  if (options.length === 0) return
  addStep(context, {
    action: 'update',
    object: 'vlan',
    id: `global dev ${name}`,
    changes: [{ property: 'bridge.vlanOptions', before: compactGlobalVlans(actual), after: compactGlobalVlans(given) }],
    path: path === undefined ? undefined : `${path}/bridge/vlanOptions`,
    phase: Phase.globalVlan,
    needs: [`link ${name}`, `changed ${name}`],
    operation: { type: 'setGlobalVlans', dev: name, options },
  })
}

/** All VLANs that a bridge will have, on its ports and on itself. */
function vlansOnBridge(context: DiffContext, bridge: string): readonly PortVlan[] {
  const names = new Set([...context.actual.links.keys(), ...context.desired.links.map(({ name }) => name)])
  const all = [...names].flatMap((name) => finalVlans(context, name, bridge))
  // Ranges that overlap as one.
  const bare = normalizeVlans(all.map((vlan) => ({ id: typeof vlan === 'object' ? vlan.id : vlan })))
  return vlanChanges([], bare)?.deleted ?? []
}

/** The VLANs that a link will have as a port of a bridge, or as that bridge. */
export function finalVlans(context: DiffContext, name: string, bridge: string): VlanList {
  const wanted = desiredLink(context, name) ?? { name, absent: false, properties: {} }
  if (wanted.absent) return []
  const { properties } = wanted
  if (name === bridge) return properties.bridge?.vlans ?? vlansOfBridge(context, wanted)
  const master = properties.master === undefined ? findLink(context, name)?.link.master : properties.master
  if (master !== bridge) return []
  return properties.bridgePort?.vlans ?? vlansOfPort(context, wanted) ?? []
}

function checkIsPort(context: DiffContext, { name, properties, path }: DesiredLink): void {
  if (!properties.bridgePort?.vlans) return
  const master = properties.master === undefined ? findLink(context, name)?.link.master : properties.master
  if (typeof master === 'string') return
  context.problems.push({ path: `${path ?? ''}/bridgePort/vlans`, message: `${name} is no port of a bridge` })
}
