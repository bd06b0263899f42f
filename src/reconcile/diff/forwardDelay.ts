import type { BridgeOptions } from '../../rtnetlink/kinds/bridge.js'
import type { DesiredLink } from '../../state/desired.js'
import type { DiffContext } from './context.js'

/** Hundredths of a second; one of them may be lost on the way. */
const ticks = 100

/** BR_MIN_FORWARD_DELAY and BR_MAX_FORWARD_DELAY: net/bridge/br_private_stp.h */
const [shortest, longest] = [2, 30]

/** With STP, a bridge has a delay within limits: net/bridge/br_stp.c, br_set_forward_delay, and br_stp_if.c, br_stp_start. */
export function checkForwardDelay(
  { problems }: DiffContext,
  { name, path = '', properties: { bridge } }: DesiredLink,
  before: BridgeOptions = {},
): void {
  const { forwardDelay, stp = before.stp ?? false } = bridge ?? {}
  if (forwardDelay === undefined || !stp) return
  const taken = Math.min(Math.max(forwardDelay, shortest), longest)
  if (Math.abs(Math.round(forwardDelay * ticks) - taken * ticks) <= 1) return
  problems.push({
    path: `${path}/bridge/forwardDelay`,
    message: `with STP, the forward delay of ${name} is ${shortest} to ${longest} seconds, not ${forwardDelay}`,
  })
}
