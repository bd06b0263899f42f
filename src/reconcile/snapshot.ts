import { attempt, type Result } from '../result.js'
import type { PackedSnapshot, Snapshot } from '../spec/types.js'
import { defaultOwner, tableOf } from '../state/owner.js'
import { networkToPackedSpec, networkToSpec } from '../state/toSpec/network.js'
import { withAllSysctls } from './observe/observeSysctls.js'
import { checkOptions, type SnapshotOptions } from './options/options.js'
import { World } from './world/world.js'

/**
 * Reads the live state of a namespace as a spec: applied to the same namespace it changes nothing.
 *
 * What comes and goes by itself is left out: routes of the kernel and of router advertisements, dynamic addresses,
 * routes that expire, learned neighbors, and the rules that every namespace begins with. Secret keys are left out unless
 * asked for, and of the features of ethtool only those are told that a new link would have otherwise. Settings of links
 * under /proc/sys are told where `sysctls` asks for them. Without CAP_NET_ADMIN `nat` and `confine` are left out, as the
 * kernel does not tell of them then. Of several routes with the same family, table, destination, tos and metric, which
 * name a route of a spec, the first is told, which packets take; applied to the same namespace it leaves the others alone.
 *
 * `onLeftOut` is called with each of those others, with each route and address that expires, as one from a DHCP client,
 * unless the kernel made it and will again, and with each link whose name is no UTF-8, which no spec can tell.
 */
export function snapshot(options?: SnapshotOptions & { readonly routes?: 'list' }): Promise<Result<Snapshot>>
export function snapshot(options: SnapshotOptions & { readonly routes: 'set' }): Promise<Result<PackedSnapshot>>
export function snapshot(options: SnapshotOptions = {}): Promise<Result<Snapshot | PackedSnapshot>> {
  return attempt(async () => {
    checkOptions(options, 'snapshot')
    const { secrets = false, sysctls = false } = options
    using world = new World(options)
    world.open({})
    world.ask('', { entries: true, qdiscs: true, table: tableOf(defaultOwner), tableIfAllowed: true, features: 'all' })
    const states = await world.observe([''], options)
    const [read, place] = [states.get(''), world.places.get('')]
    if (!read || !place) return {}
    const state = sysctls ? await withAllSysctls(read, place) : read
    const told = { own: defaultOwner.protocol, secrets, onLeftOut: options.onLeftOut }
    return await (options.routes === 'set' ? networkToPackedSpec(state, told) : networkToSpec(state, told))
  })
}
