import { isDeepStrictEqual } from 'node:util'
import type { NetlinkMessage } from '../netlink/message.js'
import { eachInTurns } from '../system/inTurns.js'
import { rest } from '../system/turns.js'
import type { TableFamily } from './constants.js'
import {
  deleteChain,
  deleteElements,
  deleteLimit,
  deleteRule,
  deleteSet,
  deleteTable,
  newChain,
  newElements,
  newLimit,
  newRule,
  newSet,
  newTable,
} from './messages.js'
import { placesOf } from './ruleRanks.js'
import type { Chain, FirewallRule, FirewallSet, Ruleset, TableContent } from './ruleset.js'
import type { TableName } from './table.js'

const nothing: TableContent = { chains: new Map(), sets: new Map(), limits: new Map() }

/** The messages, for one batch, that make the tables of a name what they should be. Empty where they already are. */
export async function rulesetChanges(table: string, actual: Ruleset, wanted: Ruleset): Promise<NetlinkMessage[]> {
  const messages: NetlinkMessage[] = []
  for (const family of new Set<TableFamily>([...actual.keys(), ...wanted.keys()])) {
    const [before, after] = [actual.get(family), wanted.get(family)]
    const where = { family, table }
    if (!after) messages.push(deleteTable(where))
    else {
      if (!before || before.dormant) messages.push(newTable(where))
      for (const message of await tableChanges(where, before ?? nothing, after)) messages.push(message)
    }
  }
  return messages
}

async function tableChanges(where: TableName, actual: TableContent, wanted: TableContent): Promise<NetlinkMessage[]> {
  // What something else refers to goes after it and comes before it.
  const rules = await ruleChanges(where, actual, wanted)
  const remade = await changedLimits(actual, wanted)
  const sets = await setChanges(where, actual, wanted, remade)
  const limits = await limitChanges(where, actual, wanted, remade)
  const chains = chainChanges(where, actual, wanted)
  return [
    ...rules.deletions,
    ...sets.deletedElements,
    ...chains.deletions,
    ...sets.deletions,
    ...limits.deletions,
    ...limits.additions,
    ...sets.additions,
    ...sets.addedElements,
    ...chains.additions,
    ...rules.additions,
  ]
}

interface Changes {
  readonly deletions: NetlinkMessage[]
  readonly additions: NetlinkMessage[]
}

function chainChanges(where: TableName, actual: TableContent, wanted: TableContent): Changes {
  const changes: Changes = { deletions: [], additions: [] }
  for (const [name, chain] of actual.chains) {
    if (!sameChain(chain, wanted.chains.get(name))) changes.deletions.push(deleteChain(where, name))
  }
  for (const [name, chain] of wanted.chains) {
    if (!sameChain(chain, actual.chains.get(name))) changes.additions.push(newChain(where, name, chain))
  }
  return changes
}

function sameChain(one: Chain, other: Chain | undefined): boolean {
  return other !== undefined && isDeepStrictEqual(one.hook, other.hook)
}

async function ruleChanges(where: TableName, actual: TableContent, wanted: TableContent): Promise<Changes> {
  const changes: Changes = { deletions: [], additions: [] }
  for (const [name, before] of actual.chains) {
    const after = wanted.chains.get(name)
    if (after?.independent && sameChain(before, after)) continue
    const keeps = after !== undefined && sameChain(before, after) && sameRules(before.rules, after.rules)
    if (!keeps && before.rules.length > 0) changes.deletions.push(deleteRule(where, name))
  }
  for (const [name, after] of wanted.chains) {
    const before = actual.chains.get(name)
    const there = before && sameChain(before, after) ? before.rules : []
    if (after.independent) await addIndependent(where, name, there, after.rules, changes)
    else if (!sameRules(there, after.rules)) {
      for (const rule of after.rules) changes.additions.push(newRule(where, name, rule))
    }
  }
  return changes
}

async function addIndependent(
  where: TableName,
  chain: string,
  actual: readonly FirewallRule[],
  wanted: readonly FirewallRule[],
  { deletions, additions }: Changes,
): Promise<void> {
  const missing = new Map(wanted.map((rule) => [rule.comment, rule]))
  const kept: FirewallRule[] = []
  await eachInTurns(actual, (rule) => {
    const same = missing.get(rule.comment)
    if (same && sameRule(same, rule)) {
      missing.delete(rule.comment)
      kept.push({ ...rule, ...same })
    } else deletions.push(deleteRule(where, chain, rule))
  })
  const { moved, before, behind } = placesOf(kept, [...missing.values()])
  await eachInTurns(moved, (rule) => deletions.push(deleteRule(where, chain, rule)))
  await eachInTurns(before, (rule) => additions.push(newRule(where, chain, rule, true)))
  await eachInTurns(behind, (rule) => additions.push(newRule(where, chain, rule)))
}

/** Whether two rules do the same. */
export function sameRule(one: FirewallRule, other: FirewallRule): boolean {
  return isDeepStrictEqual(one.expressions, other.expressions)
}

function sameRules(one: readonly FirewallRule[], other: readonly FirewallRule[]): boolean {
  return one.length === other.length && one.every((rule, index) => sameRule(rule, other[index] ?? rule))
}

async function setChanges(
  where: TableName,
  actual: TableContent,
  wanted: TableContent,
  remade: ReadonlySet<string>,
): Promise<Changes & { readonly addedElements: NetlinkMessage[]; readonly deletedElements: NetlinkMessage[] }> {
  const changes = {
    deletions: [] as NetlinkMessage[],
    additions: [] as NetlinkMessage[],
    addedElements: [] as NetlinkMessage[],
    deletedElements: [] as NetlinkMessage[],
  }
  for (const [name, set] of actual.sets) {
    await rest()
    const after = wanted.sets.get(name)
    const keeps = after !== undefined && sameKind(set, after)
    const gone = keeps ? lacking(set, after, remade) : set.elements
    // The elements of a set go with it, but the limits that they refer to must be free before.
    if (gone.size > 0 && (keeps || set.toLimits)) changes.deletedElements.push(...deleteElements(where, name, gone))
    if (!keeps) changes.deletions.push(deleteSet(where, name))
  }
  let id = 0
  for (const [name, set] of wanted.sets) {
    await rest()
    const before = actual.sets.get(name)
    const keeps = before !== undefined && sameKind(before, set)
    if (!keeps) changes.additions.push(newSet(where, name, set, ++id))
    const fresh = keeps ? lacking(set, before, remade) : set.elements
    changes.addedElements.push(...newElements(where, name, fresh))
  }
  return changes
}

function sameKind(one: FirewallSet, other: FirewallSet): boolean {
  return one.toLimits === other.toLimits && isDeepStrictEqual(one.fields, other.fields)
}

/** The elements that another set does not have, and those whose limit is made anew. */
function lacking(set: FirewallSet, other: FirewallSet, remade: ReadonlySet<string>): FirewallSet['elements'] {
  const missing = new Map<string, string | undefined>()
  for (const [key, limit] of set.elements) {
    const same = other.elements.has(key) && other.elements.get(key) === limit
    if (!same || (limit !== undefined && remade.has(limit))) missing.set(key, limit)
  }
  return missing
}

/** The kernel changes no limit: it is made anew, and so is what refers to it. */
async function changedLimits(actual: TableContent, wanted: TableContent): Promise<Set<string>> {
  const changed = new Set<string>()
  await eachInTurns(actual.limits, ([name, limit]) => {
    const after = wanted.limits.get(name)
    if (after && !isDeepStrictEqual(limit, after)) changed.add(name)
  })
  return changed
}

async function limitChanges(
  where: TableName,
  actual: TableContent,
  wanted: TableContent,
  remade: ReadonlySet<string>,
): Promise<Changes> {
  const changes: Changes = { deletions: [], additions: [] }
  await eachInTurns(actual.limits.keys(), (name) => {
    if (!wanted.limits.has(name) || remade.has(name)) changes.deletions.push(deleteLimit(where, name))
  })
  await eachInTurns(wanted.limits, ([name, limit]) => {
    if (!actual.limits.has(name) || remade.has(name)) changes.additions.push(newLimit(where, name, limit))
  })
  return changes
}
