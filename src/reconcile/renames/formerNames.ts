import type { PlannedStep } from '../steps/step.js'

/** What links were called before steps renamed them. */
export interface FormerNames {
  /** The former name of what has a name now. */
  of(name: string): string
  /** The names that links have in the end, by the former ones. */
  readonly newNames: ReadonlyMap<string, string>
  /** The links that were renamed, by their former names. */
  readonly renamed: ReadonlySet<string>
  /** All names that steps gave. */
  readonly given: ReadonlySet<string>
}

/** Follows the renames among steps, over temporary names too. */
export function formerNamesOf(steps: readonly PlannedStep[]): FormerNames {
  const former = new Map<string, string>()
  const given = new Set<string>()
  for (const { operation } of steps) {
    if (operation.type !== 'renameLink') continue
    const first = former.get(operation.name) ?? operation.name
    former.delete(operation.name)
    former.set(operation.to, first)
    given.add(operation.to)
  }
  const newNames = new Map([...former].map(([to, first]) => [first, to]))
  return { newNames, of: (name) => former.get(name) ?? name, renamed: new Set(former.values()), given }
}
