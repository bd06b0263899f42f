import type { AddressSpec, RouteSpec, RuleSpec } from '../../../src/spec/types.js'
import { numberOf } from './slots.js'

/** The addresses that a slot can have; the first four are those behind which a gateway can be. */
export function addressesOf(slot: string, label: string): readonly (string | AddressSpec)[] {
  const number = numberOf(slot)
  return [
    `10.${number}.0.1/24`,
    `fd00:${number}::1/64`,
    `10.${number}.0.2/24`,
    `fd00:${number}::2/64`,
    `10.${number}.1.1/25`,
    // The same everywhere: it can move from link to link.
    '10.200.0.1/24',
    { address: `10.${number}.2.1/32`, peer: `10.${number}.2.2/32` },
    { address: `10.${number}.3.1/24`, label: `${label}:x`, scope: 'link' },
    { address: `10.${number}.4.1/24`, metric: 77 },
    { address: `10.${number}.5.1/24`, noPrefixRoute: true },
    { address: `fd01:${number}::1/64`, metric: 77 },
    { address: `fd02:${number}::1/64`, validLifetime: 86_400, preferredLifetime: 43_200 },
    {
      address: `10.${number}.6.1/24`,
      validLifetime: 86_400,
      preferredLifetime: 43_200,
      broadcast: `10.${number}.6.255`,
    },
  ]
}

/** What a gateway needs: which address, and where it then is. */
export function gatewayOf(slot: string, family: 'inet' | 'inet6', place: number): { needs: number; via: string } {
  const number = numberOf(slot)
  return family === 'inet'
    ? { needs: 0, via: `10.${number}.0.${250 + place}` }
    : { needs: 1, via: `fd00:${number}::${250 + place}` }
}

/** What else can be said of a route. */
export const extras: readonly Partial<RouteSpec>[] = [
  {},
  {},
  { mtu: 1290 },
  { advmss: 1200, initcwnd: 20 },
  { hoplimit: 33, rtoMin: 0.5 },
  { mtu: 1300, lockMtu: true, quickack: true },
  { congestion: 'reno' },
  { protocol: 77 },
]

/** What packets a rule can be about. A look-up of a gateway is none of them. */
export const ruleSelectors: readonly Partial<RuleSpec>[] = [
  { from: '10.0.0.0/8' },
  { from: 'fd00::/16' },
  { fwmark: '0x7/0xff' },
  { iif: 'va' },
  { iif: 'lo', family: 'inet6', ipproto: 'tcp', dport: '80-90' },
  { uidRange: '1000-1999', from: '10.3.0.0/16' },
  { from: 'fd00:1::/32', fwmark: 5 },
]

/** What becomes of them. */
export const ruleActions: readonly Partial<RuleSpec>[] = [
  { table: 300 },
  { table: 301 },
  { action: 'prohibit' },
  { action: 'blackhole' },
  { goto: 32_766 },
  { table: 300, suppressPrefixLength: 0 },
  { table: 300, protocol: 77 },
]
