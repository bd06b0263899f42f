import { NetworkError } from '../../error.js'
import type { DecodeContext } from '../../netlink/codec.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import {
  decodeGlobalVlanOptions,
  decodeVlans,
  dumpGlobalVlanOptions,
  dumpVlans,
  type GlobalVlanOptions,
  type PortVlan,
} from '../../rtnetlink/bridgeVlan.js'
import type { ListedLink } from '../../rtnetlink/link.js'
import { normalizeGlobalVlans, normalizeVlans } from '../../state/vlans.js'
import { wouldLoadLinkModule } from '../../system/linkModules.js'
import type { Place } from '../world/place.js'
import { dump } from './dump.js'

/** Links with the VLANs that they have, and whether the kernel's bridges have any. */
export interface WithVlans {
  readonly links: readonly ListedLink[]
  /** Left out where that cannot be told. */
  readonly vlanFiltering?: boolean
}

/**
 * Reads the VLANs of bridges and ports, which are in messages of their own.
 *
 * @param asked whether it is to be found out if there are VLANs, also where there is no bridge yet
 */
export async function withVlans(
  place: Place,
  links: readonly ListedLink[],
  names: DecodeContext,
  asked: boolean,
  options: RequestOptions,
): Promise<WithVlans> {
  const hasBridges = links.some(({ kind }) => kind === 'bridge')
  if (!hasBridges && !asked) return { links }
  const vlans = await ifSupported(() => dump(place, dumpVlans(), (body) => decodeVlans(body, names), options))
  if (!vlans) {
    // Without a bridge the kernel's module may just not be there yet.
    const isSure = !place.inMemory && (hasBridges || !wouldLoadLinkModule('bridge'))
    return { links, ...(isSure ? { vlanFiltering: false } : {}) }
  }
  const global = await dump(place, dumpGlobalVlanOptions(), (body) => decodeGlobalVlanOptions(body, names), options)
  const ports = byIndex<PortVlan>(vlans.flat())
  const bridges = byIndex<GlobalVlanOptions>(global.flat())
  const withSpanningTrees = new Set(links.filter(({ bridge }) => bridge?.mst).map(({ name }) => name))
  return {
    vlanFiltering: true,
    links: links.map((link) => {
      const own = ports.get(link.index) ?? []
      if (link.kind === 'bridge') {
        const vlanOptions = normalizeGlobalVlans(bridges.get(link.index) ?? [])
        return { ...link, bridge: { ...link.bridge, vlans: normalizeVlans(own), vlanOptions } }
      }
      if (link.masterKind !== 'bridge') return link
      // Multiple spanning trees set the states by themselves.
      const isLed = typeof link.master === 'string' && withSpanningTrees.has(link.master)
      const stated = isLed ? own.map(({ state: _state, ...vlan }) => vlan) : own
      // What a kernel tells of the port as a whole it takes for a VLAN, too.
      const isGratuitousKnown = link.bridgePort?.neighborForwardGratuitous !== undefined
      const off = { neighborSuppress: false, ...(isGratuitousKnown ? { neighborForwardGratuitous: false } : {}) }
      const vlans = normalizeVlans(stated.map((vlan) => ({ ...off, ...vlan })))
      return { ...link, bridgePort: { ...link.bridgePort, vlans } }
    }),
  }
}

function byIndex<T extends object>(
  listed: readonly (T & { readonly dev: unknown; readonly index: number; readonly multicastGroups?: number })[],
): Map<number, T[]> {
  const lists = new Map<number, T[]>()
  for (const { dev: _dev, index, multicastGroups: _groups, ...own } of listed) {
    const list = lists.get(index)
    if (list) list.push(own as unknown as T)
    else lists.set(index, [own as unknown as T])
  }
  return lists
}

/** The answer; `undefined` where the kernel does not know the question. */
export async function ifSupported<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof NetworkError && error.code === 'EOPNOTSUPP') return undefined
    throw error
  }
}
