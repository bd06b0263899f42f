import fc from 'fast-check'
import { apply, plan } from '../../src/reconcile/apply.js'
import { snapshot } from '../../src/reconcile/snapshot.js'
import type { KernelMaker } from '../../src/reconcile/world/kernel.js'
import type { Spec } from '../../src/spec/types.js'
import { difference } from './difference.js'
import { Stage } from './stage.js'
import { topology } from './topologies/arbitrary.js'
import { commandsOf } from './topologies/commands.js'
import { type Model, specOf } from './topologies/model.js'
import { mutationsOf } from './topologies/mutations.js'

/** What the campaign did. */
export interface TopologyReport {
  topologies: number
  links: number
  /** The most links in one topology. */
  most: number
  mutations: number
  /** The first failure, shrunk, with what repeats it. */
  failure?: string
}

/** How many topologies, from which seed. */
export interface TopologyOptions {
  readonly count: number
  readonly seed: number
  readonly kernel?: KernelMaker
  /** Whether a failure is made as small as possible, which takes time. Default true. */
  readonly shrinks?: boolean
  readonly onProgress?: (done: number) => void
}

/** Any topology, made by `ip` or by the SDK, becomes any other one; then a snapshot undoes what anybody does to it. */
export async function topologyCampaign({
  count,
  seed,
  kernel,
  onProgress,
  shrinks = true,
}: TopologyOptions): Promise<TopologyReport> {
  const report: TopologyReport = { topologies: 0, links: 0, most: 0, mutations: 0 }
  const play = fc
    .record({ start: topology, target: topology, byIp: fc.boolean() })
    .chain((run) => mutationsOf(run.target).map((mutations) => ({ ...run, mutations })))
  const result = await fc.check(
    fc.asyncProperty(play, async ({ start, target, byIp, mutations }) => {
      report.topologies++
      report.links += target.links.length
      report.most = Math.max(report.most, target.links.length)
      onProgress?.(report.topologies)
      using stage = await Stage.of({ start: byIp ? commandsOf(start) : [] })
      const options = { ...stage.place, ...(kernel ? { kernel } : {}) }
      const done = async (spec: Spec, what: string): Promise<void> => {
        const applied = await apply(spec, options)
        if (applied.err)
          throw new Error(`${what}: ${applied.val.message} ${JSON.stringify(applied.val.rollback ?? '')}`)
        const left = (await plan(spec, { namespace: stage.place.namespace })).unwrap()
        if (!left.empty) throw new Error(`${what}: is not idempotent: ${left}`)
      }
      if (!byIp) await done(specOf(start), 'start')
      await done(specOf(target, start), 'target')
      const reached = stage.picture({ own: false })
      expectSame(reached, await byCommands(target), 'target')
      const saved = (await snapshot({ namespace: stage.place.namespace })).unwrap()
      report.mutations += mutations.length
      // Later ones can be about what earlier ones have taken along.
      stage.try(mutations)
      await done(saved, `snapshot after ${mutations.join('; ')}`)
      expectSame(stage.picture({ own: false }), reached, `snapshot after ${mutations.join('; ')}`)
    }),
    { seed, numRuns: count, endOnFailure: !shrinks },
  )
  if (result.failed) {
    const example = JSON.stringify(result.counterexample)
    report.failure = `seed ${result.seed} path ${result.counterexamplePath}: ${String(result.errorInstance)}\n${example}`
  }
  return report
}

/** A spec says nothing of the order among rules of one priority. */
function isStated(line: string): boolean {
  return !line.startsWith('rules in order')
}

/** A port that nobody gave a cost has one that follows its speed as it joins (net/bridge/br_if.c, port_cost). */
function withoutCost(line: string): string {
  return line.replace(/"cost":\d+,/, '')
}

async function byCommands(model: Model): Promise<string[]> {
  using stage = await Stage.of({ start: commandsOf(model) })
  if (model.forwarding) stage.namespace.sh('echo 1 > /proc/sys/net/ipv4/ip_forward')
  return stage.picture({ own: false })
}

function expectSame(actual: readonly string[], expected: readonly string[], what: string): void {
  const found = difference(actual.filter(isStated).map(withoutCost), expected.filter(isStated).map(withoutCost))
  if (found.length > 0) throw new Error(`${what} differs:\n${found.join('\n')}`)
}
