import type { MdbEntry } from '../../rtnetlink/mdb.js'
import { vlansOf } from '../../rtnetlink/vlanRange.js'
import type { DesiredMdbEntry } from '../../state/desired.js'
import { isMeantByMdbAbsence, mdbDifferences, mdbEntryAsItWas, mdbKey } from '../../state/mdb.js'
import { normalizeVlans } from '../../state/vlans.js'
import type { Operation } from '../operation.js'
import type { Disruption } from '../step.js'
import { Phase } from '../step.js'
import { addStep, type DiffContext, type StepDraft } from './context.js'
import { desiredLink, findLink, isThere, requireLinks } from './lookup.js'
import { finalVlans } from './vlans.js'

/** Steps for the multicast databases of a namespace. */
export function diffMdb(context: DiffContext): void {
  const present = new Map((context.actual.mdb ?? []).map((entry) => [mdbKey(entry), entry]))
  for (const wanted of context.desired.mdb ?? []) {
    if (wanted.absent) {
      removeEntries(context, wanted)
      continue
    }
    const { dev, port } = wanted.entry
    const named = [
      ['dev', dev],
      ['port', port],
    ] as const
    if (!requireLinks(context, wanted.path, named)) continue
    for (const entry of inVlans(context, wanted.entry)) {
      const actual = present.get(mdbKey(entry))
      if (!actual) {
        const { dev: _dev, port: _port, group: _group, ...properties } = entry
        const changes = Object.entries(properties).map(([property, after]) => ({ property, after }))
        step(context, wanted, entry, 'create', { type: 'addMdbEntry', entry }, changes)
        continue
      }
      const changes = mdbDifferences(entry, actual)
      if (changes.length === 0) continue
      const whole = { ...mdbEntryAsItWas(actual), ...entry }
      step(context, wanted, entry, 'update', { type: 'replaceMdbEntry', entry: whole }, changes, 'address-gap')
    }
  }
}

/** On a bridge with VLAN filtering, an entry without a VLAN is one in each VLAN of its port (br_mdb.c, br_mdb_add). */
function inVlans(context: DiffContext, entry: MdbEntry): MdbEntry[] {
  const bridge = String(entry.dev)
  const filters =
    desiredLink(context, bridge)?.properties.bridge?.vlanFiltering ??
    findLink(context, bridge)?.link.bridge?.vlanFiltering ??
    false
  if (entry.vlan !== undefined || !filters) return [entry]
  return normalizeVlans(finalVlans(context, String(entry.port), bridge)).flatMap(({ id }) => {
    const { first, last } = vlansOf(id)
    return Array.from({ length: last - first + 1 }, (_, offset) => ({ ...entry, vlan: first + offset }))
  })
}

function removeEntries(context: DiffContext, wanted: DesiredMdbEntry): void {
  const { entry } = wanted
  if (!isThere(context, String(entry.dev)) || !isThere(context, String(entry.port))) return
  for (const one of context.actual.mdb ?? []) {
    if (!isMeantByMdbAbsence(entry, one)) continue
    const own = mdbEntryAsItWas(one)
    step(context, wanted, own, 'delete', { type: 'deleteMdbEntry', entry: own }, [])
  }
}

function step(
  context: DiffContext,
  { path }: DesiredMdbEntry,
  entry: MdbEntry,
  action: 'create' | 'update' | 'delete',
  operation: Operation,
  changes: StepDraft['changes'],
  disruption: Disruption = 'none',
): void {
  const { dev, port, group, vlan, source } = entry
  addStep(context, {
    action,
    object: 'mdb',
    id: `${group}${source === undefined ? '' : ` src ${source}`} dev ${dev} port ${port}${vlan === undefined ? '' : ` vid ${vlan}`}`,
    changes,
    path,
    disruption,
    phase: action === 'delete' ? Phase.deleteEntry : Phase.entry,
    needs: [dev, port].flatMap((link) => [`link ${link}`, `configured ${link}`, `changed ${link}`]),
    operation,
  })
}
