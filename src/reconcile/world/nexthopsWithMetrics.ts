import type { Route } from '../../rtnetlink/route.js'
import { rawMetrics } from '../../rtnetlink/routeMetrics.js'

/** The nexthop objects that IPv4 routes with metrics lead through, as far as is known. */
export class NexthopsWithMetrics {
  readonly #ids = new Set<number>()
  #isWhole = false

  /** Notes all routes that are there. */
  noteAll(routes: Iterable<Route>): void {
    for (const route of routes) this.note(route)
    this.#isWhole = true
  }

  /** Notes a route that comes to be there. */
  note(route: Route): void {
    if (route.nexthopId !== undefined && rawMetrics(route)) this.#ids.add(route.nexthopId)
  }

  /** Whether it may be one of them. */
  has(id: number): boolean {
    return !this.#isWhole || this.#ids.has(id)
  }
}
