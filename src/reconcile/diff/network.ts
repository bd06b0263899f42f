import { Phase } from '../step.js'
import { diffAddresses } from './addresses.js'
import { addStep, type DiffContext } from './context.js'
import { checkCycles } from './cycles.js'
import { diffFdb } from './fdb.js'
import { diffFirewall } from './firewall.js'
import { diffLinks } from './links.js'
import { diffMdb } from './mdb.js'
import { diffNeighbors } from './neighbors.js'
import { diffNexthops } from './nexthops.js'
import { diffRoutes } from './routes.js'
import { diffRules } from './rules.js'
import { diffSysctls } from './sysctls.js'
import { diffVlans } from './vlans.js'

/** All steps that bring a namespace from what it is to what it should be; unordered. */
export async function diffNetwork(context: DiffContext): Promise<void> {
  diffFirewall(context)
  diffForwarding(context)
  checkCycles(context)
  diffLinks(context)
  diffVlans(context)
  diffSysctls(context)
  diffAddresses(context)
  diffNeighbors(context)
  diffFdb(context)
  diffMdb(context)
  diffNexthops(context)
  await diffRoutes(context)
  diffRules(context)
}

function diffForwarding(context: DiffContext): void {
  const { desired, actual } = context
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
      operation: { type: 'setForwarding', family, value },
    })
  }
}
