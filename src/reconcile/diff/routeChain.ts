import type { DesiredRoute } from '../../state/desired.js'
import type { Owner } from '../../state/owner.js'
import { isLasting, type RouteRecord } from '../../state/route.js'
import type { RouteOperation } from '../steps/operation.js'
import { hasGateway, holds, withProtocol } from './routeDecision.js'

/** An operation, and the wish that it is for. */
export interface ChainOperation {
  readonly operation: RouteOperation
  readonly wanted: DesiredRoute | undefined
}

/**
 * What must be done so that all of several routes of one key are there, in their order: packets take the first. The
 * kernel puts an IPv4 route before or behind all of its key, and an IPv6 route behind them (net/ipv4/fib_trie.c,
 * fib_table_insert; net/ipv6/ip6_fib.c, fib6_add_rt2node). It deletes the first that has all that is told, which may be
 * one that has more, so that only those in front are deleted, one after the other.
 * @param present the routes that are there of the key
 */
export function chainOperations(
  wishes: readonly DesiredRoute[],
  present: readonly RouteRecord[],
  owner: Owner | undefined,
): ChainOperation[] {
  const same = present.filter(isLasting)
  const places = placesOf(wishes, same)
  if (areInOrder(places)) return []
  const swap = swappedGateway(wishes, same, places)
  if (swap) places[swap.wish] = swap.place
  // Nothing can be put before what is the kernel's own.
  const canPrepend = wishes[0]?.route.family === 'inet' && same.length === present.length
  const { first, last, start } = areInOrder(places)
    ? { first: 0, last: wishes.length, start: 0 }
    : keptOf(places, canPrepend)
  const operations = same
    .slice(0, start)
    .map((route): ChainOperation => ({ operation: { type: 'deleteRoute', route }, wanted: undefined }))
  if (swap && swap.wish >= first && swap.wish < last) {
    const { wanted, previous } = swap
    const route = withProtocol(wanted.route, owner)
    const alone = same.length === 1
    operations.push({ operation: { type: 'replaceRoute', route, previous, exact: true, alone }, wanted })
  }
  const add = (wanted: DesiredRoute, place: 'first' | 'last'): void => {
    operations.push({ operation: { type: 'addRoute', route: withProtocol(wanted.route, owner), place }, wanted })
  }
  for (const wanted of wishes.slice(0, first).reverse()) add(wanted, 'first')
  for (const wanted of wishes.slice(last)) add(wanted, 'last')
  return operations
}

/** Which of the present routes is as each wish wants it; -1 for none. */
function placesOf(wishes: readonly DesiredRoute[], same: readonly RouteRecord[]): number[] {
  const used = new Set<number>()
  return wishes.map((wanted) => {
    const place = same.findIndex((route, index) => !used.has(index) && holds(wanted, route))
    if (place >= 0) used.add(place)
    return place
  })
}

function areInOrder(places: readonly number[]): boolean {
  return places.every((place, index) => place >= 0 && place > (places[index - 1] ?? -1))
}

/** A second IPv6 route to a gateway would be a next hop of the first: it takes its place at once. */
function swappedGateway(
  wishes: readonly DesiredRoute[],
  same: readonly RouteRecord[],
  places: readonly number[],
): { wish: number; place: number; wanted: DesiredRoute; previous: RouteRecord } | undefined {
  const wish = wishes.findIndex(
    ({ route }, index) => places[index] === -1 && route.family === 'inet6' && hasGateway(route),
  )
  const place = same.findIndex((route, index) => !places.includes(index) && hasGateway(route))
  const [wanted, previous] = [wishes[wish], same[place]]
  return wanted && previous && { wish, place, wanted, previous }
}

/** The wishes from `first` up to `last` whose routes stay, and how many of the present routes go from in front of them. */
function keptOf(places: readonly number[], canPrepend: boolean): { first: number; last: number; start: number } {
  const end = Math.max(...places) + 1
  if (end === 0) return { first: 0, last: 0, start: 0 }
  const last = places.indexOf(end - 1) + 1
  let first = last
  let start = end
  while (start > 0 && places[first - 1] === start - 1) {
    first--
    start--
  }
  return first === 0 || canPrepend ? { first, last, start } : { first: 0, last: 0, start: end }
}
