import { grouped } from '../../grouped.js'
import type { ListedMdbEntry, MdbEntry } from '../../rtnetlink/mdb.js'
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
import { eachInTurns } from '../../system/inTurns.js'
import { words } from '../equivalent/words.js'
import type { Operation } from '../steps/operation.js'
import type { Disruption } from '../steps/step.js'
import { Phase } from '../steps/step.js'
import { addStep, type DiffContext, type StepDraft } from './context.js'
import { desiredLink, findLink, isThere, leavesMaster, masterOf, realNameOf, requireLinks, vxlanOf } from './lookup.js'
import { finalVlans } from './vlans.js'

/** Steps for the multicast databases of a namespace. */
export async function diffMdb(context: DiffContext): Promise<void> {
  const wanted = context.desired.mdb ?? []
  if (wanted.length === 0) return
  const entries = context.actual.mdb ?? []
  const present = new Map(entries.map((entry) => [mdbKey(entry), entry]))
  const byGroup = grouped(entries, ({ group }) => group)
  const followers = followingMdbEntries(entries)
  await eachInTurns(wanted, (one) => {
    if (one.absent) removeEntries(context, one, byGroup.get(one.entry.group) ?? [], followers)
    else if (hasLinks(context, one) && hasPlace(context, one))
      for (const entry of inVlans(context, one.entry)) addEntry(context, one, entry, present.get(mdbKey(entry)))
  })
}

function addEntry(
  context: DiffContext,
  wanted: DesiredMdbEntry,
  entry: MdbEntry,
  actual: ListedMdbEntry | undefined,
): void {
  if (!actual) {
    const { dev: _dev, port: _port, group: _group, ...properties } = entry
    const changes = Object.entries(properties).map(([property, after]) => ({ property, after }))
    step(context, wanted, entry, 'create', { type: 'addMdbEntry', entry }, changes)
    return
  }
  const changes = mdbDifferences(entry, actual, defaultsOf(context, entry), wanted.exact)
  if (changes.length === 0) return
  const whole = wanted.exact ? entry : { ...mdbEntryAsItWas(actual), ...entry }
  // A VXLAN changes it as it stands.
  const disruption = entry.dst === undefined ? 'address-gap' : 'none'
  step(context, wanted, entry, 'update', { type: 'replaceMdbEntry', entry: whole }, changes, disruption)
}

function hasLinks(context: DiffContext, { entry, path }: DesiredMdbEntry): boolean {
  return requireLinks(context, path, [
    ['dev', entry.dev],
    ['port', entry.port],
    ['via', entry.via],
  ])
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
  const { port, id } = vxlanOf(context, String(dev)) ?? {}
  return { ...(port === undefined ? {} : { dstPort: port }), ...(id === undefined ? {} : { vni: id }) }
}

/** What the kernel refuses only when half the work is done. */
function hasPlace(context: DiffContext, { path, entry }: DesiredMdbEntry): boolean {
  const { dev, port, dst, sourceVni } = entry
  const vxlan = vxlanOf(context, String(dev))
  const problem = (property: string, message: string): boolean => {
    context.problems.push({ path: `${path ?? ''}/${property}`, message })
    return false
  }
  if (vxlan && dst === undefined) return problem('dst', `${dev} is a VXLAN: say the remote end`)
  if (!vxlan && dst !== undefined) return problem('dst', `${dev} is no VXLAN, so there is no remote end`)
  if (sourceVni !== undefined && !vxlan?.collectMetadata)
    return problem('sourceVni', `all packets of ${dev} come from one VNI, unless it has collectMetadata`)
  if (!vxlan && path !== undefined && !isPort(context, String(port), String(dev)))
    return problem('port', `${port} is no port of ${dev}`)
  return true
}

/** Whether a link is a port of a bridge, or the bridge, which can have entries of its own. */
function isPort(context: DiffContext, port: string, bridge: string): boolean {
  const name = realNameOf(context, bridge)
  return realNameOf(context, port) === name || masterOf(context, port) === name
}

function removeEntries(
  context: DiffContext,
  wanted: DesiredMdbEntry,
  present: readonly ListedMdbEntry[],
  followers: ReadonlySet<string>,
): void {
  const { entry } = wanted
  if (!isThere(context, String(entry.dev)) || !isThere(context, String(entry.port))) return
  const defaults = defaultsOf(context, entry)
  for (const one of present) {
    if (!isMeantByMdbAbsence(entry, one, defaults)) continue
    // It goes with another one, unless it is meant by itself.
    if (entry.source === undefined && followers.has(mdbKey(one))) continue
    if (one.port !== one.dev && leavesMaster(context, String(one.port), String(one.dev))) continue
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
