import type { RequestOptions } from '../netlink/exchange.js'
import type { Result } from '../result.js'
import {
  addVlans,
  type BridgeGlobalVlanOptions,
  type BridgeVlan,
  decodeGlobalVlanOptions,
  decodeVlans,
  deleteVlans,
  dumpGlobalVlanOptions,
  dumpVlans,
  type ListedBridgeVlan,
  type ListedGlobalVlanOptions,
  setGlobalVlanOptions,
} from '../rtnetlink/bridgeVlan.js'
import { checkFilter, link } from './filter.js'
import { type ListOptions, Objects } from './objects.js'
import { known } from './properties.js'
import { globalVlanNames, vlanNames } from './propertyNames.js'

/** Which VLANs to list. */
export interface VlanFilter {
  /** Only VLANs of this port or bridge, by name or index. */
  readonly dev?: string | number
}

/**
 * The VLANs of a network's bridges and their ports: `bridge vlan`. Since Linux 5.6, and only where the kernel has VLAN
 * filtering; otherwise the error is `EOPNOTSUPP`.
 */
export class Vlans extends Objects {
  /**
   * Adds a VLAN, or a range of them, to a port or a bridge, or changes what is there: `bridge vlan add`. An option that
   * is left out stays as it is; `pvid` and `untagged` left out are false.
   */
  add(vlan: BridgeVlan, options: RequestOptions = {}): Promise<Result<void>> {
    return this.session.run(options, (request) =>
      this.sendOrThrow((context) => addVlans(known(vlan, vlanNames, 'vlan').dev, [vlan], context), request),
    )
  }

  /** {@link add}: the kernel has no other way. */
  create(vlan: BridgeVlan, options: RequestOptions = {}): Promise<Result<void>> {
    return this.add(vlan, options)
  }

  /** {@link add}: the kernel has no other way. */
  replace(vlan: BridgeVlan, options: RequestOptions = {}): Promise<Result<void>> {
    return this.add(vlan, options)
  }

  /** Removes a VLAN, or a range of them: `bridge vlan delete`. One that is not there is no error. */
  delete(vlan: Pick<BridgeVlan, 'dev' | 'id'>, options: RequestOptions = {}): Promise<Result<void>> {
    return this.session.run(options, (request) =>
      this.sendOrThrow((context) => deleteVlans(known(vlan, vlanNames, 'vlan').dev, [vlan], context), request),
    )
  }

  /** Lists VLANs, those that are alike as one range: `bridge vlan show`. */
  list(filter: VlanFilter = {}, options: ListOptions = {}): Promise<Result<readonly ListedBridgeVlan[]>> {
    return this.session.runList(options, (request) => {
      checkFilter<VlanFilter>(filter, { dev: link }, 'vlans.list')
      const list = async () => (await this.dumpAll(() => dumpVlans(), decodeVlans, request)).flat()
      return this.ofDev(filter.dev, list, request)
    })
  }

  /** Sets options that VLANs have on a bridge as a whole: `bridge vlan global set`. Since Linux 5.15. */
  setGlobal(vlans: BridgeGlobalVlanOptions, options: RequestOptions = {}): Promise<Result<void>> {
    return this.session.run(options, (request) =>
      this.sendOrThrow(
        (context) => setGlobalVlanOptions(known(vlans, globalVlanNames, 'vlan').dev, [vlans], context),
        request,
      ),
    )
  }

  /** Lists the options that VLANs have on bridges as a whole: `bridge vlan global show`. Since Linux 5.15. */
  listGlobal(filter: VlanFilter = {}, options: ListOptions = {}): Promise<Result<readonly ListedGlobalVlanOptions[]>> {
    return this.session.runList(options, (request) => {
      checkFilter<VlanFilter>(filter, { dev: link }, 'vlans.listGlobal')
      const list = async () =>
        (await this.dumpAll(() => dumpGlobalVlanOptions(), decodeGlobalVlanOptions, request)).flat()
      return this.ofDev(filter.dev, list, request)
    })
  }
}
