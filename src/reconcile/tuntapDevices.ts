import type { NetworkError } from '../error.js'
import type { TunTapOptions } from '../rtnetlink/kinds/tuntap.js'
import type { Link } from '../rtnetlink/link.js'
import type { TunTapConfiguration } from '../tuntap/index.js'
import type { Kernel } from './kernel.js'

/** The configuration of a device, as a link's properties say it. */
function configurationOf(
  name: string,
  kind: string | undefined,
  options: TunTapOptions | undefined,
): TunTapConfiguration {
  return { ...options, name, mode: kind === 'tun' ? 'tun' : 'tap' }
}

function optionsOf(link: Partial<Link>, kind: string | undefined): TunTapOptions | undefined {
  return kind === 'tun' ? link.tun : link.tap
}

/** Creates persistent devices; the result has the error of each that failed at its place. */
export function createDevices(links: readonly Link[], kernel: Kernel): (NetworkError | undefined)[] {
  return kernel.createTunTaps(links.map((link) => configurationOf(link.name, link.kind, optionsOf(link, link.kind))))
}

/** Changes what /dev/net/tun can change of a device. */
export function configureDevice(name: string, kind: string | undefined, changes: Partial<Link>, kernel: Kernel): void {
  kernel.configureTunTap(configurationOf(name, kind, optionsOf(changes, kind)))
}
