import type { DesiredRule } from '../../state/desired.js'
import {
  isSameRule,
  mergedRule,
  priorityGroup,
  type RuleRecord,
  ruleDifferences,
  ruleName,
  selectorKey,
} from '../../state/rule.js'
import { eachInTurns, groupedInTurns } from '../../system/inTurns.js'
import { Phase } from '../steps/step.js'
import { addStep, type DiffContext } from './context.js'
import { checkForwardGoto } from './forwardGoto.js'

/** Steps for the rules of a namespace. Rules are counted: one that is there satisfies one that is wanted. */
export async function diffRules(context: DiffContext): Promise<void> {
  const present = await groupedInTurns(context.actual.rules, selectorKey)
  const taken = new Set<RuleRecord>()
  const misplaced = await outOfOrder(context)
  const unmet: DesiredRule[] = []
  await eachInTurns(context.desired.rules, (wanted) => {
    if (wanted.absent) return
    const match = (present.get(selectorKey(wanted.rule)) ?? []).find(
      (rule) =>
        !taken.has(rule) &&
        !misplaced.has(rule) &&
        samePriority(wanted.rule, rule) &&
        ruleDifferences(wanted.rule, rule).length === 0,
    )
    if (match) taken.add(match)
    else unmet.push(wanted)
  })
  checkForwardGoto(context, unmet)
  await eachInTurns(unmet, (wanted) => createOrUpdate(context, wanted, present, taken))
  await removeRules(context, present, taken)
}

/**
 * Rules of one priority count in the order in which they came. Where they are to be as they were, the ones behind the
 * first that is missing or out of place have to be added again.
 */
async function outOfOrder({ desired, actual }: DiffContext): Promise<Set<RuleRecord>> {
  const misplaced = new Set<RuleRecord>()
  const wanted = desired.rules.filter(({ exact, absent }) => exact && !absent).map(({ rule }) => rule)
  if (wanted.length < 2) return misplaced
  const present = await groupedInTurns(actual.rules, priorityGroup)
  for (const [key, group] of await groupedInTurns(wanted, priorityGroup)) {
    if (group.length < 2) continue
    const named = await groupedInTurns(group, selectorKey)
    const known: RuleRecord[] = []
    await eachInTurns(present.get(key) ?? [], (rule) => {
      if (named.get(selectorKey(rule))?.some((one) => ruleDifferences(one, rule).length === 0)) known.push(rule)
    })
    const first = group.findIndex((rule, index) => !(known[index] && isSameRule(rule, known[index])))
    if (first >= 0) for (const rule of known.slice(first)) misplaced.add(rule)
  }
  return misplaced
}

function samePriority(wanted: RuleRecord, actual: RuleRecord): boolean {
  return wanted.priority === undefined || wanted.priority === (actual.priority ?? 0)
}

function createOrUpdate(
  context: DiffContext,
  wanted: DesiredRule,
  present: ReadonlyMap<string, RuleRecord[]>,
  taken: Set<RuleRecord>,
): void {
  const { rule, path } = wanted
  // Without a priority there is nothing that names one rule among those of the same selectors.
  const previous =
    rule.priority === undefined
      ? undefined
      : (present.get(selectorKey(rule)) ?? []).find((one) => !taken.has(one) && samePriority(rule, one))
  if (previous) {
    taken.add(previous)
    const merged = mergedRule(rule, previous)
    addStep(context, {
      action: 'update',
      object: 'rule',
      id: ruleName(rule),
      changes: ruleDifferences(rule, previous),
      path,
      phase: Phase.rule,
      operation: { type: 'replaceRule', rule: merged, previous },
    })
    return
  }
  const marked = { ...rule, protocol: rule.protocol ?? context.owner?.protocol ?? 0 }
  const { family: _family, priority: _priority, ...properties } = marked
  addStep(context, {
    action: 'create',
    object: 'rule',
    id: ruleName(rule),
    changes: Object.entries(properties).map(([property, after]) => ({ property, after })),
    path,
    phase: Phase.rule,
    operation: { type: 'addRule', rule: marked },
  })
}

async function removeRules(
  context: DiffContext,
  present: ReadonlyMap<string, RuleRecord[]>,
  taken: ReadonlySet<RuleRecord>,
): Promise<void> {
  if (!context.desired.rules.some(({ absent }) => absent)) return
  const removed = new Set<RuleRecord>()
  const byPriority = await groupedInTurns(context.actual.rules, priorityGroup)
  const byFrom = await groupedInTurns(context.actual.rules, ({ from = '' }) => from)
  await eachInTurns(context.desired.rules, (wanted) => {
    if (!wanted.absent) return
    // One that is known in full has its selectors and no other ones.
    const { priority, from } = wanted.rule
    const ofFrom = from === undefined || from === 'all' ? context.actual.rules : byFrom.get(from)
    const meant = priority === undefined ? ofFrom : byPriority.get(priorityGroup(wanted.rule))
    const candidates = (wanted.exact ? present.get(selectorKey(wanted.rule)) : meant) ?? []
    const told = candidates.filter((rule) => matches(wanted.rule, rule))
    const isUntold = wanted.exact && !context.owner && told.length === 0
    for (const rule of isUntold ? madeOf(wanted.rule, meant ?? []) : told) {
      if (taken.has(rule) || removed.has(rule)) continue
      removed.add(rule)
      addStep(context, {
        action: 'delete',
        object: 'rule',
        id: ruleName(rule),
        changes: [],
        path: wanted.path,
        phase: Phase.deleteRule,
        operation: { type: 'deleteRule', rule },
      })
      if (wanted.exact) break
    }
  })
}

/**
 * The rules that the kernel can have made of one which it did not take as it was told, by a selector that it does not know or
 * has another way to tell. Where things are put back, all that were there before are wanted, so that these are no others.
 */
function madeOf(wanted: RuleRecord, group: readonly RuleRecord[]): readonly RuleRecord[] {
  if (wanted.priority === undefined) return []
  const selectors = selectorsBesideNumbers(wanted)
  return group.filter(
    (rule) => selectorsBesideNumbers(rule) === selectors && ruleDifferences(wanted, rule).length === 0,
  )
}

function selectorsBesideNumbers(rule: RuleRecord): string {
  const { fwmark: _mark, dscp: _dscp, flowLabel: _label, sport: _sport, dport: _dport, ...others } = rule
  return selectorKey(others)
}

/** Every field that is stated must be the same; fields that are left out match anything. */
function matches(wanted: RuleRecord, rule: RuleRecord): boolean {
  if (wanted.family !== rule.family || !samePriority(wanted, rule)) return false
  const stated = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
  const same = Object.entries(rule).filter(([name]) => name in stated)
  const narrowed: RuleRecord = { ...Object.fromEntries(same), family: rule.family }
  return selectorKey(wanted) === selectorKey(narrowed) && ruleDifferences(wanted, rule).length === 0
}
