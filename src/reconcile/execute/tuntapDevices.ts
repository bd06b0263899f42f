import type { NetworkError } from '../../error.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { TunTapOptions } from '../../rtnetlink/kinds/tuntap.js'
import type { Link } from '../../rtnetlink/link.js'
import { rest } from '../../system/turns.js'
import type { TunTapConfiguration } from '../../tuntap/index.js'
import type { Operation } from '../steps/operation.js'
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

type DeviceCreation = Extract<Operation, { type: 'createLink' }>

/** Whether it is a link that /dev/net/tun makes. */
export function isDeviceCreation(operation: Operation): operation is DeviceCreation {
  if (operation.type !== 'createLink' || operation.link.kind === undefined) return false
  return linkKind(operation.link.kind)?.creation === 'tuntap'
}

/** Whether it is a change that only /dev/net/tun can make, or some of it is. */
export function isDeviceChange(operation: Operation): operation is Extract<Operation, { type: 'updateLink' }> {
  if (operation.type !== 'updateLink') return false
  const { kind, changes } = operation
  return kind !== undefined && kind in changes && linkKind(kind)?.creation === 'tuntap'
}

/** What is left for rtnetlink of a change, once /dev/net/tun has had its part. */
export function withoutDeviceOptions<T extends Operation>(operation: T): T {
  if (!isDeviceChange(operation)) return operation
  const { tun: _tun, tap: _tap, ...changes } = operation.changes
  return { ...operation, changes }
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
