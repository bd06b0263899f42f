import type { Problem } from '../error.js'
import type { RequestOptions } from '../netlink/exchange.js'
import type { AnyEncapsulation } from '../rtnetlink/encapsulation/encapsulation.js'
import { type EncapsulationPart, knowsEncapsulation, partsOf, typeOfPart } from '../rtnetlink/encapsulation/probe.js'
import { wouldLoadEncapsulationModule } from '../system/linkModules.js'
import { type MachineProbe, machineProbe, onceAPlan } from './machineProbe.js'
import type { Operation } from './operation.js'
import type { PlannedStep } from './step.js'
import { throwIfUnsupported } from './unsupported.js'
import type { World } from './world.js'

/** Asks the machine's kernel whether it lacks a way to wrap packets, or something of one. */
export const machineLacksEncapsulation: MachineProbe<EncapsulationPart> = machineProbe(
  (part) => wouldLoadEncapsulationModule(typeOfPart(part)),
  knowsEncapsulation,
)

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
  const lacks = onceAPlan((part: EncapsulationPart, namespace) => {
    return world.kernelOf(namespace)?.lacksEncapsulation(part, request)
  })
  const problems: Problem[] = []
  for (const { operation, namespace, path = '' } of steps) {
    for (const [place, { encapsulation }] of wrappingsOf(operation, path)) {
      if (!encapsulation) continue
      for (const [part, name] of partsOf(encapsulation)) {
        if (!(await lacks(part, namespace))) continue
        const isWhole = name === 'type'
        problems.push({
          path: `${place}/encapsulation${isWhole ? '' : `/${name}`}`,
          message: `this kernel knows no ${isWhole ? '' : `${name} of `}encapsulation ${encapsulation.type}`,
        })
        if (isWhole) break
      }
    }
  }
  throwIfUnsupported(problems)
}
