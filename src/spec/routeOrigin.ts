import type { Problem } from '../error.js'
import type { RouteSet } from './routeSet.js'
import type { RouteSpec } from './types.js'

/** Where a spec says something of one of many routes. */
export interface RouteOrigin {
  readonly path: string
  /** The line, where the routes came from a text: `table.txt, line 12`. */
  readonly line?: string
}

/** Finds the first route of a way, or the first or a further one to a destination. */
export type FindOrigin = (to?: string, further?: number) => RouteOrigin | undefined

/**
 * Finds routes of a set that share a way.
 * @param path JSON pointer to the set, or to the list that it stands for
 */
export function originsOf(set: RouteSet, path: string, way: RouteSpec): FindOrigin {
  return (to, further) => {
    const found = set.locate(way, to, further)
    if (!found) return undefined
    const { number, line } = found
    return line === undefined ? { path: `${path}/${number}` } : { path, line }
  }
}

/** A message with the line that it is about, if any. */
export function withLine(message: string, { line }: RouteOrigin): string {
  return line === undefined ? message : `${message} (${line})`
}

/**
 * Problems of the one route that has them, from those of the path that all routes of a set have. A text has lines and
 * nothing that a pointer could go on to.
 */
export function problemsAt(
  problems: readonly Problem[],
  path: string | undefined,
  origin: RouteOrigin | undefined,
): Problem[] {
  if (path === undefined || !origin) return [...problems]
  return problems.map((problem) => ({
    ...problem,
    path: origin.line === undefined ? origin.path + problem.path.slice(path.length) : origin.path,
    message: withLine(problem.message, origin),
  }))
}
