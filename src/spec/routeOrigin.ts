import { isWhole } from './routeEntries.js'
import { isRouteSet } from './routeSetBrand.js'
import type { Spec } from './types.js'

/** Where a spec says something of one of many routes. */
export interface RouteOrigin {
  readonly path: string
  /** The line, where the routes came from a text: `table.txt, line 12`. */
  readonly line?: string
}

/**
 * Finds the route of a set to a destination.
 * @param path JSON pointer to the set, or to the list that it stands for
 */
export function originOfRoute(spec: Spec, path: string, to: string): RouteOrigin | undefined {
  const keys = path
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  let found: unknown = spec
  for (const key of keys) found = typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined
  const candidates: unknown[] = Array.isArray(found) ? found.filter((one) => isRouteSet(one) && isWhole(one)) : [found]
  for (const set of candidates) {
    const origin = isRouteSet(set) ? set.locate(to) : undefined
    if (origin) return origin.line === undefined ? { path: `${path}/${origin.number}` } : { path, line: origin.line }
  }
  return undefined
}
