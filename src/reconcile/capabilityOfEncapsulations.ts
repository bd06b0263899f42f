import type { Problem } from '../error.js'
import { Connection } from '../netlink/connection.js'
import type { RequestOptions } from '../netlink/exchange.js'
import type { Transport } from '../netlink/transports/transport.js'
import type { AnyEncapsulation } from '../rtnetlink/encapsulation/encapsulation.js'
import { knowsEncapsulation } from '../rtnetlink/encapsulation/probe.js'
import { wouldLoadEncapsulationModule } from '../system/linkModules.js'
import type { Operation } from './operation.js'
import type { PlannedStep } from './step.js'
import { throwIfUnsupported } from './unsupported.js'
import type { World } from './world.js'

type EncapsulationType = AnyEncapsulation['type']

/** What the running kernel said that it has, which stays true. */
const known = new Set<EncapsulationType>()

/** Asks the machine's kernel whether it lacks a way to wrap packets. One whose module is there is taken for known: a plan loads none. */
export async function machineLacksEncapsulation(
  type: EncapsulationType,
  transport: () => Transport,
  request: RequestOptions,
): Promise<boolean> {
  if (known.has(type) || wouldLoadEncapsulationModule(type)) return false
  using connection = new Connection(transport())
  const lacks = (await knowsEncapsulation(type, connection, request)) === false
  if (!lacks) known.add(type)
  return lacks
}

interface Wrapping {
  readonly encapsulation?: AnyEncapsulation
}

/** What wraps packets of what an operation makes, by its place. */
function wrappingsOf(operation: Operation, path: string): readonly (readonly [place: string, Wrapping])[] {
  switch (operation.type) {
    case 'addRoute':
    case 'replaceRoute': {
      const { route } = operation
      const nexthops = (route.nexthops ?? []).map((one, index) => [`${path}/nexthops/${index}`, one] as const)
      return [[path, route], ...nexthops]
    }
    case 'bulkRoutes':
      return operation.changes.used().flatMap((change) => wrappingsOf(change.operation, change.path ?? path))
    case 'createNexthop':
    case 'replaceNexthop':
      return [[path, operation.nexthop]]
    default:
      return []
  }
}

/** Refuses a plan for which the kernel lacks ways to wrap packets, naming all of them; nothing is changed. */
export async function refuseEncapsulations(
  steps: readonly PlannedStep[],
  world: World,
  request: RequestOptions,
): Promise<void> {
  const problems: Problem[] = []
  for (const { operation, namespace, path = '' } of steps) {
    const kernel = world.kernelOf(namespace)
    for (const [place, { encapsulation }] of wrappingsOf(operation, path)) {
      if (!encapsulation || !(await kernel?.lacksEncapsulation(encapsulation.type, request))) continue
      const message = `this kernel knows no encapsulation ${encapsulation.type}`
      problems.push({ path: `${place}/encapsulation`, message })
    }
  }
  throwIfUnsupported(problems)
}
