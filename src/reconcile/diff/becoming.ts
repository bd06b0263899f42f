import type { Link } from '../../rtnetlink/link.js'
import type { DesiredLink } from '../../state/desired.js'
import { linkDifferences } from '../../state/link.js'
import type { Step } from '../steps/step.js'
import { changesOf, shownChange } from './change.js'
import type { DiffContext } from './context.js'

/** What is new of a link that is made, or what takes it along: for one that is made anew beside what it was. */
export function becoming(
  { before, recreated, recreatedWith }: DiffContext,
  { name, properties }: DesiredLink,
  link: Link,
): Pick<Step, 'changes' | 'takenAlongBy'> {
  const former = recreated.has(name) ? before.links.get(name)?.link : undefined
  if (!former) return { changes: changesOf(link) }
  const takenAlongBy = recreatedWith.get(name)
  return {
    changes: linkDifferences(properties, former).map(shownChange),
    ...(takenAlongBy === undefined ? {} : { takenAlongBy }),
  }
}
