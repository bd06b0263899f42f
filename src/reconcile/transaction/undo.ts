import { closeSync } from 'node:fs'
import { dirname } from 'node:path'
import { isSettled, NetworkError, type RollbackReport, whyNotRestored } from '../../error.js'
import { listNamespaces } from '../../system/namespace.js'
import { namespaceIdentity } from '../../system/namespaceIdentity.js'
import { observeLinks } from '../observe/observe.js'
import type { PlaceOptions } from '../options/options.js'
import type { Former } from '../rollback/former.js'
import { restore } from '../rollback/rollback.js'
import { Place } from '../world/place.js'
import { World } from '../world/world.js'
import { findNamespace } from './findNamespace.js'
import { claimJournal, type FoundJournal, noteFailure, removeJournal } from './journal.js'
import { NamespaceLock, subjectOf } from './lock.js'
import { readPacked } from './packedFile.js'
import { formerNetworksIn, type JournalBegin, type JournalNamespace, type JournalRecord } from './records.js'

/** What undoing a journal has at hand. There is no signal: what is half undone would be neither this nor that. */
export interface UndoOptions extends Pick<PlaceOptions, 'kernel' | 'timeout'> {
  readonly directory: string
  /** Descriptors of namespaces that are open anyway, by identity. */
  readonly open: ReadonlyMap<string, number>
  /** Identities of the namespaces whose locks the caller holds. */
  readonly held: ReadonlySet<string>
  /** Milliseconds to wait for the locks of other namespaces of the journal. */
  readonly lockTimeout: number
}

/**
 * Puts back what a journal tells, and removes it. Namespaces that are gone have nothing to put back.
 * @returns what was done; `undefined` when somebody else had claimed or ended it
 */
export async function undoJournal(found: FoundJournal, options: UndoOptions): Promise<RollbackReport | undefined> {
  if ('refused' in found.content) throw new TypeError('a journal that is refused cannot be undone')
  const { begin, records } = found.content
  const path = claimJournal(found.path)
  if (path === undefined) return undefined
  using world = new World(options)
  const locks: NamespaceLock[] = []
  try {
    for (const namespace of begin.namespaces) await openPlace(namespace, world, locks, options)
    await openCreated(begin, records, world, options)
    const report = await undone(path, begin, records, world, options)
    if (isSettled(report)) removeJournal(path)
    else noteFailure(path, whyNotRestored(report))
    return report
  } finally {
    for (const lock of locks) lock.release()
  }
}

async function openPlace(
  namespace: JournalNamespace,
  world: World,
  locks: NamespaceLock[],
  options: UndoOptions,
): Promise<void> {
  const { name, identity } = namespace
  const known = options.open.get(identity)
  const fd = known ?? findNamespace(namespace)
  if (fd === undefined) return
  try {
    if (!options.held.has(identity)) {
      locks.push(await NamespaceLock.take(options.directory, identity, subjectOf(name), options.lockTimeout))
    }
    world.places.set(name, Place.open(name, { fd }, typeof options.kernel === 'function' ? options.kernel : undefined))
  } finally {
    if (fd !== known) closeSync(fd)
  }
}

/** Opens the namespaces that the transaction made, so that they are deleted again; others of the name are not its. */
async function openCreated(
  { creates }: JournalBegin,
  records: readonly JournalRecord[],
  world: World,
  { timeout }: UndoOptions,
): Promise<void> {
  const existing = new Set(listNamespaces())
  for (const name of creates) {
    const made = records.filter((record) => record.type === 'namespace' && record.name === name)
    if (made.length === 0 || !existing.has(name)) continue
    const identity = made.map((record) => (record.type === 'namespace' ? record.identity : undefined)).find(Boolean)
    const place = Place.openIfPossible(name)
    if (!place) continue
    // Killed between making it and noting which it is: then nothing is in it yet.
    const isOurs =
      identity === undefined
        ? (await observeLinks(place, { timeout })).length === 1
        : namespaceIdentity(place.fd) === identity
    if (isOurs) world.places.set(name, place)
    else place.close()
  }
}

async function undone(
  path: string,
  begin: JournalBegin,
  records: readonly JournalRecord[],
  world: World,
  { timeout }: UndoOptions,
): Promise<RollbackReport> {
  let former: Former
  try {
    former = await formerIn(dirname(path), begin, records, world)
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error
    return { restored: false, steps: [], error: error.message }
  }
  return await restore(former, world, { timeout })
}

async function formerIn(
  directory: string,
  begin: JournalBegin,
  records: readonly JournalRecord[],
  world: World,
): Promise<Former> {
  const own = Object.entries(formerNetworksIn({ begin, records })).filter(([name]) => world.places.has(name))
  const read = await readPacked(directory, Object.fromEntries(own))
  return { networks: read, created: begin.creates.filter((name) => world.places.has(name)) }
}
