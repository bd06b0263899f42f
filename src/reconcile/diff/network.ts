import { rest } from '../../system/turns.js'
import { Phase } from '../steps/step.js'
import { diffAddresses } from './addresses.js'
import { addStep, type DiffContext } from './context.js'
import { checkCycles } from './cycles.js'
import { diffFdb } from './fdb.js'
import { diffFirewall } from './firewall.js'
import { checkFrameTakers } from './frameTakers.js'
import { diffLinks } from './links.js'
import { diffMdb } from './mdb.js'
import { checkMtusWithinLower } from './mtuWithinLower.js'
import { diffNeighbors } from './neighbors.js'
import { diffNexthops } from './nexthops.js'
import { diffQdiscs } from './qdiscs.js'
import { diffRoutes } from './routes.js'
import { diffRules } from './rules.js'
import { diffSysctls } from './sysctls.js'
import { diffTokens } from './tokens.js'
import { diffVlans } from './vlans.js'
import { diffVnis } from './vnis.js'

const diffs: readonly ((context: DiffContext) => void | Promise<void>)[] = [
  diffFirewall,
  diffForwarding,
  checkCycles,
  checkFrameTakers,
  checkMtusWithinLower,
  diffLinks,
  diffVlans,
  diffVnis,
  diffQdiscs,
  diffSysctls,
  diffTokens,
  diffAddresses,
  diffNeighbors,
  diffFdb,
  diffMdb,
  diffNexthops,
  diffRoutes,
  diffRules,
]

/** All steps that bring a namespace from what it is to what it should be; unordered. */
export async function diffNetwork(context: DiffContext): Promise<void> {
  for (const diff of diffs) {
    await rest()
    await diff(context)
  }
}

function diffForwarding(context: DiffContext): void {
  const { desired, actual } = context
  const { along } = desired.forwarding
  for (const family of ['ipv4', 'ipv6'] as const) {
    const value = desired.forwarding[family]
    if (value === undefined || value === actual.forwarding[family]) continue
    addStep(context, {
      action: 'update',
      object: 'forwarding',
      id: family,
      changes: [{ property: family, before: actual.forwarding[family], after: value }],
      path: desired.forwarding.path === undefined ? undefined : `${desired.forwarding.path}/${family}`,
      phase: Phase.forwarding,
      operation: { type: 'setForwarding', family, value, ...(along ? { along } : {}) },
    })
  }
}
