import type { ListedLink } from '../../rtnetlink/link.js'
import { isPairKind } from '../../rtnetlink/pair.js'
import type { DesiredLink } from '../../state/desired.js'
import type { LinkRecord } from '../../state/model.js'
import { survivesLower, takenAlong } from '../reach/dependents.js'
import { shownNamespace } from '../reach/shownNamespace.js'
import { Phase } from '../steps/step.js'
import { addStep, type DiffContext } from './context.js'
import { desiredLink } from './lookup.js'
import { checkRemovable } from './unremovable.js'

/** The step that removes a link; what vanishes with it, and needs no step, is added to `goesAlong`. */
export function deleteLink(
  context: DiffContext,
  wanted: DesiredLink,
  record: LinkRecord,
  goesAlong: Set<string>,
): void {
  const { link } = record
  checkRemovable(context, wanted, record)
  takeAlong(context, wanted, link, goesAlong)
  for (const upper of context.farUppers.get(link.name) ?? []) {
    const where = shownNamespace(upper.namespace)
    context.problems.push({
      path: wanted.path ?? '',
      message: `the link ${link.name} cannot be removed, since ${upper.name} in ${where} stands on it`,
      hint: `name ${upper.name} as absent there too`,
    })
  }
  addStep(context, {
    action: 'delete',
    object: 'link',
    id: link.name,
    changes: [],
    path: wanted.path,
    phase: Phase.deleteLink,
    provides: [`gone ${link.name}`],
    operation: { type: 'deleteLink', name: link.name },
  })
}

/** Notes what vanishes with a link that goes, and what would, though nobody said so. */
function takeAlong(
  context: DiffContext,
  wanted: DesiredLink,
  { name, kind, link: lower }: ListedLink,
  goesAlong: Set<string>,
  otherEnd?: string,
): void {
  for (const other of takenAlong(name, context.actual)) {
    if (other === otherEnd) continue
    const record = context.actual.links.get(other)
    if (!survivesLower(record?.link.kind)) goesAlong.add(other)
    if (isPairKind(kind) && lower === other) {
      checkOtherEnd(context, name, other)
      if (record && !context.recreated.has(other)) takeAlong(context, wanted, record.link, goesAlong, name)
    } else if (!desiredLink(context, other)?.absent) {
      context.problems.push({
        path: wanted.path ?? '',
        message: `the link ${name} cannot be removed, since ${other} stands on it`,
        hint: `name ${other} as absent too`,
      })
    }
  }
}

/** An end that stays cannot be wished for where the other one is to go. */
function checkOtherEnd(context: DiffContext, gone: string, name: string): void {
  const wanted = desiredLink(context, name)
  if (!context.owner || !wanted || wanted.absent || context.recreated.has(name)) return
  context.problems.push({
    path: wanted.path ?? '',
    message: `the link ${name} goes with ${gone}, the other end of its pair, which is absent`,
    hint: `name ${name} as absent too`,
  })
}
