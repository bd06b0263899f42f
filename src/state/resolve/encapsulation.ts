import type { Encapsulation } from '../../rtnetlink/encapsulation/encapsulation.js'
import { canonicalFlavors, type Seg6Flavors } from '../../rtnetlink/encapsulation/flavors.js'
import { canonicalAddress } from './canonical.js'

const nothing: ReadonlySet<unknown> = new Set([0, '0.0.0.0', '::'])

/** An encapsulation with its addresses in their one spelling, and without what says nothing. */
export function resolveEncapsulation<T extends Encapsulation>(encapsulation: T): T {
  const isHeader = encapsulation.type === 'ip' || encapsulation.type === 'ip6'
  const entries = Object.entries(encapsulation)
    .map(([name, value]: [string, unknown]): [string, unknown] => [name, canonical(name, value)])
    .filter(([name, value]) => !(isHeader && nothing.has(value)) && !(name === 'counters' && value === false))
  return Object.fromEntries(entries) as unknown as T
}

const addresses: ReadonlySet<string> = new Set(['dst', 'src', 'nh4', 'nh6'])

function canonical(name: string, value: unknown): unknown {
  if (name === 'flavors') return canonicalFlavors(value as Seg6Flavors)
  if (addresses.has(name) && typeof value === 'string') return canonicalAddress(value)
  if (name === 'segments' && Array.isArray(value)) return value.map((segment) => canonicalAddress(String(segment)))
  return value
}
