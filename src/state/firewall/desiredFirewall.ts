import {
  type Confinement,
  type Firewall,
  type Masquerade,
  masqueradeKey,
  noFirewall,
  type PortForward,
  portForwardKey,
} from './firewall.js'

/** One entry of a firewall, and what it should be: without a value it should not be. */
export type FirewallEntry =
  | { readonly kind: 'masquerade'; readonly key: string; readonly value?: Masquerade }
  | { readonly kind: 'portForward'; readonly key: string; readonly value?: PortForward }
  | { readonly kind: 'confinement'; readonly key: string; readonly value?: Confinement }

/** An entry with where the spec says it. */
export type DesiredEntry = FirewallEntry & { readonly path?: string }

/** What the tables of an owner should do. */
export interface DesiredFirewall {
  /** The name of the tables; left out for those of the plan's owner. */
  readonly table?: string
  readonly entries: readonly DesiredEntry[]
  /** Whether entries that are not listed should not be. */
  readonly exact?: boolean
}

/** A firewall with some entries changed. */
export function withEntries(firewall: Firewall, entries: Iterable<FirewallEntry>): Firewall {
  const masquerades = new Map(firewall.masquerades)
  const portForwards = new Map(firewall.portForwards)
  const confinements = new Map(firewall.confinements)
  for (const entry of entries) {
    if (entry.kind === 'masquerade') put(masquerades, entry)
    else if (entry.kind === 'portForward') put(portForwards, entry)
    else put(confinements, entry)
  }
  return { masquerades, portForwards, confinements }
}

function put<T>(map: Map<string, T>, { key, value }: { readonly key: string; readonly value?: T }): void {
  if (value === undefined) map.delete(key)
  else map.set(key, value)
}

/** An entry as a firewall has it. */
export function entryOf(firewall: Firewall, { kind, key }: FirewallEntry): FirewallEntry {
  if (kind === 'masquerade') return { kind, key, ...valueIn(firewall.masquerades, key) }
  if (kind === 'portForward') return { kind, key, ...valueIn(firewall.portForwards, key) }
  return { kind, key, ...valueIn(firewall.confinements, key) }
}

function valueIn<T>(map: ReadonlyMap<string, T>, key: string): { readonly value?: T } {
  const value = map.get(key)
  return value === undefined ? {} : { value }
}

/** Everything that a firewall does, as entries. */
export function entriesOf({ masquerades, portForwards, confinements }: Firewall = noFirewall): FirewallEntry[] {
  return [
    ...[...masquerades.values()].map((value) => ({ kind: 'masquerade' as const, key: masqueradeKey(value), value })),
    ...[...portForwards.values()].map((value) => ({ kind: 'portForward' as const, key: portForwardKey(value), value })),
    ...[...confinements].map(([key, value]) => ({ kind: 'confinement' as const, key, value })),
  ]
}
