import type { RequestOptions } from '../netlink/exchange.js'
import type { Result } from '../result.js'
import { checkAllowed, checkObject } from '../system/optionValues.js'
import { modeValues, type TunTapConfiguration, type TunTapMode } from '../tuntap/configuration.js'
import type { TunTapDevice } from '../tuntap/device.js'
import { createTunTap, deleteTunTap } from '../tuntap/manage.js'
import { openTap, openTun } from '../tuntap/open.js'
import type { OpenOptions } from '../tuntap/options.js'
import type { Session } from './session.js'

/** Which TUN or TAP device to open. */
export interface OpenDevice extends Omit<OpenOptions, 'namespace'> {
  readonly mode: TunTapMode
}

/** The TUN and TAP devices of a network: `ip tuntap`. Their links are among the network's links. */
export class TunTap {
  readonly #session: Session

  /** @internal */
  constructor(session: Session) {
    this.#session = session
  }

  /** Creates a persistent device: `ip tuntap add NAME mode MODE`. An existing one is the error `EEXIST`. */
  create(device: TunTapConfiguration, options: RequestOptions = {}): Promise<Result<void>> {
    return this.#session.run(options, () => createTunTap(device, this.#session.namespaceFd))
  }

  /** Deletes a persistent device once nobody has it open: `ip tuntap del NAME mode MODE`. */
  delete(device: TunTapConfiguration, options: RequestOptions = {}): Promise<Result<void>> {
    return this.#session.run(options, () => deleteTunTap(device, this.#session.namespaceFd))
  }

  /**
   * Opens a device for packets: creates it, or attaches to it where it exists. It stays open when the network is
   * closed; whoever opened it closes it.
   */
  open(device: OpenDevice, options: RequestOptions = {}): Promise<Result<TunTapDevice>> {
    return this.#session.run(options, () => {
      checkObject(device)
      const { mode, ...others } = device
      checkAllowed<Pick<OpenDevice, 'mode'>>({ mode: mode ?? '' }, { mode: modeValues }, 'tuntap.open')
      const place = { ...others, namespace: { fd: this.#session.namespaceFd } }
      const result = mode === 'tun' ? openTun(place) : openTap(place)
      if (result.err) throw result.val
      return result.val
    })
  }
}
