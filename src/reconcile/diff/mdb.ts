import type { VxlanOptions } from '../../rtnetlink/kinds/vxlan.js'
import type { MdbEntry } from '../../rtnetlink/mdb.js'
import { vlansOf } from '../../rtnetlink/vlanRange.js'
import type { DesiredMdbEntry } from '../../state/desired.js'
import {
  followingMdbEntries,
  isMeantByMdbAbsence,
  type MdbDefaults,
  mdbDifferences,
  mdbEntryAsItWas,
  mdbKey,
} from '../../state/mdb.js'
import { normalizeVlans } from '../../state/vlans.js'
import { words } from '../equivalent/words.js'
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
    const { dev, port, via } = wanted.entry
    const named = [
      ['dev', dev],
      ['port', port],
      ['via', via],
    ] as const
    if (!requireLinks(context, wanted.path, named) || !hasPlace(context, wanted)) continue
    for (const entry of inVlans(context, wanted.entry)) {
      const actual = present.get(mdbKey(entry))
      if (!actual) {
        const { dev: _dev, port: _port, group: _group, ...properties } = entry
        const changes = Object.entries(properties).map(([property, after]) => ({ property, after }))
        step(context, wanted, entry, 'create', { type: 'addMdbEntry', entry }, changes)
        continue
      }
      const changes = mdbDifferences(entry, actual, defaultsOf(context, entry), wanted.exact)
      if (changes.length === 0) continue
      const whole = wanted.exact ? entry : { ...mdbEntryAsItWas(actual), ...entry }
      // A VXLAN changes it as it stands.
      const disruption = entry.dst === undefined ? 'address-gap' : 'none'
      step(context, wanted, entry, 'update', { type: 'replaceMdbEntry', entry: whole }, changes, disruption)
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

/** Where packets go that a VXLAN is told nothing else of. */
function defaultsOf(context: DiffContext, { dev }: MdbEntry): MdbDefaults {
  const { port, id } = vxlanOf(context, dev) ?? {}
  return { ...(port === undefined ? {} : { dstPort: port }), ...(id === undefined ? {} : { vni: id }) }
}

function vxlanOf(context: DiffContext, dev: string | number): VxlanOptions | undefined {
  const [wanted, there] = [desiredLink(context, String(dev))?.properties, findLink(context, String(dev))?.link]
  return (wanted?.kind ?? there?.kind) === 'vxlan' ? { ...there?.vxlan, ...wanted?.vxlan } : undefined
}

/** What the kernel refuses only when half the work is done. */
function hasPlace(context: DiffContext, { path = '', entry }: DesiredMdbEntry): boolean {
  const { dev, dst, sourceVni } = entry
  const vxlan = vxlanOf(context, dev)
  const problem = (property: string, message: string): boolean => {
    context.problems.push({ path: `${path}/${property}`, message })
    return false
  }
  if (vxlan && dst === undefined) return problem('dst', `${dev} is a VXLAN: say the remote end`)
  if (!vxlan && dst !== undefined) return problem('dst', `${dev} is no VXLAN, so there is no remote end`)
  if (sourceVni !== undefined && !vxlan?.collectMetadata)
    return problem('sourceVni', `all packets of ${dev} come from one VNI, unless it has collectMetadata`)
  return true
}

function removeEntries(context: DiffContext, wanted: DesiredMdbEntry): void {
  const { entry } = wanted
  if (!isThere(context, String(entry.dev)) || !isThere(context, String(entry.port))) return
  const entries = context.actual.mdb ?? []
  const followers = followingMdbEntries(entries)
  for (const one of entries) {
    if (!isMeantByMdbAbsence(entry, one, defaultsOf(context, entry))) continue
    // It goes with another one, unless it is meant by itself.
    if (entry.source === undefined && followers.has(mdbKey(one))) continue
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
  const { dev, port, group, vlan, source, dst, via, sourceVni } = entry
  const links = [dev, port, ...(via === undefined ? [] : [via])]
  addStep(context, {
    action,
    object: 'mdb',
    id: words(
      group,
      source !== undefined && `src ${source}`,
      `dev ${dev} port ${port}`,
      vlan !== undefined && `vid ${vlan}`,
      dst !== undefined && `dst ${dst}`,
      sourceVni !== undefined && `src_vni ${sourceVni}`,
    ),
    changes,
    path,
    disruption,
    phase: action === 'delete' ? Phase.deleteEntry : Phase.entry,
    needs: links.flatMap((link) => [`link ${link}`, `configured ${link}`, `changed ${link}`]),
    operation,
  })
}
