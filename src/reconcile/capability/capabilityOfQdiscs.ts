import type { Problem } from '../../error.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { knowsQdisc } from '../../rtnetlink/qdiscs/probe.js'
import { wouldLoadQdiscModule } from '../../system/qdiscModules.js'
import { rest, turnIsLong } from '../../system/turns.js'
import type { PlannedStep } from '../steps/step.js'
import type { World } from '../world/world.js'
import { type MachineProbe, machineProbe, onceAPlan } from './machineProbe.js'
import { throwIfUnsupported } from './unsupported.js'

/** Asks the machine's kernel whether it lacks a kind of qdisc. */
export const machineLacksQdisc: MachineProbe<string> = machineProbe(wouldLoadQdiscModule, knowsQdisc)

/** The kinds of qdiscs that a step makes. */
function kindsOf({ operation }: PlannedStep): readonly string[] {
  if (operation.type !== 'setQdisc') return []
  const made = operation.changes.flatMap((change) => (change.action === 'create' ? [change.qdisc] : []))
  return made.map((qdisc) => (qdisc.kind === 'opaque' ? qdisc.name : qdisc.kind))
}

/** Refuses a plan for which the kernel lacks kinds of qdiscs, naming all of them; nothing is changed. */
export async function refuseQdiscs(
  steps: readonly PlannedStep[],
  world: World,
  request: RequestOptions,
): Promise<void> {
  const lacks = onceAPlan((kind: string, namespace) => world.kernelOf(namespace)?.lacksQdisc(kind, request))
  const problems: Problem[] = []
  for (const step of steps) {
    if (turnIsLong()) await rest()
    for (const kind of new Set(kindsOf(step))) {
      if (!(await lacks(kind, step.namespace))) continue
      problems.push({ path: step.path ?? '', message: `this kernel has no qdiscs of kind ${kind}` })
    }
  }
  throwIfUnsupported(problems)
}
