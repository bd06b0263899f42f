import type { Problem } from '../error.js'
import { Connection } from '../netlink/connection.js'
import type { RequestOptions } from '../netlink/exchange.js'
import type { Transport } from '../netlink/transports/transport.js'
import { knowsQdisc } from '../rtnetlink/qdiscs/probe.js'
import { wouldLoadQdiscModule } from '../system/qdiscModules.js'
import type { PlannedStep } from './step.js'
import { throwIfUnsupported } from './unsupported.js'
import type { World } from './world.js'

/** What the running kernel said that it has, which stays true. */
const known = new Set<string>()

/** Asks the machine's kernel whether it lacks a kind of qdisc. One whose module is there is taken for known: a plan loads none. */
export async function machineLacksQdisc(
  kind: string,
  transport: () => Transport,
  request: RequestOptions,
): Promise<boolean> {
  if (known.has(kind) || wouldLoadQdiscModule(kind)) return false
  using connection = new Connection(transport())
  const lacks = (await knowsQdisc(kind, connection, request)) === false
  if (!lacks) known.add(kind)
  return lacks
}

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
  const problems: Problem[] = []
  for (const step of steps) {
    const kernel = world.kernelOf(step.namespace)
    for (const kind of new Set(kindsOf(step))) {
      if (!(await kernel?.lacksQdisc(kind, request))) continue
      problems.push({ path: step.path ?? '', message: `this kernel has no qdiscs of kind ${kind}` })
    }
  }
  throwIfUnsupported(problems)
}
