import type { Problem } from '../error.js'
import { ownValue } from '../ownValue.js'

/** What is left of a spec without the entries of its lists that are wrong. */
export interface SoundEntries {
  readonly spec: unknown
  /** A problem of what is left, with the path that it has in the whole; `undefined` where it counts entries. */
  placed(problem: Problem): Problem | undefined
}

/** Leaves out the entries of a spec's lists that problems are about: links, routes and others, also of namespaces. */
export function soundEntries(spec: unknown, problems: readonly Problem[]): SoundEntries {
  const doomed = new Map<string, Set<number>>()
  for (const { path } of problems) {
    const { list, index } = entryOf(path) ?? {}
    if (list !== undefined && index !== undefined) doomed.set(list, (doomed.get(list) ?? new Set()).add(index))
  }
  const copy: unknown = structuredClone(spec)
  const kept = new Map<string, number[]>()
  for (const [list, indices] of doomed) {
    const entries = partOf(copy, list)
    if (!Array.isArray(entries)) continue
    const left = [...entries.keys()].filter((index) => !indices.has(index))
    kept.set(list, left)
    entries.splice(0, entries.length, ...left.map((index): unknown => entries[index]))
  }
  return { spec: copy, placed: (problem) => placed(problem, kept) }
}

function placed(problem: Problem, kept: ReadonlyMap<string, readonly number[]>): Problem | undefined {
  const { list, index, rest } = entryOf(problem.path) ?? {}
  const former = list === undefined || index === undefined ? undefined : kept.get(list)?.[index]
  if (former === undefined) return problem
  if (/ as number \d+/.test(problem.message)) return undefined
  return { ...problem, path: `${list}/${former}${rest}` }
}

/** The list of a network that a pointer leads into, and where in it. */
function entryOf(path: string): { list: string; index: number; rest: string } | undefined {
  const [, list, index, rest = ''] = /^((?:\/namespaces\/[^/]*)?\/[^/]+)\/(\d+)(\/.*)?$/.exec(path) ?? []
  return list === undefined ? undefined : { list, index: Number(index), rest }
}

function partOf(spec: unknown, list: string): unknown {
  let part = spec
  for (const key of list.split('/').slice(1)) part = ownValue(part, key.replaceAll('~1', '/').replaceAll('~0', '~'))
  return part
}
