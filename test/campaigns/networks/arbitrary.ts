import fc from 'fast-check'
import { isSlowMachine } from '../../helpers/patience.js'
import { bridgeTuning, portTuning } from './bridges.js'
import { extras, ruleActions, ruleSelectors } from './entries.js'
import { featureCount } from './features.js'
import { confinementCount, type ForwardItem, type MasqueradeItem, natKeys } from './firewall.js'
import type { EntryItem, LinkItem, NexthopItem, Pair, Play, RouteItem, RuleItem, Where } from './model.js'
import { generalProperties, optionsOf, portOptions, settings } from './options.js'
import { probed } from './probed.js'
import { waiting } from './qdiscs.js'
import { rareOptions } from './rareSlots.js'
import { lowersOf, type Slot, slotOf, slots } from './slots.js'

function below(count: number): fc.Arbitrary<number> {
  return fc.nat({ max: count - 1 })
}

function maybe<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.option(value, { nil: undefined, freq: 2 })
}

/** A name with what is said under it in each of two networks, which is mostly the same. */
function pairOf<Name extends object, Rest extends object>(
  name: fc.Arbitrary<Name>,
  rest: fc.Arbitrary<Rest>,
): fc.Arbitrary<Pair<Name & Rest>> {
  return fc
    .record({
      where: fc.constantFrom<Pair<unknown>['where']>('both', 'both', 'both', 'first', 'second'),
      name,
      rest,
      other: fc.option(rest, { nil: undefined, freq: 1 }),
    })
    .map(({ where, name, rest, other }) => ({
      where,
      first: { ...name, ...rest },
      second: { ...name, ...(other ?? rest) },
    }))
}

function link(slot: Slot): fc.Arbitrary<Pair<LinkItem>> {
  return pairOf(
    fc.constant({ slot: slot.name }),
    fc.record({
      up: fc.constantFrom(true, true, true, true, false),
      mtu: maybe(fc.constantFrom(1400, 1500, 2000)),
      mac: maybe(fc.constantFrom(1, 2)),
      general: maybe(below(generalProperties.length)),
      options: maybe(below(optionsOf[slot.kind].length)),
      port: maybe(below(portOptions.bridge?.length ?? 1)),
      settings: maybe(below(settings.length)),
      tuning: maybe(bridgeTuning),
      portTuning: maybe(portTuning),
      waiting: maybe(below(waiting.length)),
      features: maybe(below(featureCount)),
      confine: maybe(below(confinementCount)),
      isPort: fc.boolean(),
      addresses: maybe(fc.uniqueArray(fc.oneof(below(2), below(13)), { maxLength: 5 })),
      altNames: maybe(fc.uniqueArray(below(3), { maxLength: 2 })),
      renamed: fc.constantFrom(false, false, false, true),
    }),
  )
}

const anySlot = fc.constantFrom(...slots.map(({ name }) => name))

const rarePlaces = slots.filter(({ kind }) => kind === 'dummy' || kind === 'vlan').map(({ name }) => name)

/** Those that mostly have a carrier come more often, since more can be said of them. */
const likelySlot = fc.oneof(fc.constantFrom('va', 'vb', 'vc', 'vd', 'br', ...rarePlaces), anySlot)

const route: fc.Arbitrary<Pair<RouteItem>> = pairOf(
  fc.record({
    to: fc.constantFrom('10.50.0.0/16', '10.51.0.1/32', 'default', 'fd50::/32', 'fd51::1/128', '::/0'),
    table: fc.constantFrom(254, 254, 300, ...(probed.kinds.has('vrf') ? [400] : [])),
    metric: fc.constantFrom(undefined, 5),
  }),
  fc.record({
    way: fc.constantFrom<RouteItem['way']>(
      'dev',
      'via',
      'via',
      'viaOther',
      'multipath',
      'nexthop',
      'group',
      'blackhole',
      'unreachable',
    ),
    slots: fc.tuple(likelySlot, likelySlot),
    extra: below(extras.length),
  }),
)

const nexthop: fc.Arbitrary<Pair<NexthopItem>> = pairOf(
  fc.record({ id: fc.constantFrom(1, 2, 3, 4, 5, 6, 40, 41, 60, 61) }),
  fc.record({
    slot: fc.constantFrom('va', 'vb', 'vc', 'vd', 'ifb'),
    way: fc.constantFrom<NexthopItem['way']>('via', 'via', 'dev', 'blackhole'),
    members: fc.uniqueArray(below(3), { minLength: 1, maxLength: 3 }),
  }),
)

const rule: fc.Arbitrary<Pair<RuleItem>> = pairOf(
  fc.record({ priority: fc.constantFrom(10, 11), selector: below(ruleSelectors.length) }),
  fc.record({ action: below(ruleActions.length) }),
)

const entry: fc.Arbitrary<Pair<EntryItem>> = pairOf(
  fc.record({ slot: likelySlot, place: below(4) }),
  fc.record({ mac: below(2), state: below(3) }),
)

const masquerade: fc.Arbitrary<Pair<MasqueradeItem>> = pairOf(
  fc.record({
    from: fc.constantFrom('10.1.0.0/24', '10.2.0.0/24', '10.0.0.0/8', 'fd00:1::/64', 'fd00::/16'),
    out: maybe(likelySlot),
  }),
  fc.constant({}),
)

const forward: fc.Arbitrary<Pair<ForwardItem>> = pairOf(
  fc.record({
    protocol: fc.constantFrom('tcp', 'udp'),
    port: fc.constantFrom(80, 8080),
    family: fc.constantFrom('inet', 'inet6'),
    in: maybe(likelySlot),
    isForOne: fc.boolean(),
  }),
  fc.record({ to: below(3) }),
)

const forwarding = fc.record({ ipv4: fc.boolean(), ipv6: fc.boolean() }, { requiredKeys: [] })

function sameEntry({ first: { slot, place } }: Pair<EntryItem>): string {
  return `${slot} ${place}`
}

const rare = slots.filter(({ kind }) => kind in rareOptions)

/** The ends of the pair that leads into another namespace. */
const ends = slots.filter(({ end }) => end !== undefined)

/** Places for links: all, or where that would take too long those of a few rare kinds, and what they need. */
const places: fc.Arbitrary<readonly Slot[]> = isSlowMachine
  ? fc.subarray(rare.length > 0 ? [...rare, ...ends] : [...slots], { minLength: 2, maxLength: 4 }).map(withNeeded)
  : fc.constant(slots)

function withNeeded(chosen: readonly Slot[]): Slot[] {
  const names = new Set(chosen.map(({ name }) => name))
  // A set tells also of what joins it on the way.
  for (const name of names) {
    const slot = slotOf(name)
    for (const other of [...lowersOf(slot), slot.master, slot.peer]) if (other !== undefined) names.add(other)
  }
  return slots.filter(({ name }) => names.has(name))
}

/** Any two networks of one namespace. */
const plain: fc.Arbitrary<Omit<Play, 'far'>> = fc.record({
  links: fc
    .record({ rarity: fc.integer({ min: 1, max: 3 }), places })
    .chain(({ rarity, places: all }) => fc.tuple(...all.map((slot) => fc.option(link(slot), { freq: rarity }))))
    .map((chosen) => chosen.filter((one) => one !== null)),
  routes: fc.uniqueArray(route, {
    maxLength: 7,
    selector: ({ first: { to, table, metric } }) => `${to} ${table} ${metric}`,
  }),
  nexthops: fc.uniqueArray(nexthop, { maxLength: 6, selector: ({ first: { id } }) => id }),
  rules: fc.uniqueArray(rule, {
    maxLength: 4,
    selector: ({ first: { priority, selector } }) => `${priority} ${selector}`,
  }),
  neighbors: fc.uniqueArray(entry, { maxLength: 4, selector: sameEntry }),
  fdb: fc.uniqueArray(entry, { maxLength: 4, selector: sameEntry }),
  mdb: fc.uniqueArray(entry, { maxLength: 4, selector: sameEntry }),
  masquerades: fc.uniqueArray(masquerade, { maxLength: 3, selector: ({ first }) => natKeys.masquerade(first) }),
  forwards: fc.uniqueArray(forward, { maxLength: 3, selector: ({ first }) => natKeys.forward(first) }),
  forwarding: fc.record({ where: fc.constant('both'), first: forwarding, second: forwarding }),
  leaving: fc.constantFrom('stays', 'absent', 'pruned'),
  whole: fc.boolean(),
})

/** Any two networks, with those of another namespace. */
export const play: fc.Arbitrary<Play> = fc
  .record({
    own: plain,
    // Twice as much takes twice as long.
    far: fc.option(fc.record({ where: fc.constantFrom<Where>('both', 'both', 'first', 'second'), play: plain }), {
      nil: undefined,
      freq: isSlowMachine ? 1 : 2,
    }),
  })
  .map(({ own, far }) => ({ ...own, far }))
