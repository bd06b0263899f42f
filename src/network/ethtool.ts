import { type Features, readFeatures } from '../genetlink/ethtool/features.js'
import type { RequestOptions } from '../netlink/exchange.js'
import type { Result } from '../result.js'
import type { LinkReference } from './linkReference.js'
import { Objects } from './objects.js'
import { checkObject } from './properties.js'

/** What devices do themselves, such as checksums and segmentation: `ethtool`. */
export class Ethtool extends Objects {
  /** Reads the features of a link, by the kernel's names: `ethtool -k NAME`. */
  features(link: LinkReference, options: RequestOptions = {}): Promise<Result<Features>> {
    return this.session.run(options, async (request) => {
      return await readFeatures(this.session.generic, await this.nameOfLink(link, request), request)
    })
  }

  /**
   * Asks for features to be on or off, by the kernel's names or ethtool's short ones, and returns all as they then are:
   * `ethtool -K NAME FEATURE on`. What the device cannot change stays as it is, without an error.
   */
  setFeatures(link: LinkReference, features: Features, options: RequestOptions = {}): Promise<Result<Features>> {
    return this.session.run(options, async (request) => {
      checkObject(features, 'features')
      const { generic } = this.session
      const name = await this.nameOfLink(link, request)
      await this.configure({ name }, { features }, request)
      return await readFeatures(generic, name, request)
    })
  }
}
