import { wireguardChange } from '../genetlink/wireguard/change.js'
import {
  readWireguard,
  type WireguardDevice,
  type WireguardOptions,
  withoutSecretKeys,
} from '../genetlink/wireguard/device.js'
import { withoutNames } from '../netlink/codec.js'
import type { RequestOptions } from '../netlink/exchange.js'
import type { Result } from '../result.js'
import { decodeLink } from '../rtnetlink/decodeLink.js'
import { dumpLinks } from '../rtnetlink/linkMessages.js'
import { type Allowed, flag } from '../system/optionValues.js'
import type { LinkReference } from './linkReference.js'
import { Objects } from './objects.js'
import { checkObject } from './properties.js'
import { requestOptions } from './session.js'

/** A WireGuard device: what it is set to, and what it tells of its peers. */
export interface WireguardListed extends WireguardDevice {
  /** The name of its link. */
  readonly name: string
}

/** What calls take that read devices. */
export interface WireguardListOptions extends RequestOptions {
  /** Whether private and preshared keys are told. Default false. */
  readonly secrets?: boolean
}

const listOptions: Allowed<WireguardListOptions> = { ...requestOptions, secrets: flag }

/** The WireGuard devices of a network: `wg`. Their links are made by `links.create({ kind: 'wireguard' })`. */
export class Wireguard extends Objects {
  /** Lists all devices with their peers, counters and last handshakes: `wg show all`. */
  list(options: WireguardListOptions = {}): Promise<Result<readonly WireguardListed[]>> {
    return this.session.runAllowed(options, listOptions, async ({ secrets = false, ...request }) => {
      const links = await this.dumpAll(() => dumpLinks({ kind: 'wireguard' }), decodeLink, request)
      const devices: WireguardListed[] = []
      for (const { name, kind } of links)
        if (kind === 'wireguard') devices.push(await this.#read(name, secrets, request))
      return devices
    })
  }

  /** Reads one device: `wg show NAME`. */
  get(link: LinkReference, options: WireguardListOptions = {}): Promise<Result<WireguardListed>> {
    return this.session.runAllowed(options, listOptions, async ({ secrets = false, ...request }) => {
      return await this.#read(await this.nameOfLink(link, request), secrets, request)
    })
  }

  /**
   * Changes a device to have all that is told, by the smallest messages, and returns it: `wg set NAME`. `peers`, where
   * given, is the whole list, and `allowedIps` all of a peer's prefixes; what else is left out stays as it is.
   */
  update(
    link: LinkReference,
    wanted: WireguardOptions,
    options: RequestOptions = {},
  ): Promise<Result<WireguardListed>> {
    return this.session.run(options, async (request) => {
      checkObject(wanted, 'wireguard')
      const name = await this.nameOfLink(link, request)
      const { generic } = this.session
      const { options: had } = await readWireguard(generic, { name }, withoutNames, request)
      const change = wireguardChange(wanted, had)
      if (Object.keys(change).length > 0) {
        await this.configure({ name, kind: 'wireguard' }, { options: change }, request)
      }
      return await this.#read(name, false, request)
    })
  }

  async #read(name: string, secrets: boolean, request: RequestOptions): Promise<WireguardListed> {
    const device = await readWireguard(this.session.generic, { name }, withoutNames, request)
    return { name, ...device, options: secrets ? device.options : withoutSecretKeys(device.options) }
  }
}
