import type { Problem } from '../../error.js'
import { grouped } from '../../grouped.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { ListedLink } from '../../rtnetlink/link.js'
import { isLead, isPairKind, peerOf } from '../../rtnetlink/pair.js'
import { throwIfAny } from '../../spec/invalidSpec.js'
import type { DesiredLink, DesiredNetwork } from '../../state/desired.js'
import type { Elsewhere, LinkRecord, NetworkState } from '../../state/model.js'
import { takenAlong } from '../reach/dependents.js'
import type { End, Wish } from '../reach/pairs.js'
import { formerNamesOf } from '../renames/formerNames.js'
import type { PlannedStep } from '../steps/step.js'
import { decidedAnew } from './decidedAnew.js'
import type { FarEnd } from './farEnd.js'
import { farUppersOf } from './farUppers.js'
import { recreatedLinks } from './recreatedLinks.js'

/**
 * The links that go with the other end of their pair, or with what they stand on, in another namespace and come back,
 * with the properties that they lose.
 */
export type FarEnds = ReadonlyMap<string, ReadonlyMap<string, FarEnd>>

/** The links, by namespace, that go and come back since what they lead to is made anew somewhere else. */
export async function farEndsMadeAnew(wishes: ReadonlyMap<string, Wish>, problems: Problem[]): Promise<FarEnds> {
  const far = new Map<string, Map<string, FarEnd>>()
  const uppers = farUppersOf([...wishes].map(([namespace, { actual }]) => [namespace, actual]))
  const concerned = [...wishes].filter(([namespace, { actual }]) => hasFarEnds(actual) || uppers.has(namespace))
  const seen = new Set<string>()
  let found = concerned.length > 0
  const add = ({ namespace, name }: End, end: FarEnd): void => {
    const ends = far.get(namespace) ?? new Map<string, FarEnd>()
    if (ends.has(name)) return
    far.set(namespace, ends.set(name, end))
    found = true
  }
  while (found) {
    found = false
    for (const [namespace, { desired, actual }] of concerned) {
      const wanted = new Map(desired.links.map((link) => [link.name, link]))
      for (const [name] of await recreatedLinks(desired, actual, wanted, far.get(namespace))) {
        const by = `${name} in ${namespace === '' ? 'the namespace of the program' : namespace}`
        for (const upper of uppers.get(namespace)?.get(name) ?? []) add(upper, { lost: [], by })
        const record = actual.links.get(name)
        const peer = record && isFarEnd(record.link) ? peerOf(record.link) : undefined
        if (!record || !peer || seen.has(`${namespace} ${name}`) || !keepsEnd(wanted.get(name), record.link)) continue
        seen.add(`${namespace} ${name}`)
        const there = peer.namespace ?? ''
        if (there === '' && saysAll(record.link)) {
          const message = `${name} leads a pair whose other end, ${peer.name}, is in the namespace of the program, so that it cannot be made anew`
          problems.push({
            path: wanted.get(name)?.path ?? '',
            message,
            hint: 'delete the pair, and make it from there',
          })
          continue
        }
        if (!wishes.get(there)?.actual.links.has(peer.name)) continue
        add({ namespace: there, name: peer.name }, { lost: decidedAnew(record, wanted, actual), by })
      }
    }
  }
  return far
}

/** What is wanted of a namespace that the spec does not name. */
export const bystander: DesiredNetwork = {
  bystander: true,
  links: [],
  routes: [],
  nexthops: [],
  rules: [],
  neighbors: [],
  forwarding: {},
}

/** A link that leads into another namespace, with the step that deletes it or makes it anew. */
interface Taken {
  readonly step: PlannedStep
  readonly record: LinkRecord
  readonly elsewhere: Elsewhere
}

function takenLinks(steps: readonly PlannedStep[], before: ReadonlyMap<string, NetworkState>): Taken[] {
  if (![...before.values()].some(leadsElsewhere)) return []
  return goneLinks(steps).flatMap(({ step, namespace, name }) => {
    const record = before.get(namespace)?.links.get(name)
    return record?.elsewhere ? [{ step, record, elsewhere: record.elsewhere }] : []
  })
}

/** The links that steps delete or make, by the names that they had, with the steps. */
function goneLinks(steps: readonly PlannedStep[]): (End & { readonly step: PlannedStep })[] {
  return [...grouped(steps, ({ namespace = '' }) => namespace)].flatMap(([namespace, own]) => {
    const names = formerNamesOf(own)
    return own.flatMap((step) => {
      const { operation } = step
      const name = operation.type === 'deleteLink' ? operation.name : undefined
      const gone = operation.type === 'createLink' ? operation.link.name : name
      return gone === undefined ? [] : [{ step, namespace, name: names.of(gone) }]
    })
  })
}

/** Steps with what they do in other namespaces: the other end of a pair goes there, too, and what stands on a link. */
export function withFarEnds(
  steps: readonly PlannedStep[],
  before: ReadonlyMap<string, NetworkState>,
): readonly PlannedStep[] {
  if (![...before.values()].some(leadsElsewhere)) return steps
  const uppers = farUppersOf(before)
  const gone = goneLinks(steps)
  const seen = new Set<string>()
  const far: PlannedStep[] = []
  // Grows while it is walked.
  for (const { step, namespace, name } of gone) {
    const state = before.get(namespace)
    const record = state?.links.get(name)
    if (!state || !record || seen.has(`${namespace} ${name}`)) continue
    seen.add(`${namespace} ${name}`)
    for (const other of takenAlong(name, state)) gone.push({ step, namespace, name: other })
    const peer = isFarEnd(record.link) ? peerOf(record.link) : undefined
    const ends = [...(uppers.get(namespace)?.get(name) ?? [])]
    if (peer) ends.push({ namespace: peer.namespace ?? '', name: peer.name })
    for (const end of ends) {
      far.push({ ...step, namespace: end.namespace, operation: { type: 'deleteLink', name: end.name } })
      gone.push({ step, ...end })
    }
  }
  return far.length === 0 ? steps : [...steps, ...far]
}

/** The links that lead nobody knows where, by namespace, which steps are to make anew. */
export function remadeNowhere(
  steps: readonly PlannedStep[],
  before: ReadonlyMap<string, NetworkState>,
): ReadonlyMap<string, readonly LinkRecord[]> {
  const nowhere = takenLinks(steps, before).filter(({ step, elsewhere }) => isRefused(step, elsewhere))
  const byNamespace = grouped(nowhere, ({ step }) => step.namespace ?? '')
  return new Map([...byNamespace].map(([namespace, own]) => [namespace, own.map(({ record }) => record)]))
}

/** Whether nobody could put a link back that is to be made anew. Whoever wants it to be gone has said so. */
function isRefused({ disruption }: PlannedStep, { namespace }: Elsewhere): boolean {
  return namespace === undefined && disruption === 'recreate'
}

/**
 * The namespaces that were not read, into which links lead that steps delete or make anew; refuses to make anew what nobody
 * could put back.
 */
export function farNamespaces(
  steps: readonly PlannedStep[],
  before: ReadonlyMap<string, NetworkState>,
): ReadonlySet<string> {
  const names = new Set<string>()
  const problems: Problem[] = []
  for (const { step, record, elsewhere } of takenLinks(steps, before)) {
    const [{ link }, { namespace }] = [record, elsewhere]
    if (namespace !== undefined && !before.has(namespace)) names.add(namespace)
    if (isRefused(step, elsewhere)) {
      const [what, whole] = isPairKind(link.kind) ? ['its other end', 'pair'] : ['what it stands on', 'link']
      const where = 'in a namespace that has no name or cannot be opened'
      problems.push({
        path: step.path ?? '',
        message: `the link ${link.name} cannot be made anew, since ${what} is ${where}, where nobody could put it back`,
        hint: `name that namespace (ip netns attach), or delete the ${whole} yourself (ip link delete)`,
      })
    }
  }
  throwIfAny(problems)
  return names
}

/**
 * The namespaces that were not read, into which new pairs are to reach.
 * @param existing the namespaces that have a name
 */
export function peerNamespaces(
  steps: readonly PlannedStep[],
  before: ReadonlyMap<string, NetworkState>,
  existing: () => readonly string[],
): ReadonlySet<string> {
  const names = new Set<string>()
  const problems: Problem[] = []
  let known: ReadonlySet<string> | undefined
  for (const { operation, path = '' } of steps) {
    const peer = operation.type === 'createLink' ? peerOf(operation.link) : undefined
    if (peer?.namespace === undefined || before.has(peer.namespace)) continue
    known ??= new Set(existing())
    if (known.has(peer.namespace)) names.add(peer.namespace)
    else {
      const message = `there is no namespace ${peer.namespace}, which ${peer.name} is to be in`
      problems.push({ path, message, hint: `name it in "namespaces", and it is made` })
    }
  }
  throwIfAny(problems)
  return names
}

function leadsElsewhere({ links }: NetworkState): boolean {
  for (const { elsewhere } of links.values()) if (elsewhere) return true
  return false
}

function hasFarEnds({ links }: NetworkState): boolean {
  for (const { link } of links.values()) if (isFarEnd(link)) return true
  return false
}

/** Whether nothing of its pair can be said at the other end. */
function saysAll(link: ListedLink): boolean {
  return linkKind(link.kind ?? '')?.pair?.lead !== undefined && isLead(link)
}

/** Whether a link that is made anew is to have the other end that it has. */
function keepsEnd(wanted: DesiredLink | undefined, link: ListedLink): boolean {
  const { kind = link.kind } = wanted?.properties ?? {}
  const [before, after] = [peerOf(link), wanted && peerOf(wanted.properties)]
  return kind === link.kind && (!after || (after.name === before?.name && after.namespace === before.namespace))
}

function isFarEnd({ kind, linkNamespaceId }: ListedLink): boolean {
  return linkNamespaceId !== undefined && isPairKind(kind)
}
