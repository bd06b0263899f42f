import type { NetworkError } from '../../error.js'
import type { TunTapOptions } from '../../rtnetlink/kinds/tuntap.js'
import type { Link } from '../../rtnetlink/link.js'
import { rest } from '../../system/turns.js'
import type { TunTapConfiguration } from '../../tuntap/index.js'
import type { Kernel } from '../world/kernel.js'

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

/** Some milliseconds of the kernel's work. */
const devicesAtOnce = 16

/** Creates persistent devices; the result has the error of each that failed at its place. */
export async function createDevices(links: readonly Link[], kernel: Kernel): Promise<(NetworkError | undefined)[]> {
  const devices = links.map((link) => configurationOf(link.name, link.kind, optionsOf(link, link.kind)))
  const errors: (NetworkError | undefined)[] = []
  for (let start = 0; start < devices.length; start += devicesAtOnce) {
    await rest()
    errors.push(...kernel.createTunTaps(devices.slice(start, start + devicesAtOnce)))
  }
  return errors
}

/** Changes what /dev/net/tun can change of a device. */
export function configureDevice(name: string, kind: string | undefined, changes: Partial<Link>, kernel: Kernel): void {
  kernel.configureTunTap(configurationOf(name, kind, optionsOf(changes, kind)))
}
