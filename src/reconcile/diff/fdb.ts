import { defaultFdbState, type FdbEntry, isSelf, type ListedFdbEntry } from '../../rtnetlink/fdb.js'
import type { DesiredFdbEntry } from '../../state/desired.js'
import {
  type FdbDefaults,
  fdbDifferences,
  fdbKey,
  hasSeveralRemotes,
  isLastingFdbEntry,
  isMeantByFdbAbsence,
} from '../../state/fdb.js'
import { eachInTurns, groupedInTurns } from '../../system/inTurns.js'
import type { Operation } from '../steps/operation.js'
import { Phase } from '../steps/step.js'
import { addStep, type DiffContext, type StepDraft } from './context.js'
import { desiredLink, isThere, kindOf, leavesMaster, masterOf, requireLinks, vxlanOf } from './lookup.js'

/** Steps for the forwarding databases of a namespace. */
export async function diffFdb(context: DiffContext): Promise<void> {
  const wanted = context.desired.fdb ?? []
  if (wanted.length === 0) return
  const present = new Map<string, ListedFdbEntry>()
  await eachInTurns(context.actual.fdb ?? [], (entry) => present.set(fdbKey(entry), entry))
  const byMac = await groupedInTurns(context.actual.fdb ?? [], ({ mac }) => mac)
  await eachInTurns(wanted, (one) => {
    if (one.absent) removeEntries(context, one, byMac.get(one.entry.mac) ?? [])
    else if (hasLinks(context, one) && canHave(context, one)) addEntry(context, one, present)
  })
}

function addEntry(context: DiffContext, wanted: DesiredFdbEntry, present: ReadonlyMap<string, ListedFdbEntry>): void {
  const entry = completed(context, wanted.entry)
  const actual = present.get(fdbKey(entry))
  if (!actual) {
    const { dev: _dev, mac: _mac, ...properties } = entry
    const changes = Object.entries(properties).map(([property, after]) => ({ property, after }))
    step(context, wanted, entry, 'create', { type: 'addFdbEntry', entry, append: hasSeveralRemotes(entry) }, changes)
    return
  }
  // What the device takes by itself is not told, but it can be what is to become of something else.
  const { port, vni } = wanted.entry
  const meant = { ...entry, ...(port === undefined ? {} : { port }), ...(vni === undefined ? {} : { vni }) }
  const changes = fdbDifferences(meant, actual, defaultsOf(context, entry), wanted.exact)
  if (changes.length === 0) return
  // The kernel takes what is left out for off, and an address of this host for one that moves not.
  const { externallyLearned, router } = actual
  const sticky = actual.sticky && entry.state !== 'permanent'
  const kept = Object.fromEntries(Object.entries({ sticky, externallyLearned, router }).filter(([, value]) => value))
  step(
    context,
    wanted,
    entry,
    'update',
    { type: 'replaceFdbEntry', entry: wanted.exact ? meant : { ...kept, ...meant } },
    changes,
  )
}

/** Removes whatever has all that is stated, but not what the kernel keeps by itself. */
function removeEntries(context: DiffContext, wanted: DesiredFdbEntry, present: readonly ListedFdbEntry[]): void {
  const { entry } = wanted
  if (!isThere(context, String(entry.dev))) return
  const doomed = present.filter(
    (one) =>
      isMeantByFdbAbsence(entry, one) &&
      !goesWithPort(context, one) &&
      (one.state === 'reachable' || one.state === 'stale' || isRemovable(context, one)),
  )
  for (const one of doomed) {
    const { index: _index, master: _master, used: _used, updated: _updated, ...own } = one
    step(context, wanted, own, 'delete', { type: 'deleteFdbEntry', entry: own }, [])
  }
}

function goesWithPort(context: DiffContext, { dev, master, self }: ListedFdbEntry): boolean {
  return !self && typeof master === 'string' && master !== dev && leavesMaster(context, String(dev), master)
}

function isRemovable({ actual }: DiffContext, entry: ListedFdbEntry): boolean {
  const isOfHardware = entry.self && actual.links.get(String(entry.dev))?.link.kind !== 'vxlan'
  return isOfHardware || isLastingFdbEntry(entry, actual)
}

/** An entry with what follows from its link: a bridge's own, and what a VXLAN has by itself. */
function completed(context: DiffContext, given: FdbEntry): FdbEntry {
  const name = String(given.dev)
  const kind = kindOf(context, name)
  const entry = kind === 'bridge' && given.self === undefined ? { ...given, self: true } : given
  const defaults = defaultsOf(context, given)
  const { port, vni, ...others } = entry
  return {
    ...others,
    ...(port === undefined || port === defaults.port ? {} : { port }),
    ...(vni === undefined || vni === defaults.vni ? {} : { vni }),
    self: isSelf(entry),
    state: entry.state ?? defaultFdbState(entry),
  }
}

/** What a VXLAN takes for the remote end by itself. */
function defaultsOf(context: DiffContext, { dev }: FdbEntry): FdbDefaults {
  const { port, id, collectMetadata = false } = vxlanOf(context, String(dev)) ?? {}
  return {
    ...(port === undefined ? {} : { port }),
    ...(id === undefined || collectMetadata ? {} : { vni: id }),
  }
}

function hasLinks(context: DiffContext, { entry, path }: DesiredFdbEntry): boolean {
  return requireLinks(context, path, [
    ['dev', entry.dev],
    ['via', entry.via],
  ])
}

const onlyOfVxlan = ['dst', 'vni', 'port', 'via', 'sourceVni', 'nexthopId'] as const

/**
 * Any other device ignores what is said of remote ends, and takes the address for one that it is to receive itself; a
 * VXLAN without metadata ignores where frames come from (drivers/net/vxlan/vxlan_core.c, fdb_head_index).
 */
function canHave(context: DiffContext, { entry, path, exact }: DesiredFdbEntry): boolean {
  const stated = onlyOfVxlan.filter((name) => entry[name] !== undefined)
  const [property] = stated
  // What only comes back was there.
  if (exact || path === undefined) return true
  const name = String(entry.dev)
  const refuse = (at: string, message: string): false => {
    context.problems.push({ path: `${path}/${at}`, message })
    return false
  }
  if (property === undefined) {
    if (isSelf(completed(context, entry)) || isPortOfBridge(context, name)) return true
    return refuse('dev', `${name} is a port of no bridge, whose forwarding database would have it; its own is "self"`)
  }
  const vxlan = vxlanOf(context, name)
  if (!vxlan) {
    const is = kindOf(context, name)
    return refuse(property, `${name} is ${is === undefined ? 'no VXLAN' : `a ${is}`}, and only a VXLAN has remote ends`)
  }
  if (vxlan.collectMetadata || entry.sourceVni === undefined) return true
  return refuse('sourceVni', `${name} has no collectMetadata, and ignores by which VNI frames come`)
}

function isPortOfBridge(context: DiffContext, name: string): boolean {
  const master = masterOf(context, name)
  return master !== undefined && kindOf(context, master) === 'bridge'
}

function step(
  context: DiffContext,
  { path }: DesiredFdbEntry,
  entry: FdbEntry,
  action: 'create' | 'update' | 'delete',
  operation: Operation,
  changes: StepDraft['changes'],
): void {
  const links = [entry.dev, ...(entry.via === undefined ? [] : [entry.via])]
  const master = desiredLink(context, String(entry.dev))?.properties.master
  if (typeof master === 'string') links.push(master)
  addStep(context, {
    action,
    object: 'fdb',
    id: fdbName(entry),
    changes,
    path,
    phase: action === 'delete' ? Phase.deleteEntry : Phase.entry,
    needs: links.flatMap((link) => [`link ${link}`, `configured ${link}`, `changed ${link}`]),
    operation,
  })
}

/** How plans name an entry. */
function fdbName({ mac, dev, vlan, dst, sourceVni, self }: FdbEntry): string {
  return [
    `${mac} dev ${dev}`,
    vlan === undefined ? undefined : `vlan ${vlan}`,
    dst === undefined ? undefined : `dst ${dst}`,
    sourceVni === undefined ? undefined : `src_vni ${sourceVni}`,
    self ? 'self' : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(' ')
}
