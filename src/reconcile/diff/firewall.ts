import { sameValue } from '../../state/equal.js'
import { type DesiredEntry, entriesOf, entryOf, type FirewallEntry } from '../../state/firewall/desiredFirewall.js'
import { defaultOwner, tableOf } from '../../state/owner.js'
import { eachInTurns } from '../../system/inTurns.js'
import { Phase } from '../steps/step.js'
import { addStep, type DiffContext } from './context.js'

/** Steps for the nf_tables of the owner. */
export async function diffFirewall(context: DiffContext): Promise<void> {
  const { firewall: wanted } = context.desired
  if (!wanted) return
  const there = context.actual.firewall
  if (!there) {
    const first = wanted.entries.find(({ value }) => value !== undefined)
    if (first) context.problems.push({ path: first.path ?? '', message: 'this kernel has no nf_tables' })
    return
  }
  const table = wanted.table ?? tableOf(context.owner ?? defaultOwner)
  const named = new Set<string>()
  let changed = false
  await eachInTurns(wanted.entries, (entry) => {
    named.add(identity(entry))
    const before = entryOf(there.firewall, entry)
    if (sameValue(before.value, entry.value)) return
    changed = true
    addEntryStep(context, table, entry, before)
  })
  await eachInTurns(wanted.exact ? entriesOf(there.firewall) : [], (before) => {
    if (named.has(identity(before))) return
    changed = true
    addEntryStep(context, table, { kind: before.kind, key: before.key }, before)
  })
  if (!changed && there.changed) addRepairStep(context, table)
}

function identity({ kind, key }: FirewallEntry): string {
  return `${kind} ${key}`
}

function addEntryStep(
  context: DiffContext,
  table: string,
  { path, ...entry }: DesiredEntry,
  before: FirewallEntry,
): void {
  const kept: Record<string, unknown> = { ...before.value }
  const wanted: Record<string, unknown> = { ...entry.value }
  const names = new Set([...Object.keys(kept), ...Object.keys(wanted)])
  const changes = [...names]
    .filter((name) => !sameValue(kept[name], wanted[name]))
    .map((property) => ({
      property,
      ...(kept[property] === undefined ? {} : { before: kept[property] }),
      ...(wanted[property] === undefined ? {} : { after: wanted[property] }),
    }))
  addStep(context, {
    action: entry.value === undefined ? 'delete' : before.value ? 'update' : 'create',
    object: entry.kind,
    id: entry.key,
    changes: entry.value === undefined ? [] : changes,
    path,
    // What confines is there before what it confines, and goes after it.
    phase: entry.value === undefined ? Phase.deleteFirewall : Phase.firewall,
    operation: { type: 'changeFirewall', table, entries: [entry] },
  })
}

/** Somebody has changed the tables by hand. */
function addRepairStep(context: DiffContext, table: string): void {
  addStep(context, {
    action: 'update',
    object: 'firewall',
    id: table,
    changes: [],
    phase: Phase.firewall,
    operation: { type: 'changeFirewall', table, entries: [] },
  })
}
