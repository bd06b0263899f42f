import type { Problem } from '../error.js'
import { Connection } from '../netlink/connection.js'
import type { RequestOptions } from '../netlink/exchange.js'
import type { Transport } from '../netlink/transports/transport.js'
import { knowsMdbOfVxlans } from '../rtnetlink/mdbProbe.js'
import type { PlannedStep } from './step.js'
import { throwIfUnsupported } from './unsupported.js'
import type { World } from './world.js'

/** Asks the machine's kernel whether its VXLANs lack multicast databases. */
export async function machineLacksMdbOfVxlans(transport: () => Transport, request: RequestOptions): Promise<boolean> {
  const connection = new Connection(transport())
  try {
    return (await knowsMdbOfVxlans(connection, request)) === false
  } finally {
    connection.close()
  }
}

/** Refuses a plan that adds entries to the databases of VXLANs where the kernel has none, naming all of them. */
export async function refuseMdbOfVxlans(
  steps: readonly PlannedStep[],
  world: World,
  request: RequestOptions,
): Promise<void> {
  const problems: Problem[] = []
  for (const { operation, namespace, path = '' } of steps) {
    // The remote end, which each entry of a VXLAN has and none of a bridge.
    if (operation.type !== 'addMdbEntry' || operation.entry.dst === undefined) continue
    if (!(await world.kernelOf(namespace)?.lacksMdbOfVxlans(request))) continue
    problems.push({ path, message: 'the VXLANs of this kernel have no multicast database (Linux 6.4)' })
  }
  throwIfUnsupported(problems)
}
