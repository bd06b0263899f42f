import type { TableFamily } from './constants.js'
import type { Expression } from './expressions.js'

/** Where a base chain hangs, and what it is for. */
export interface ChainHook {
  readonly type: 'filter' | 'nat'
  readonly hook: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting'
  readonly priority: number
  /** What becomes of a packet that no rule decides upon; left out for `accept`. */
  readonly policy?: 'drop'
}

/** A rule: expressions in order, and a comment that `nft list` shows. */
export interface FirewallRule {
  readonly expressions: readonly Expression[]
  readonly comment?: string
  /** The kernel's number of it, where it was read. */
  readonly handle?: bigint
  /** In an independent chain: it stands before those of a higher rank, and behind those of a lower one. Default 0. */
  readonly rank?: number
}

/** A chain and its rules, in order. */
export interface Chain {
  /** Left out for a chain that is only jumped to. */
  readonly hook?: ChainHook
  readonly rules: readonly FirewallRule[]
  /** Whether the rules are a list whose order but by rank says nothing, each known by its comment; else the whole is one. */
  readonly independent?: boolean
}

/** The types of what sets hold: how many bytes, and the number that `nft` knows each by (src/datatype.c there). */
export const fieldTypes = {
  ifname: { size: 16, type: 41 },
  etherAddress: { size: 6, type: 9 },
  ipv4: { size: 4, type: 7 },
  ipv6: { size: 16, type: 8 },
  protocol: { size: 1, type: 12 },
  service: { size: 2, type: 13 },
  icmpType: { size: 1, type: 14 },
  icmpv6Type: { size: 1, type: 29 },
  igmpType: { size: 1, type: 42 },
} as const

/** The name of a type of field. */
export type FieldType = keyof typeof fieldTypes

/** A set of keys of one or more fields, or a map from them to limits. */
export interface FirewallSet {
  readonly fields: readonly FieldType[]
  readonly toLimits: boolean
  /** Keys in hexadecimal, each with the name of its limit where it is a map. */
  readonly elements: ReadonlyMap<string, string | undefined>
}

/** How many bytes or packets a second may pass, and how many at once. */
export interface Limit {
  readonly unit: 'bytes' | 'packets'
  readonly rate: bigint
  readonly burst: number
}

/** Everything in a table. */
export interface TableContent {
  /** Whether somebody has put it to sleep, so that it does nothing. */
  readonly dormant?: true
  readonly chains: ReadonlyMap<string, Chain>
  readonly sets: ReadonlyMap<string, FirewallSet>
  readonly limits: ReadonlyMap<string, Limit>
}

/** The tables of one name, by family. */
export type Ruleset = ReadonlyMap<TableFamily, TableContent>
