import type { DesiredFdbEntry, DesiredMdbEntry, DesiredNetwork } from '../../state/desired.js'
import { fdbEntryAsItWas, fdbEntryName, fdbKey, isLastingFdbEntry, isMadeFdbEntry } from '../../state/fdb.js'
import { lastingMdbEntries, mdbEntryAsItWas, mdbKey } from '../../state/mdb.js'
import type { NetworkState } from '../../state/model.js'
import { withLinks } from '../../state/renamed.js'
import { eachInTurns, mapInTurns } from '../../system/inTurns.js'
import { rest } from '../../system/turns.js'
import type { Reach } from '../reach/reach.js'
import type { PlannedStep } from '../steps/step.js'

/**
 * What the databases had, as a wish about all that steps touched or may have taken along.
 *
 * @param nameOf the name that a link had before
 */
export async function formerEntries(
  before: NetworkState,
  steps: readonly PlannedStep[],
  reach: Reach,
  nameOf: (name: string) => string,
): Promise<Pick<DesiredNetwork, 'fdb' | 'mdb'>> {
  const formerName = (name: unknown): unknown => (typeof name === 'string' ? nameOf(name) : name)
  const fdb = await formerFdb(before, steps, reach, formerName)
  await rest()
  const mdb = formerMdb(before, steps, reach, formerName)
  return { ...(fdb.length > 0 ? { fdb } : {}), ...(mdb.length > 0 ? { mdb } : {}) }
}

async function formerFdb(
  before: NetworkState,
  steps: readonly PlannedStep[],
  reach: Reach,
  formerName: (name: unknown) => unknown,
): Promise<DesiredFdbEntry[]> {
  const operations = steps.flatMap(({ operation }) =>
    operation.type === 'addFdbEntry' || operation.type === 'replaceFdbEntry' || operation.type === 'deleteFdbEntry'
      ? [operation]
      : [],
  )
  await rest()
  // An address moves from one port of a bridge to another, and without a VLAN it is deleted in all of them.
  const macs = new Set(operations.map(({ entry }) => entry.mac))
  const known = before.fdb ?? []
  const keys = new Set(await mapInTurns(known, fdbKey))
  const removed = new Set<string>()
  for (const { type, entry } of operations) {
    if (type === 'deleteFdbEntry') removed.add(fdbKey(withLinks(entry, ['dev', 'via'], formerName)))
  }
  const former: DesiredFdbEntry[] = []
  await eachInTurns(operations, ({ type, entry }) => {
    const touched = withLinks(entry, ['dev', 'via'], formerName)
    if (type === 'deleteFdbEntry' || keys.has(fdbKey(touched))) return
    former.push({ absent: true, entry: fdbEntryName(touched) })
  })
  await eachInTurns(known, (entry) => {
    const { mac, dev, master } = entry
    const isTouched = macs.has(mac) || reach.takesEntries(dev) || reach.takesEntries(master)
    // What a device itself is to receive comes back where a step has removed it; all else of that is the kernel's.
    const isOwed = isLastingFdbEntry(entry, before) || (isMadeFdbEntry(entry) && removed.has(fdbKey(entry)))
    if (!isTouched || !isOwed) return
    former.push({ absent: false, entry: fdbEntryAsItWas(entry), exact: true })
  })
  return former
}

function formerMdb(
  before: NetworkState,
  steps: readonly PlannedStep[],
  reach: Reach,
  formerName: (name: unknown) => unknown,
): DesiredMdbEntry[] {
  const touched = steps.flatMap(({ operation }) =>
    operation.type === 'addMdbEntry' || operation.type === 'replaceMdbEntry' || operation.type === 'deleteMdbEntry'
      ? [{ type: operation.type, entry: withLinks(operation.entry, ['dev', 'port', 'via'], formerName) }]
      : [],
  )
  const groups = new Set(touched.map(({ entry }) => entry.group))
  const known = before.mdb ?? []
  const keys = new Set(known.map(mdbKey))
  return [
    ...touched
      .filter(({ type, entry }) => type === 'addMdbEntry' && !keys.has(mdbKey(entry)))
      .map(({ entry }) => ({ absent: true, entry })),
    ...lastingMdbEntries(known)
      .filter(({ group, dev, port }) => groups.has(group) || reach.takesEntries(dev) || reach.takesEntries(port))
      .map((entry) => ({ absent: false, entry: mdbEntryAsItWas(entry), exact: true })),
  ]
}
