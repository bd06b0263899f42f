import { NetworkError } from '../error.js'
import { errnoNumber } from '../system/errno.js'
import { CallFailure, control } from './cloneDevice.js'
import { offloadBits, TUNSETOFFLOAD } from './constants.js'
import type { Offload } from './options.js'

const segmentation: readonly Offload[] = ['checksum', 'tso4', 'tso6']
const all: readonly Offload[] = [...segmentation, 'uso4', 'uso6']

/** Set to anything but the empty string or `0`, no device gets offloads, whatever its program asks for. */
export const offloadSwitch = 'LINKWRIGHT_NO_OFFLOADS'

/**
 * Takes work over from the kernel, and returns what was granted. The mask outlives its program, so none is set too:
 * packets of another program's taste would come otherwise (drivers/net/tun.c, set_offload).
 */
export function setOffloads(
  fd: number,
  wanted: readonly Offload[] | 'available',
  vnetHeader: boolean,
  object: string,
): readonly Offload[] {
  if (wanted !== 'available') checkOffloads(wanted, vnetHeader, object)
  const off = (process.env[offloadSwitch] ?? '0') !== '0' && process.env[offloadSwitch] !== ''
  // Without the header nobody could say where a packet is to be split.
  if (off || !vnetHeader) return set(fd, [])
  if (wanted !== 'available') return set(fd, wanted)
  for (const offloads of [all, segmentation]) {
    try {
      return set(fd, offloads)
    } catch (error) {
      // Kernels before 6.2 know no USO; some 6.6 refuse segmentation altogether.
      if (!(error instanceof CallFailure && error.errno === errnoNumber('EINVAL'))) throw error
    }
  }
  return set(fd, [])
}

function set(fd: number, offloads: readonly Offload[]): readonly Offload[] {
  const mask = offloads.reduce((bits, offload) => bits | offloadBits[offload], 0)
  control(fd, TUNSETOFFLOAD, mask, `set offloads ${offloads.join(', ')}`)
  return offloads
}

/** Throws a `NetworkError` for offloads that do not go together. */
export function checkOffloads(offloads: readonly Offload[], vnetHeader: boolean, object: string): void {
  const problem = problemOf(offloads, vnetHeader)
  if (problem !== undefined) {
    throw new NetworkError('INVALID_ARGUMENT', `${object}: ${problem}`, { object, attribute: 'offloads' })
  }
}

function problemOf(offloads: readonly Offload[], vnetHeader: boolean): string | undefined {
  if (!Array.isArray(offloads)) return 'offloads must be a list or "available"'
  if (offloads.length === 0) return undefined
  if (!vnetHeader) return 'offloads need vnetHeader'
  if (!offloads.includes('checksum')) return 'offloads need "checksum" among them'
  const unknown = offloads.find((offload) => !Object.hasOwn(offloadBits, offload))
  if (unknown !== undefined) return `there is no offload ${JSON.stringify(unknown)}`
  const half = offloads.includes('uso4') !== offloads.includes('uso6')
  return half ? 'the kernel has "uso4" and "uso6" together only' : undefined
}
