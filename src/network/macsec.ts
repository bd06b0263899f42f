import type { MacsecConfiguration } from '../genetlink/macsec/configuration.js'
import { type MacsecDevice, readAllMacsec, readMacsec } from '../genetlink/macsec/device.js'
import type { RequestOptions } from '../netlink/exchange.js'
import type { Result } from '../result.js'
import { changeTowards } from '../rtnetlink/configureLink.js'
import { decodeLink } from '../rtnetlink/decodeLink.js'
import { macsecGeneric } from '../rtnetlink/kinds/macsecKeys.js'
import { dumpLinks } from '../rtnetlink/linkMessages.js'
import type { LinkReference } from './linkReference.js'
import { Objects } from './objects.js'
import { checkObject } from './properties.js'

/** The keys of a MACsec device: which there are, and what they were used for. */
export interface MacsecListed extends MacsecDevice {
  /** The name of its link. */
  readonly name: string
}

/** The MACsec devices of a network: `ip macsec`. Their links are made by `links.create({ kind: 'macsec' })`. */
export class Macsec extends Objects {
  /** Lists all devices with their channels, associations and counters: `ip -s macsec show`. No kernel tells the keys. */
  list(options: RequestOptions = {}): Promise<Result<readonly MacsecListed[]>> {
    return this.session.run(options, async (request) => {
      const links = await this.dumpAll(() => dumpLinks({ kind: 'macsec' }), decodeLink, request)
      const own = links.filter(({ kind }) => kind === 'macsec')
      if (own.length === 0) return []
      const devices = await readAllMacsec(this.session.generic, request)
      return own.flatMap(({ name, index }) => {
        const device = devices.get(index)
        return device ? [{ name, ...device }] : []
      })
    })
  }

  /** Reads one device: `ip -s macsec show NAME`. */
  get(link: LinkReference, options: RequestOptions = {}): Promise<Result<MacsecListed>> {
    return this.session.run(options, (request) => this.#read(link, request))
  }

  /**
   * Changes a device to have the stated keys, and returns it: `ip macsec add|set|del NAME`. Lists are whole, and what is
   * left out stays as it is. What nobody could undo comes last, so that no packet finds no key.
   */
  update(
    link: LinkReference,
    wanted: MacsecConfiguration,
    options: RequestOptions = {},
  ): Promise<Result<MacsecListed>> {
    return this.session.run(options, async (request) => {
      checkObject(wanted, 'macsec')
      const { name, options: had } = await this.#read(link, request)
      const change = changeTowards(macsecGeneric, name, wanted, had, true)
      if (Object.keys(change).length > 0) {
        await this.configure({ name, kind: 'macsec' }, { options: change }, request)
      }
      return await this.#read(link, request)
    })
  }

  async #read(link: LinkReference, request: RequestOptions): Promise<MacsecListed> {
    const { name, index } = await this.linkOf(link, request)
    return { name, ...(await readMacsec(this.session.generic, { name, index }, request)) }
  }
}
