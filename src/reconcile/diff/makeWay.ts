import { type End, otherEndOf } from '../reach/pairs.js'
import { Phase } from '../steps/step.js'
import { addStep, type DiffContext } from './context.js'

/**
 * Deletes what has the name that the other end of a new pair is to have. The end that leads replaces what has its own
 * name only, which takes along no more than the other end that it has so far.
 */
export function makeWay(context: DiffContext, name: string, path: string | undefined, lead: End): void {
  const { before, namespace, recreated } = context
  const link = before.links.get(name)?.link
  if (!link || !recreated.has(name)) return
  const other = otherEndOf(link, namespace)
  if (other?.name === lead.name && other.namespace === lead.namespace) return
  addStep(context, {
    action: 'delete',
    object: 'link',
    id: name,
    changes: [],
    path,
    disruption: 'recreate',
    phase: Phase.deleteLink,
    provides: [`gone ${name}`],
    operation: { type: 'deleteLink', name },
  })
}
