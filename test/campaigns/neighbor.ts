import { apply, plan } from '../../src/reconcile/apply.js'
import type { KernelMaker } from '../../src/reconcile/world/kernel.js'
import type { Spec } from '../../src/spec/types.js'
import { Stage } from './stage.js'
import { Stranger } from './stranger.js'

/** What the campaign did. */
export interface NeighborReport {
  applies: number
  /** Applies that ended with an error that says that the state would not stay still; they were made again. */
  repeated: number
  /** Changes of the foreign process meanwhile. */
  foreignChanges: number
  readonly findings: string[]
}

/** What stays there all the time: links that the foreign objects hang on. */
const start = [
  'link add stay0 address 02:00:00:00:0f:f0 type ifb',
  'link set stay0 up',
  'link add br0 address 02:00:00:00:00:b0 type bridge forward_delay 0',
  'link set br0 up',
  'address add 10.0.0.1/24 dev br0',
  'link add v0 address 02:00:00:00:00:c0 type veth peer name v1 address 02:00:00:00:00:c1',
  'link set v0 up',
  'link set v1 up',
  'address add 10.5.0.1/24 dev v0',
]

/** The specs that take turns: links that are made, changed, made anew and removed; br0 and v0 change in place. */
const specs: readonly Spec[] = [
  {
    links: [
      { name: 'br0', bridge: { ageingTime: 100 }, addresses: ['10.0.0.1/24', '10.0.0.2/24'] },
      { name: 'v0', txQueueLength: 100, addresses: ['10.5.0.1/24'] },
      { name: 'x0', kind: 'vxlan', vxlan: { id: 5, remote: '10.0.0.7' }, master: 'br0' },
      ...['t0', 't1', 't2', 't3', 't4'].map((name) => ({ name, kind: 'tap' as const, master: 'br0' })),
    ],
    routes: [
      { to: 'default', via: '10.0.0.254' },
      { to: '10.20.0.0/16', via: '10.0.0.253' },
      { to: '10.21.0.0/16', type: 'blackhole' },
    ],
    rules: [{ priority: 100, from: '10.0.0.0/24', table: 100 }],
    neighbors: [{ dev: 'br0', address: '10.0.0.7', mac: '02:00:00:00:00:07' }],
  },
  {
    links: [
      { name: 'br0', bridge: { ageingTime: 200 }, addresses: ['10.0.0.1/24', '10.0.1.1/24'] },
      { name: 'v0', txQueueLength: 200, addresses: ['10.5.0.1/24', '10.5.0.2/24'] },
      { name: 'x0', vxlan: { id: 6 } },
      ...['t0', 't1', 't2', 't3', 't4'].map((name) => ({ name, absent: true })),
    ],
    routes: [
      { to: 'default', via: '10.5.0.254' },
      { to: '10.20.0.0/16', absent: true },
      { to: '10.21.0.0/16', type: 'unreachable' },
    ],
    rules: [{ priority: 100, from: '10.0.0.0/24', table: 101 }],
    neighbors: [{ dev: 'br0', address: '10.0.0.7', absent: true }],
  },
]

/** Applies specs by turns while a foreign process changes objects of its own, and compares with what each believes. */
export async function neighborCampaign(applies: number, seed: number, kernel?: KernelMaker): Promise<NeighborReport> {
  const report: NeighborReport = { applies: 0, repeated: 0, foreignChanges: 0, findings: [] }
  using stage = await Stage.of({ start })
  const stranger = new Stranger(stage.namespace, seed)
  let last: Spec | undefined
  try {
    while (report.applies < applies) {
      const spec = specs[report.applies % specs.length] ?? {}
      const result = await apply(spec, { ...stage.place, ...(kernel ? { kernel } : {}) })
      if (result.ok) {
        report.applies++
        last = spec
      } else if (result.val.code === 'INCONSISTENT' && report.repeated < applies) report.repeated++
      else {
        report.findings.push(`apply ${report.applies}: ${result.val.message} ${JSON.stringify(result.val.rollback)}`)
        break
      }
    }
  } finally {
    const { errors, beliefs } = await stranger.stop()
    report.foreignChanges = stranger.changes
    // Every command succeeds as long as nobody else touches its object.
    if (errors !== '') report.findings.push(`the foreign process was disturbed: ${errors.slice(0, 1000)}`)
    for (const belief of beliefs) {
      if (stranger.sees(belief) !== belief.there)
        report.findings.push(`${belief.show}: should be ${belief.there ? 'there' : 'gone'}`)
    }
  }
  if (last) {
    const left = (await plan(last, { namespace: stage.place.namespace })).unwrap()
    if (!left.empty) report.findings.push(`does not hold: ${left}`)
  }
  return report
}
