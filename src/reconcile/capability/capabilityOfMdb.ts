import { Connection } from '../../netlink/connection.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import type { Transport } from '../../netlink/transports/transport.js'
import { knowsMdbOfVxlans } from '../../rtnetlink/mdbProbe.js'
import type { PlannedStep } from '../steps/step.js'
import type { World } from '../world/world.js'
import { throwIfUnsupported } from './unsupported.js'

/** Asks the machine's kernel whether its VXLANs lack multicast databases. */
export async function machineLacksMdbOfVxlans(transport: () => Transport, request: RequestOptions): Promise<boolean> {
  using connection = new Connection(transport())
  return (await knowsMdbOfVxlans(connection, request)) === false
}

/** Refuses a plan that adds entries to the databases of VXLANs where the kernel has none, naming all of them. */
export async function refuseMdbOfVxlans(
  steps: readonly PlannedStep[],
  world: World,
  request: RequestOptions,
): Promise<void> {
  // The remote end, which each entry of a VXLAN has and none of a bridge.
  const made = steps.filter(({ operation }) => operation.type === 'addMdbEntry' && operation.entry.dst !== undefined)
  const lacking = new Set<string | undefined>()
  for (const namespace of new Set(made.map((step) => step.namespace))) {
    if (await world.kernelOf(namespace)?.lacksMdbOfVxlans(request)) lacking.add(namespace)
  }
  const message = 'the VXLANs of this kernel have no multicast database (Linux 6.4)'
  const refused = made.filter(({ namespace }) => lacking.has(namespace))
  throwIfUnsupported(refused.map(({ path = '' }) => ({ path, message })))
}
