import type { Link } from '../../rtnetlink/link.js'
import type { DesiredLink } from '../../state/desired.js'
import { type LinkDifference, visibleAltNames } from '../../state/link.js'
import type { LinkRecord } from '../../state/model.js'
import { marksOf, newMark } from '../../state/owner.js'
import type { DiffContext } from './context.js'

/** The marks that a link is to bear: those that it had, or for a new one its maker's. */
export function marksFor(context: DiffContext, { name, marks }: DesiredLink): readonly string[] {
  return marks ?? (context.owner ? [newMark(context.owner, name, context.actual)] : [])
}

/** A link that bears marks, which are alternative names. */
export function withMarks(link: Link, marks: readonly string[]): Link {
  return marks.length === 0 ? link : { ...link, altNames: [...(link.altNames ?? []), ...marks] }
}

/** The alternative names that a link gets and loses; marks are not the user's business. */
export function altNameChanges(
  context: DiffContext,
  differences: readonly LinkDifference[],
  wanted: DesiredLink,
  { link }: LinkRecord,
): { addedAltNames: readonly string[]; removedAltNames: readonly string[] } {
  const after = differences.find(({ name }) => name === 'altNames')?.after
  const visible = Array.isArray(after) ? after.filter((name) => typeof name === 'string') : visibleAltNames(link)
  const own = marksOf(link)
  const marks = wanted.halfMade && own.length === 0 ? marksFor(context, wanted) : (wanted.marks ?? own)
  const names: readonly string[] = [...visible, ...marks]
  const present = link.altNames ?? []
  return {
    addedAltNames: names.filter((name) => !present.includes(name)),
    removedAltNames: present.filter((name) => !names.includes(name)),
  }
}
