import { type HtbClassOptions, sameClassOption } from '../rtnetlink/qdiscs/htbClass.js'
import { type OpaqueQdisc, optionsOfPlaced } from '../rtnetlink/qdiscs/qdisc.js'
import { qdiscKind } from '../rtnetlink/qdiscs/registry.js'
import type { TrafficClass } from '../rtnetlink/qdiscs/trafficClass.js'
import type { QdiscClassSpec, QdiscSpec } from '../spec/qdiscTypes.js'
import { type PropertyChange, sameOption, sameValue } from './equal.js'
import { wantedHandle, withMajor } from './qdisc.js'

/** A qdisc at its place, without its link and its classes. */
export type PlacedQdisc = (QdiscSpec | OpaqueQdisc | { readonly kind: 'clsact' | 'ingress' }) & {
  readonly parent: string
  readonly handle?: string
}

/** What is done to one qdisc or class of a link. */
export type QdiscChange =
  | { readonly action: 'create' | 'change'; readonly qdisc: PlacedQdisc }
  /** With the kind where it is no place of qdiscs that send. */
  | { readonly action: 'delete'; readonly parent: string; readonly kind?: 'clsact' | 'ingress' }
  | { readonly action: 'createClass' | 'changeClass'; readonly class: Omit<TrafficClass, 'dev'> }
  | { readonly action: 'deleteClass'; readonly id: string }

/** What brings the qdisc of a place to what it should be. */
export interface QdiscDifference {
  readonly action: 'create' | 'update' | 'recreate' | 'delete'
  readonly properties: readonly PropertyChange[]
  /** In this order. */
  readonly changes: readonly QdiscChange[]
  /** What a new one needs and is not given. */
  readonly missing: readonly string[]
}

type Wanted = QdiscSpec | OpaqueQdisc

/**
 * Compares the qdisc of a place with what it should be; `null` for the kernel's default.
 *
 * @param parent the place: `root`, or a class
 * @param name how a spec calls the place
 * @param exact whether it is to have no other options
 */
export function qdiscDifference(
  parent: string,
  name: string,
  wanted: Wanted | null,
  actual: Wanted | undefined,
  exact: boolean,
): QdiscDifference | undefined {
  if (wanted === null) {
    if (!actual) return undefined
    const properties = [{ property: name, before: kindOf(actual) }]
    return { action: 'delete', properties, changes: [{ action: 'delete', parent }], missing: [] }
  }
  if (!actual) return creation(parent, name, wanted)
  const handle = wanted.kind === 'opaque' ? handleOf(wanted) : wantedHandle(wanted)
  const renamed = handle !== undefined && handle !== handleOf(actual)
  if (kindOf(wanted) !== kindOf(actual)) return recreation(parent, name, wanted, actual, [])
  const options = optionDifferences(name, wanted, actual, exact)
  const anew = options.some(({ immutable }) => immutable)
  if (renamed || anew) {
    const properties = options.map(({ immutable: _immutable, ...change }) => change)
    if (renamed) properties.unshift({ property: `${name}.handle`, before: handleOf(actual), after: handle })
    return recreation(parent, name, merged(wanted, actual, exact), actual, properties)
  }
  const changes: QdiscChange[] = []
  const properties: PropertyChange[] = options.map(({ immutable: _immutable, ...change }) => change)
  if (options.length > 0) {
    const whole = { ...merged(wanted, actual, exact), ...handleIn(actual) }
    changes.push({ action: 'change', qdisc: placed(parent, withoutImmutable(whole)) })
  }
  const missing: string[] = []
  if (wanted.kind === 'htb' && wanted.classes && actual.kind === 'htb') {
    const classes = classDifferences(name, wanted.classes, actual.classes ?? [], exact)
    changes.push(...classes.changes)
    properties.push(...classes.properties)
    missing.push(...classes.missing)
  }
  return changes.length === 0 ? undefined : { action: 'update', properties, changes, missing }
}

function kindOf(qdisc: Wanted): string {
  return qdisc.kind === 'opaque' ? qdisc.name : qdisc.kind
}

function handleOf(qdisc: Wanted): string | undefined {
  return 'handle' in qdisc && typeof qdisc.handle === 'string' ? qdisc.handle : undefined
}

function handleIn(qdisc: Wanted): { readonly handle?: string } {
  const handle = handleOf(qdisc)
  return handle === undefined ? {} : { handle }
}

function placed(parent: string, qdisc: Wanted): PlacedQdisc {
  const { classes: _classes, ...own } = { classes: undefined, ...qdisc }
  return { ...own, parent } as PlacedQdisc
}

/** The kernel does not even take again what it does not change: net/sched/sch_fq_codel.c, fq_codel_change. */
function withoutImmutable(qdisc: Wanted): Wanted {
  const immutable = qdiscKind(qdisc.kind)?.immutable
  if (immutable === undefined || immutable === 'all') return qdisc
  return Object.fromEntries(Object.entries(qdisc).filter(([name]) => !immutable.includes(name))) as unknown as Wanted
}

/** What is wanted, and of what is there the options that nothing is said of. */
function merged(wanted: Wanted, actual: Wanted, exact: boolean): Wanted {
  if (exact || wanted.kind === 'opaque' || wanted.kind !== actual.kind) return wanted
  const completed = qdiscKind(wanted.kind)?.completed?.(optionsOfPlaced(wanted), optionsOfPlaced(actual))
  const { latency: _latency, ...stated } = { latency: undefined, ...wanted }
  return { ...actual, ...stated, ...completed } as Wanted
}

interface OptionDifference extends PropertyChange {
  readonly immutable: boolean
}

function optionDifferences(name: string, wanted: Wanted, actual: Wanted, exact: boolean): OptionDifference[] {
  if (wanted.kind === 'opaque' || actual.kind === 'opaque') {
    return sameValue(wanted, actual) ? [] : [{ property: name, immutable: true }]
  }
  const kind = qdiscKind(wanted.kind)
  if (!kind) return []
  const before: Record<string, unknown> = { ...optionsOfPlaced(actual) }
  const stated: Record<string, unknown> = {
    ...(kind.completed?.(optionsOfPlaced(wanted), before) ?? optionsOfPlaced(wanted)),
  }
  const domains = kind.options.domain.type === 'object' ? kind.options.domain.properties : {}
  const all = { ...before, ...stated }
  const immutable = (option: string): boolean => kind.immutable === 'all' || (kind.immutable?.includes(option) ?? false)
  const differing = Object.entries(stated)
    .filter(([option, after]) => {
      const same = kind.same?.(option, after, before[option], all)
      return !(same ?? sameOption(domains[option], after, before[option]))
    })
    .map(([option, after]) => ({
      property: `${name}.${option}`,
      ...(before[option] === undefined ? {} : { before: before[option] }),
      after,
      immutable: immutable(option),
    }))
  // What is not to be there at all goes only with the whole.
  const surplus = exact ? Object.keys(before).filter((option) => !(option in stated)) : []
  return [
    ...differing,
    ...surplus.map((option) => ({ property: `${name}.${option}`, before: before[option], immutable: true })),
  ]
}

function creation(parent: string, name: string, wanted: Wanted): QdiscDifference {
  const given = optionsOfPlaced(wanted)
  const properties: PropertyChange[] = [
    { property: `${name}.kind`, after: kindOf(wanted) },
    ...Object.entries(given).map(([option, after]) => ({ property: `${name}.${option}`, after })),
  ]
  const kind = qdiscKind(wanted.kind)
  const complete = new Set(Object.keys(kind?.completed?.(given, {}) ?? given))
  const missing = (kind?.required ?? []).filter((option) => !complete.has(option)).map((option) => `${name}.${option}`)
  if (wanted.kind !== 'htb') {
    return { action: 'create', properties, changes: [{ action: 'create', qdisc: placed(parent, wanted) }], missing }
  }
  const handle = wantedHandle(wanted) ?? '1:'
  const classes = classDifferences(name, wanted.classes ?? [], [], false)
  return {
    action: 'create',
    properties: [...properties, ...classes.properties],
    changes: [{ action: 'create', qdisc: placed(parent, { ...wanted, handle }) }, ...classes.changes],
    missing: [...missing, ...classes.missing],
  }
}

/** A qdisc that is deleted, and made with all that it had where it stays of its kind. */
function recreation(
  parent: string,
  name: string,
  wanted: Wanted,
  actual: Wanted,
  properties: readonly PropertyChange[],
): QdiscDifference {
  const keeps = kindOf(wanted) === kindOf(actual)
  const handle = wanted.kind === 'opaque' ? handleOf(wanted) : wantedHandle(wanted)
  const own = keeps ? { ...handleIn(actual), ...wanted, ...(handle === undefined ? {} : { handle }) } : wanted
  const whole =
    own.kind === 'htb' && own.classes && handle !== undefined
      ? { ...own, classes: own.classes.map((one) => withMajor(one, handle)) }
      : own
  const made = creation(parent, name, whole as Wanted)
  return {
    action: 'recreate',
    properties: keeps ? properties : [{ property: `${name}.kind`, before: kindOf(actual), after: kindOf(wanted) }],
    changes: [{ action: 'delete', parent }, ...made.changes],
    missing: made.missing,
  }
}

interface ClassDifferences {
  readonly properties: readonly PropertyChange[]
  readonly changes: readonly QdiscChange[]
  readonly missing: readonly string[]
}

/** Classes of both lists stand behind the ones that they are part of. */
function classDifferences(
  name: string,
  wanted: readonly QdiscClassSpec[],
  actual: readonly QdiscClassSpec[],
  exact: boolean,
): ClassDifferences {
  const wishes = new Map(wanted.map((one) => [one.id, one]))
  const before = new Map(actual.map((one) => [one.id, one]))
  const doomed = new Set<string>()
  for (const { id, parent } of actual) {
    const wish = wishes.get(id)
    if (!wish || wish.parent !== parent || (parent !== undefined && doomed.has(parent))) doomed.add(id)
  }
  const properties: PropertyChange[] = []
  const changes: QdiscChange[] = []
  const missing: string[] = []
  for (const { id } of [...actual].reverse()) if (doomed.has(id)) changes.push({ action: 'deleteClass', id })
  for (const { id } of actual) if (!wishes.has(id)) properties.push({ property: `${name}.classes.${id}`, before: id })
  for (const one of wanted) {
    const at = `${name}.classes.${one.id}`
    const former = before.get(one.id)
    const isThere = former !== undefined && !doomed.has(one.id)
    const options = classOptionsOf(one, former, exact)
    const differing = classChanges(at, options, isThere ? former : undefined)
    if (differing.length > 0) {
      properties.push(...(isThere ? differing : [{ property: at, after: optionsOfPlaced(one) }]))
      changes.push({ action: isThere ? 'changeClass' : 'createClass', class: options })
    }
    // One that is made anew gets the leaf back that it had.
    const leaf = one.qdisc === undefined && !isThere ? former?.qdisc : one.qdisc
    if (leaf === undefined) continue
    const difference = qdiscDifference(
      one.id,
      `${at}.qdisc`,
      leaf,
      isThere ? (former.qdisc ?? undefined) : undefined,
      exact,
    )
    if (!difference) continue
    properties.push(...difference.properties)
    changes.push(...difference.changes)
    missing.push(...difference.missing)
  }
  return { properties, changes, missing }
}

/** A class with what it had and nothing is said of; `ceil` follows `rate`, and so does `quantum`. */
function classOptionsOf(
  { qdisc: _qdisc, ...one }: QdiscClassSpec,
  former: QdiscClassSpec | undefined,
  exact: boolean,
): Omit<TrafficClass, 'dev'> {
  const { qdisc: _leaf, parent: _parent, quantum, ...had }: QdiscClassSpec = exact || !former ? one : former
  const kept = quantum !== undefined && had.rate === one.rate ? { quantum } : {}
  return { ...had, ...kept, ...one, ceil: one.ceil ?? one.rate }
}

function classChanges(
  at: string,
  options: Omit<TrafficClass, 'dev'>,
  former: QdiscClassSpec | undefined,
): PropertyChange[] {
  const before: Record<string, unknown> = { ...(former ? optionsOfPlaced(former) : {}) }
  const all: HtbClassOptions = options
  return Object.entries(optionsOfPlaced(options))
    .filter(([option, after]) => !former || !sameClassOption(option, after, before[option], all))
    .map(([option, after]) => ({
      property: `${at}.${option}`,
      ...(before[option] === undefined ? {} : { before: before[option] }),
      after,
    }))
}

/** Compares the place of filters. */
export function ingressDifference(
  wanted: 'clsact' | 'ingress' | null,
  actual: 'clsact' | 'ingress' | undefined,
): QdiscDifference | undefined {
  if (wanted === (actual ?? null)) return undefined
  const gone: QdiscChange[] = actual ? [{ action: 'delete', parent: 'ingress', kind: actual }] : []
  // Both are one place in the kernel.
  const made: QdiscChange[] = wanted ? [{ action: 'create', qdisc: { kind: wanted, parent: 'ingress' } }] : []
  return {
    action: wanted === null ? 'delete' : actual ? 'recreate' : 'create',
    properties: [
      {
        property: 'ingressQdisc',
        ...(actual ? { before: actual } : {}),
        ...(wanted === null ? {} : { after: wanted }),
      },
    ],
    changes: [...gone, ...made],
    missing: [],
  }
}
