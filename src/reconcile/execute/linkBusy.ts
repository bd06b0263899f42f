import type { Failure } from './pipeline.js'

/**
 * Whether a change was refused because the link is up: drivers tell so by EBUSY, first of all of a MAC address
 * (net/ethernet/eth.c, eth_prepare_mac_addr_change). What cannot be a port is told by the same number.
 */
export function isRefusedWhileUp({ step: { operation }, error }: Failure): boolean {
  if (error.code !== 'EBUSY' || operation.type !== 'updateLink' || operation.bounce) return false
  return operation.changes.mac !== undefined || operation.changes.master === undefined
}
