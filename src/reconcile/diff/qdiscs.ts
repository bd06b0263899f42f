import type { DesiredLink } from '../../state/desired.js'
import { ingressDifference, type QdiscDifference, qdiscDifference } from '../../state/qdiscDifference.js'
import { Phase } from '../steps/step.js'
import { addStep, type DiffContext } from './context.js'
import { findLink, realNameOf } from './lookup.js'

/** Steps for the qdiscs of links. */
export function diffQdiscs(context: DiffContext): void {
  for (const wanted of context.desired.links) {
    const { name, absent, qdisc, ingressQdisc, exact = false } = wanted
    if (absent) continue
    const { root, ingress } = findLink(context, name)?.qdiscs ?? {}
    if (qdisc !== undefined) step(context, wanted, 'root', qdiscDifference('root', 'qdisc', qdisc, root, exact))
    if (ingressQdisc !== undefined) step(context, wanted, 'ingress', ingressDifference(ingressQdisc, ingress))
  }
}

function step(
  context: DiffContext,
  wanted: DesiredLink,
  place: 'root' | 'ingress',
  difference: QdiscDifference | undefined,
): void {
  if (!difference) return
  const name = realNameOf(context, wanted.name)
  const { action, properties, changes, missing } = difference
  for (const property of missing) {
    const path = `${wanted.path ?? ''}/${property.replaceAll('.', '/')}`
    context.problems.push({ path, message: `a new qdisc needs ${property}` })
  }
  addStep(context, {
    action,
    object: 'qdisc',
    id: `dev ${name} ${place}`,
    changes: properties,
    path: wanted.path === undefined ? undefined : `${wanted.path}/${place === 'root' ? 'qdisc' : 'ingressQdisc'}`,
    phase: Phase.qdisc,
    needs: [`link ${name}`, `configured ${name}`, `changed ${name}`],
    operation: { type: 'setQdisc', dev: name, changes },
  })
}
