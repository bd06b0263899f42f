import type { RouteSet } from './routeSet.js'

/** What a `RouteSet` is known by, also where its class is not at hand. */
export const routeSetBrand: unique symbol = Symbol('linkwright.RouteSet')

export function isRouteSet(value: unknown): value is RouteSet {
  return typeof value === 'object' && value !== null && routeSetBrand in value
}
