import type { Problem } from '../error.js'
import type { RequestOptions } from '../netlink/exchange.js'
import type { AnyEncapsulation } from '../rtnetlink/encapsulation/encapsulation.js'
import {
  type EncapsulationPart,
  knowsEncapsulation,
  laterPartsOf,
  typeOfPart,
} from '../rtnetlink/encapsulation/probe.js'
import { eachInTurns } from '../system/inTurns.js'
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

type Place = readonly [place: string, Wrapping]

/** What wraps packets of what an operation makes, by its place; of those of many routes, nothing. */
function wrappingsOf(operation: Operation, path: string): readonly Place[] {
  switch (operation.type) {
    case 'addRoute':
    case 'replaceRoute': {
      const { route } = operation
      const nexthops = (route.nexthops ?? []).map((one, index) => [`${path}/nexthops/${index}`, one] as const)
      return [[path, route], ...nexthops]
    }
    case 'createNexthop':
    case 'replaceNexthop':
      return [[path, operation.nexthop]]
    default:
      return []
  }
}

/** The same, also of those of many routes. */
async function allWrappingsOf(operation: Operation, path: string): Promise<readonly Place[]> {
  if (operation.type !== 'bulkRoutes') return wrappingsOf(operation, path)
  const places: Place[] = []
  await eachInTurns(await operation.changes.used(), (change) => {
    for (const place of wrappingsOf(change.operation, change.path ?? path))
      if (place[1].encapsulation) places.push(place)
  })
  return places
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
    for (const [place, { encapsulation }] of await allWrappingsOf(operation, path)) {
      if (!encapsulation) continue
      problems.push(...(await problemsOf(encapsulation, `${place}/encapsulation`, (part) => lacks(part, namespace))))
    }
  }
  throwIfUnsupported(problems)
}

async function problemsOf(
  encapsulation: AnyEncapsulation,
  path: string,
  lacks: (part: EncapsulationPart) => Promise<boolean>,
): Promise<Problem[]> {
  const { type } = encapsulation
  if (await lacks(type)) return [{ path, message: `this kernel knows no encapsulation ${type}` }]
  const problems: Problem[] = []
  for (const [part, name] of laterPartsOf(encapsulation)) {
    if (!(await lacks(part))) continue
    problems.push({ path: `${path}/${name}`, message: `this kernel knows no ${name} of encapsulation ${type}` })
  }
  return problems
}
