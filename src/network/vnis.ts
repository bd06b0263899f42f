import type { RequestOptions } from '../netlink/exchange.js'
import type { Result } from '../result.js'
import { addVnis, decodeVnis, deleteVnis, dumpVnis, type ListedVni, type VniOfVxlan } from '../rtnetlink/vxlanVni.js'
import { checkFilter, link } from './filter.js'
import { type ListOptions, Objects } from './objects.js'
import { known } from './properties.js'
import { vniNames } from './propertyNames.js'

/** Which VNIs to list. */
export interface VniFilter {
  /** Only VNIs of this VXLAN, by name or index. */
  readonly dev?: string | number
}

/** The networks that VXLANs with `vnifilter` take: `bridge vni`. Since Linux 5.18. */
export class Vnis extends Objects {
  /**
   * Lets a VXLAN take a VNI, or a range of them: `bridge vni add`. One that is there gets another group or host, but the
   * kernel keeps its entry for the former one in the forwarding database: delete it first.
   */
  add(vni: VniOfVxlan, options: RequestOptions = {}): Promise<Result<void>> {
    return this.session.run(options, (request) =>
      this.sendOrThrow((context) => addVnis(known(vni, vniNames, 'vni').dev, [vni], context), request),
    )
  }

  /** {@link add}: the kernel has no other way. */
  create(vni: VniOfVxlan, options: RequestOptions = {}): Promise<Result<void>> {
    return this.add(vni, options)
  }

  /** Takes a VNI, or a range of them, away: `bridge vni delete`. One that is not there is `ENOENT`. */
  delete(vni: Pick<VniOfVxlan, 'dev' | 'id'>, options: RequestOptions = {}): Promise<Result<void>> {
    return this.session.run(options, (request) =>
      this.sendOrThrow((context) => deleteVnis(known(vni, vniNames, 'vni').dev, [vni], context), request),
    )
  }

  /** Lists VNIs, those that are alike as one range: `bridge vni show`. */
  list(filter: VniFilter = {}, options: ListOptions = {}): Promise<Result<readonly ListedVni[]>> {
    return this.session.runList(options, (request) => {
      checkFilter<VniFilter>(filter, { dev: link }, 'vnis.list')
      const list = async () => (await this.dumpAll(() => dumpVnis(), decodeVnis, request)).flat()
      return this.ofDev(filter.dev, list, request)
    })
  }
}
