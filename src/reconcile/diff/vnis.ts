import { compactVnis, normalizeVnis, type VniChanges, vniChanges, withoutVnis } from '../../rtnetlink/vniChanges.js'
import type { VxlanVni } from '../../rtnetlink/vxlanVni.js'
import type { DesiredLink } from '../../state/desired.js'
import { eachInTurns } from '../../system/inTurns.js'
import { Phase } from '../steps/step.js'
import { addStep, type DiffContext } from './context.js'
import { findLink } from './lookup.js'

/** Steps for the VNIs of all VXLANs that the spec lists VNIs for. */
export async function diffVnis(context: DiffContext): Promise<void> {
  const wanted = context.desired.links.filter(({ absent, properties }) => !absent && properties.vxlan?.vnis)
  await eachInTurns(wanted, (link) => changeVnis(context, link, wanted.length > 1))
}

/** One VNI is taken by one VXLAN of a port alone, so that several of them let go before any takes. */
function changeVnis(context: DiffContext, wanted: DesiredLink, releasesFirst: boolean): void {
  const { name, path = '', properties } = wanted
  const isNew = !context.actual.links.has(name) || context.recreated.has(name)
  const actual = isNew ? undefined : findLink(context, name)?.link.vxlan
  if (!(properties.vxlan?.vnifilter ?? actual?.vnifilter)) {
    context.problems.push({ path: `${path}/vxlan/vnis`, message: `${name} has no vnifilter: it has no list of VNIs` })
    return
  }
  const after = normalizeVnis(properties.vxlan?.vnis ?? [])
  const before = actual?.vnis ? normalizeVnis(actual.vnis) : []
  const changes = vniChanges(after, before)
  if (!changes) return
  const { deleted, added } = changes
  if (!releasesFirst || deleted.length === 0 || added.length === 0) {
    const phase = added.length === 0 ? Phase.releasedVni : Phase.vlan
    addChange(context, wanted, { before, after, phase, changes })
    return
  }
  const kept = withoutVnis(before, deleted)
  addChange(context, wanted, { before, after: kept, phase: Phase.releasedVni, changes: { deleted, added: [] } })
  addChange(context, wanted, { before: kept, after, phase: Phase.vlan, changes: { deleted: [], added } })
}

interface Change {
  readonly before: readonly VxlanVni[]
  readonly after: readonly VxlanVni[]
  readonly phase: number
  readonly changes: VniChanges
}

function addChange(context: DiffContext, { name, path }: DesiredLink, { before, after, phase, changes }: Change): void {
  addStep(context, {
    action: 'update',
    object: 'vni',
    id: `dev ${name}`,
    changes: [{ property: 'vxlan.vnis', before: compactVnis(before), after: compactVnis(after) }],
    path: path === undefined ? undefined : `${path}/vxlan/vnis`,
    phase,
    needs: [`link ${name}`, `configured ${name}`],
    operation: { type: 'setVnis', dev: name, changes },
  })
}
