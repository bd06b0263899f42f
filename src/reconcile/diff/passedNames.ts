import type { DesiredLink } from '../../state/desired.js'
import { visibleAltNames } from '../../state/link.js'
import type { LinkRecord } from '../../state/model.js'
import { Phase } from '../steps/step.js'
import type { DiffContext, StepDraft } from './context.js'

/** Which alternative names that a link is to lose another one is to have: no two links have a name in common. */
export function namesPassedOn(
  { desired, peers }: Pick<DiffContext, 'desired' | 'peers'>,
  link: string,
  removed: readonly string[],
): readonly string[] {
  if (removed.length === 0) return []
  const others = desired.links.filter(({ name, absent }) => name !== link && !absent)
  const taken = new Set(
    others.flatMap(({ name, properties, marks = [] }) => [name, ...(properties.altNames ?? []), ...marks]),
  )
  return removed.filter((name) => taken.has(name) || peers.has(name))
}

/** The step by which a link loses names before another one gets them, which may lose some to it in turn. */
export function releaseOf({ path }: DesiredLink, { link }: LinkRecord, names: readonly string[]): StepDraft {
  const before = visibleAltNames(link)
  return {
    action: 'update',
    object: 'link',
    id: link.name,
    changes: [{ property: 'altNames', before, after: before.filter((name) => !names.includes(name)) }],
    path,
    phase: Phase.passedName,
    operation: {
      type: 'updateLink',
      name: link.name,
      kind: link.kind,
      changes: {},
      addedAltNames: [],
      removedAltNames: names,
      bounce: false,
    },
  }
}
