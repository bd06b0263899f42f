import type { Problem } from '../../error.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import type { AnyEncapsulation } from '../../rtnetlink/encapsulation/encapsulation.js'
import {
  type EncapsulationPart,
  knowsEncapsulation,
  laterPartsOf,
  typeOfPart,
} from '../../rtnetlink/encapsulation/probe.js'
import { eachInTurns } from '../../system/inTurns.js'
import { wouldLoadEncapsulationModule } from '../../system/linkModules.js'
import { problemsOfFirst, type SingleChange, singleChanges } from '../steps/singleChanges.js'
import type { PlannedStep } from '../steps/step.js'
import { waysOf } from '../steps/ways.js'
import type { World } from '../world/world.js'
import { type MachineProbe, machineProbe, onceAPlan } from './machineProbe.js'
import { throwIfUnsupported } from './unsupported.js'

/** Asks the machine's kernel whether it lacks a way to wrap packets, or something of one. */
export const machineLacksEncapsulation: MachineProbe<EncapsulationPart> = machineProbe(
  (part) => wouldLoadEncapsulationModule(typeOfPart(part)),
  knowsEncapsulation,
)

/** What wraps packets, its place, and what makes it. */
interface Wrapped {
  readonly encapsulation: AnyEncapsulation
  readonly path: string
  readonly change: SingleChange
}

/** What wraps packets of what steps make, also of those of many routes. */
async function allWrappingsOf(steps: readonly PlannedStep[]): Promise<readonly Wrapped[]> {
  const wrapped: Wrapped[] = []
  await eachInTurns(await singleChanges(steps), (change) => {
    for (const [path, { encapsulation }] of waysOf(change.operation, change.path ?? ''))
      if (encapsulation) wrapped.push({ encapsulation, path: `${path}/encapsulation`, change })
  })
  return wrapped
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
  for (const { encapsulation, path, change } of await allWrappingsOf(steps)) {
    const found = await problemsOf(encapsulation, path, (part) => lacks(part, change.namespace))
    problems.push(...problemsOfFirst(found, change))
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
