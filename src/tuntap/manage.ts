import { closeSync } from 'node:fs'
import { NetworkError } from '../error.js'
import { errnoNumber } from '../system/errno.js'
import { inNamespace, namespacePath } from '../system/namespace.js'
import { CallFailure, control, getInterface, openCloneDevice, setInterface } from './cloneDevice.js'
import { accountNumber, checkDevice, describeLink, type TunTapConfiguration } from './configuration.js'
import { IFF_PERSIST, TUNSETGROUP, TUNSETOWNER, TUNSETPERSIST } from './constants.js'
import { type Attempt, explain } from './explain.js'

const EINVAL = errnoNumber('EINVAL')

/**
 * Creates a persistent device: `ip tuntap add NAME mode MODE`. Throws a `NetworkError` and leaves nothing behind when
 * it fails.
 *
 * @param namespaceFd descriptor of the namespace; the calling thread's own by default
 */
export function createTunTap(device: TunTapConfiguration, namespaceFd?: number): void {
  const [error] = createTunTaps([device], namespaceFd)
  if (error) throw error
}

/**
 * Creates many persistent devices, entering the namespace once. The result holds, at each device's place, why it could
 * not be created; the others are there.
 */
export function createTunTaps(
  devices: readonly TunTapConfiguration[],
  namespaceFd?: number,
): (NetworkError | undefined)[] {
  return eachDevice(devices, 'create', namespaceFd, (device) => {
    const fd = openCloneDevice(describeLink(device.name))
    try {
      setInterface(fd, device, true)
      setAccounts(fd, device)
      // Last, so that a failure before it lets the device vanish with the descriptor.
      control(fd, TUNSETPERSIST, 1, 'make persistent')
    } finally {
      closeSync(fd)
    }
  })
}

/**
 * Changes owner and group of an existing persistent device; `-1` asks for their removal, which kernels up to now refuse
 * (the error `UNSUPPORTED`: delete the device and create it anew). It attaches for a moment, so it fails with `EBUSY`
 * while a device of one queue is open elsewhere, and the device takes over `vnetHeader` and `packetInfo` as given here.
 */
export function configureTunTap(device: TunTapConfiguration, namespaceFd?: number): void {
  const [error] = configureTunTaps([device], namespaceFd)
  if (error) throw error
}

/** {@link configureTunTap} for many devices, entering the namespace once. */
export function configureTunTaps(
  devices: readonly TunTapConfiguration[],
  namespaceFd?: number,
): (NetworkError | undefined)[] {
  return eachDevice(devices, 'attach', namespaceFd, (device) => withExisting(device, (fd) => setAccounts(fd, device)))
}

/**
 * Deletes a persistent device once its last descriptor closes: `ip tuntap del NAME mode MODE`. Deleting the link over
 * rtnetlink is the other way, which does not wait for anybody.
 */
export function deleteTunTap(device: TunTapConfiguration, namespaceFd?: number): void {
  const [error] = eachDevice([device], 'attach', namespaceFd, () =>
    withExisting(device, (fd) => control(fd, TUNSETPERSIST, 0, 'give up persistence')),
  )
  if (error) throw error
}

/** Attaches to a device that must be there. TUNSETIFF cannot be told not to create, but what it creates is not persistent. */
function withExisting(device: TunTapConfiguration, work: (fd: number) => void): void {
  const fd = openCloneDevice(describeLink(device.name))
  try {
    setInterface(fd, device, false)
    if (!(getInterface(fd).flags & IFF_PERSIST)) {
      const object = describeLink(device.name)
      throw new NetworkError('NOT_FOUND', `${object}: there is no persistent ${device.mode} device of this name`, {
        object,
      })
    }
    work(fd)
  } finally {
    closeSync(fd)
  }
}

function setAccounts(fd: number, device: TunTapConfiguration): void {
  const object = describeLink(device.name)
  if (device.owner !== undefined) {
    setAccount(fd, TUNSETOWNER, accountNumber('user', device.owner, object), 'owner', object)
  }
  if (device.group !== undefined) {
    setAccount(fd, TUNSETGROUP, accountNumber('group', device.group, object), 'group', object)
  }
}

function setAccount(fd: number, request: number, id: number, property: 'owner' | 'group', object: string): void {
  try {
    control(fd, request, id, `set ${property} ${id}`)
  } catch (error) {
    if (!(error instanceof CallFailure && error.errno === EINVAL)) throw error
    const unset = id === -1 || id === 0xffffffff
    const reason = unset
      ? `this kernel cannot remove the ${property} of a device; delete it and create it anew`
      : `${property} ${id} does not exist in this user namespace`
    throw new NetworkError(unset ? 'UNSUPPORTED' : 'EINVAL', `${object}: ${reason} (EINVAL)`, {
      errno: EINVAL,
      object,
      attribute: property,
    })
  }
}

function eachDevice(
  devices: readonly TunTapConfiguration[],
  action: Attempt['action'],
  namespaceFd: number | undefined,
  work: (device: TunTapConfiguration) => void,
): (NetworkError | undefined)[] {
  if (!Array.isArray(devices)) throw new NetworkError('INVALID_ARGUMENT', `${String(devices)} is no list of devices`)
  if (namespaceFd !== undefined) namespacePath({ fd: namespaceFd })
  const failures: unknown[] = []
  const run = (): void => {
    for (const device of devices) {
      try {
        checkDevice(device)
        work(device)
        failures.push(undefined)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  if (namespaceFd === undefined) run()
  else inNamespace(namespaceFd, run)
  return devices.map((device, index) => {
    const error = explain(failures[index], { ...device, action }, namespaceFd)
    if (error === undefined || error instanceof NetworkError) return error
    throw error
  })
}
