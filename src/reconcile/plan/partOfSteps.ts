import type { DesiredNetwork } from '../../state/desired.js'
import type { DesiredEntry } from '../../state/firewall/desiredFirewall.js'
import { eachInTurns } from '../../system/inTurns.js'
import { newMasterOf } from '../steps/operation.js'
import type { PlannedStep } from '../steps/step.js'

/** Of what is wanted of a namespace the part that steps are about, which only add to it; `undefined` if that is unclear. */
export async function partOfSteps(
  network: DesiredNetwork,
  steps: readonly PlannedStep[],
): Promise<DesiredNetwork | undefined> {
  const names = new Set<string | number>()
  const entries: DesiredEntry[] = []
  const ports = new Set<string | number>()
  const objects = new Set<string>()
  // A new port may change its master's MTU and MAC.
  const masters = new Set<string | undefined>()
  await eachInTurns(steps, ({ object, operation }) => {
    objects.add(object)
    masters.add(newMasterOf(operation))
    if (operation.type === 'createLink') names.add(operation.link.name)
    else if (operation.type === 'addFdbEntry') ports.add(operation.entry.dev)
    else if (operation.type === 'addAddress') names.add(operation.address.dev)
    else if (operation.type === 'changeFirewall') entries.push(...operation.entries)
    else if ('name' in operation && operation.type !== 'createNamespace') names.add(operation.name)
  })
  const links = network.links.filter(({ name }) => names.has(name) || masters.has(name))
  const fdb = (network.fdb ?? []).filter(({ entry }) => ports.has(entry.dev))
  // Those that the wish calls by another name are not found so.
  const found = new Set([...links.map(({ name }) => name), ...fdb.map(({ entry }) => entry.dev)])
  if ([...names, ...ports].some((name) => !found.has(name))) return undefined
  return {
    links,
    ...(fdb.length > 0 ? { fdb } : {}),
    routes: objects.has('route') ? network.routes.filter(({ absent }) => !absent) : [],
    nexthops: [],
    rules: objects.has('rule') ? network.rules.filter(({ absent }) => !absent) : [],
    neighbors: objects.has('neighbor') ? network.neighbors.filter(({ absent }) => !absent) : [],
    forwarding: objects.has('forwarding') ? network.forwarding : {},
    ...(network.firewall ? { firewall: { ...network.firewall, entries, exact: false } } : {}),
  }
}
