import type { Spec } from '../../../src/spec/types.js'
import { blue } from '../corpus/index.js'
import { ruleSelectors } from './entries.js'
import { natAbsent, natKeys } from './firewall.js'
import { type Network, nameOf } from './model.js'
import { slotOf } from './slots.js'
import { fdbMac, mdbName, neighborAddress } from './toSpec.js'
import { familyOf } from './valid.js'

/** What a network has and the next one has not, as wishes for its absence. */
export function absentOf(before: Network, after: Network): Spec {
  const { far } = before
  const missing = <Item>(items: readonly Item[], others: readonly Item[], key: (item: Item) => string): Item[] => {
    const keys = new Set(others.map(key))
    return items.filter((item) => !keys.has(key(item)))
  }
  const stays = new Set(after.links.map(({ slot }) => slot))
  const lookup = new Map([...before.links, ...after.links].map((link) => [link.slot, nameOf(link)]))
  const dev = (slot: string): string => lookup.get(slot) ?? slot
  const place = ({ slot, place: number }: { slot: string; place: number }): string => `${slot} ${number}`
  return {
    links: missing(before.links, after.links, ({ slot }) => slot)
      // The other end of a pair goes with the one that tells it.
      .filter(({ slot }) => !stays.has(slotOf(slot).peer ?? '') && slotOf(slot).end !== 'far')
      .map((link) => ({ name: nameOf(link), absent: true })),
    routes: missing(before.routes, after.routes, ({ to, table, metric }) => `${to} ${table} ${metric}`).map(
      (route) => ({
        to: route.to === '::/0' ? 'default' : route.to,
        family: familyOf(route),
        table: route.table,
        // Left out it would mean those of others, too.
        metric: route.metric ?? (familyOf(route) === 'inet6' ? 1024 : 0),
        absent: true,
      }),
    ),
    nexthops: missing(before.nexthops, after.nexthops, ({ id }) => String(id)).map(({ id }) => ({ id, absent: true })),
    rules: missing(before.rules, after.rules, ({ priority, selector }) => `${priority} ${selector}`).map(
      ({ priority, selector }) => ({ priority, ...ruleSelectors[selector], absent: true }),
    ),
    neighbors: missing(before.neighbors, after.neighbors, place)
      .filter(({ slot }) => stays.has(slot))
      .map((entry) => ({ dev: dev(entry.slot), address: neighborAddress(entry), absent: true })),
    fdb: missing(before.fdb, after.fdb, place)
      .filter(({ slot }) => stays.has(slot))
      .map((entry) => ({ dev: dev(entry.slot), mac: fdbMac(entry), absent: true })),
    mdb: missing(before.mdb, after.mdb, place)
      .filter(({ slot }) => after.links.some((link) => link.slot === slot && link.isPort))
      .map((entry) => ({ ...mdbName(entry, lookup), absent: true })),
    ...(far ? { namespaces: { [blue]: absentOf(far, after.far ?? nothing) } } : {}),
    ...natAbsent({
      masquerades: missing(before.masquerades, after.masquerades, natKeys.masquerade),
      forwards: missing(before.forwards, after.forwards, natKeys.forward),
    }),
  }
}

const nothing: Network = {
  links: [],
  nexthops: [],
  routes: [],
  rules: [],
  neighbors: [],
  fdb: [],
  mdb: [],
  masquerades: [],
  forwards: [],
  forwarding: {},
}

/** Two specs as one. */
export function joined(one: Spec, other: Spec): Spec {
  const lists = ['links', 'nexthops', 'rules', 'neighbors', 'fdb', 'mdb'] as const
  const both: Record<string, unknown> = {}
  for (const list of lists) both[list] = [...(one[list] ?? []), ...(other[list] ?? [])]
  const nat = {
    masquerade: [...(one.nat?.masquerade ?? []), ...(other.nat?.masquerade ?? [])],
    portForward: [...(one.nat?.portForward ?? []), ...(other.nat?.portForward ?? [])],
  }
  const names = new Set([...Object.keys(one.namespaces ?? {}), ...Object.keys(other.namespaces ?? {})])
  const namespaces = Object.fromEntries(
    [...names].map((name) => [name, joined(one.namespaces?.[name] ?? {}, other.namespaces?.[name] ?? {})]),
  )
  return {
    ...one,
    ...both,
    ...(names.size > 0 ? { namespaces } : {}),
    nat,
    routes: [...routesOf(one), ...routesOf(other)],
  }
}

function routesOf({ routes }: Spec): NonNullable<Extract<Spec['routes'], readonly unknown[]>> {
  return Array.isArray(routes) ? routes : []
}
