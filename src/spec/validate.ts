import * as v from 'valibot'
import type { Problem } from '../error.js'
import { nearest } from '../nearest.js'
import { isRecord, ownValue } from '../ownValue.js'
import { addressHint } from './addressHint.js'
import type { AnySchema } from './domainSchema.js'
import { invalidSpec, throwIfAny } from './invalidSpec.js'
import { meantByOtherWord } from './otherWords.js'
import { type Path, pointer, shown, shownName } from './pointer.js'
import { routeProblems } from './routeSemantics.js'
import { routeSchema, specSchema } from './schema.js'
import { reportTo, semanticProblems, semanticProblemsInTurns } from './semantics.js'
import { isOfShape } from './shapeInTurns.js'
import { soundEntries } from './soundEntries.js'
import type { Spec } from './types.js'

/** Checks a spec's shape and its meaning; throws one `INVALID_SPEC` that tells of all problems. */
export function validateSpec(input: unknown): Spec {
  const schema = specSchema()
  const result = v.safeParse(schema, input)
  if (result.success) {
    throwIfAny(semanticProblems(input as Spec))
    return input as Spec
  }
  const problems = shapeProblems(schema, result.issues)
  const rest = without(input, problems)
  // What is left may contradict itself all the same, and both kinds of problem belong into one error.
  const further = contradictions(schema, rest)
  throw invalidSpec([...problems, ...further.filter((one) => !problems.some((other) => isAbout(one, other)))])
}

/** What contradicts itself in a spec, of whose entries those may be incomplete that something was taken out of. */
function contradictions(schema: AnySchema, spec: unknown): Problem[] {
  const result = v.safeParse(schema, spec)
  if (result.success) return semanticProblems(spec as Spec)
  const sound = soundEntries(spec, shapeProblems(schema, result.issues))
  if (!v.safeParse(schema, sound.spec).success) return []
  return semanticProblems(sound.spec as Spec).flatMap((problem) => sound.placed(problem) ?? [])
}

/** {@link validateSpec} in turns of the event loop; what is wrong is worked out at once. */
export async function validateSpecInTurns(input: unknown): Promise<Spec> {
  if (!(await isOfShape(specSchema(), input))) return validateSpec(input)
  throwIfAny(await semanticProblemsInTurns(input as Spec))
  return input as Spec
}

/** What is wrong with one route by itself. */
export function problemsOfRoute(input: unknown): Problem[] {
  const result = v.safeParse(routeSchema, input)
  if (!result.success) return shapeProblems(routeSchema, result.issues)
  const problems: Problem[] = []
  for (const _ of routeProblems([result.output], [], reportTo(problems)));
  // It was looked at as the first of a list.
  return problems.map((problem) => ({ ...problem, path: problem.path.replace(/^\/0/, '') }))
}

/** Whether a problem may be there only because another one's value was left out. */
function isAbout(problem: Problem, other: Problem): boolean {
  return other.path.startsWith(`${problem.path}/`)
}

/** A copy without the values that problems are about. */
function without(input: unknown, problems: readonly Problem[]): unknown {
  const copy = cloned(input)
  for (const { path } of problems) {
    const keys = path.split('/').slice(1)
    const last = keys.pop()
    let parent: unknown = copy
    for (const key of keys) parent = ownValue(parent, key)
    if (last !== undefined && isRecord(parent)) {
      Reflect.deleteProperty(parent, last.replaceAll('~1', '/').replaceAll('~0', '~'))
    }
  }
  return copy
}

/** A deep copy; of what is no plain data, such as a function, there is none. */
function cloned(input: unknown): unknown {
  try {
    return structuredClone(input)
  } catch {
    return undefined
  }
}

function shapeProblems(schema: AnySchema, issues: readonly v.BaseIssue<unknown>[]): Problem[] {
  return issues.flatMap((issue) => problemsOf(schema, issue, []))
}

function problemsOf(schema: AnySchema, issue: v.BaseIssue<unknown>, prefix: Path): Problem[] {
  const path = [...prefix, ...keysOf(issue)]
  if (issue.type === 'union' && issue.issues) {
    // What fits one of the alternatives at first sight and fails inside it is meant as that one.
    const inner = issue.issues.filter(({ type, path: at }) => (at?.length ?? 0) > 0 || isAction(type))
    if (inner.length > 0) return inner.flatMap((one) => problemsOf(schema, one, path))
  }
  const key = path.at(-1)
  if (issue.type === 'strict_object' && issue.expected === 'never') return unknownKeys(schema, issue, path)
  if (issue.type === 'strict_object' && issue.received === 'undefined' && keysOf(issue).length > 0) {
    return [{ path: pointer(path), message: `${JSON.stringify(key)} is missing` }]
  }
  return [valueProblem(issue, path, path.length === 0 && schema !== routeSchema)]
}

/** The issue is about the first key that an object may not have; what others there are is worked out here. */
function unknownKeys(schema: AnySchema, issue: v.BaseIssue<unknown>, path: Path): Problem[] {
  const place = path.slice(0, -1)
  const first = String(path.at(-1))
  const object = issue.path?.at(-1)?.input
  const known = keysAt(schema, place, object)
  const all = known.length > 0 && typeof object === 'object' && object !== null ? Object.keys(object) : []
  const further = all.filter((name) => name !== first && !known.includes(name))
  return [first, ...further].map((key) => {
    const at = [...place, key]
    const name = shownName(key, at)
    const hint = meantByOtherWord(key, known) ?? nearest(key, known)
    return {
      path: pointer([...place, name]),
      message: `unknown property ${JSON.stringify(name)}`,
      found: shown(ownValue(object, key), at),
      ...(hint === undefined ? {} : { hint: `did you mean ${hint}?` }),
    }
  })
}

function valueProblem(issue: v.BaseIssue<unknown>, path: Path, isSpec: boolean): Problem {
  const expected = issue.expected ?? undefined
  const custom = issue.type === 'check' || issue.type === 'regex'
  const found = shown(issue.input, path)
  const message = custom
    ? withoutSecret(issue.message, issue.input, found)
    : isSpec
      ? `a spec is an object, such as {"links": []}, and not ${found}`
      : `${found} is not valid, expected ${expected ?? issue.type}`
  const names = issue.type === 'picklist' && expected ? [...expected.matchAll(/"([^"]+)"/g)] : []
  const words = names.map(([, word]) => word).filter((word) => word !== undefined)
  const name = typeof issue.input === 'string' ? nearest(issue.input, words) : undefined
  const isAddress = issue.type === 'check' && typeof issue.input === 'string'
  const hint = isAddress ? addressHint(issue.input) : name && `did you mean ${name}?`
  return {
    path: pointer(path),
    message,
    found,
    ...(expected === undefined ? {} : { expected }),
    ...(hint === undefined ? {} : { hint }),
  }
}

/** A message that shows what was given, without it where that may be secret. */
function withoutSecret(message: string, input: unknown, found: string): string {
  return found === '(hidden)' ? message.replaceAll(JSON.stringify(input) ?? '', found) : message
}

/** Issues of `v.pipe`'s actions: the type was right, the value was not. */
function isAction(type: string): boolean {
  return ['check', 'regex', 'integer', 'min_value', 'max_value', 'max_bytes', 'non_empty'].includes(type)
}

function keysOf(issue: v.BaseIssue<unknown>): Path {
  return (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)))
}

/** The keys that an object which stands at a path may have. */
function keysAt(schema: AnySchema, path: Path, object: unknown): string[] {
  let schemas: object[] = [schema]
  for (const key of path) schemas = schemas.flatMap((one) => childSchemas(unwrapped(one), key))
  return schemas.flatMap((one) => unwrapped(one, object)).flatMap((one) => Object.keys(entriesOf(one)))
}

function childSchemas(alternatives: readonly object[], key: string | number): object[] {
  const children: unknown[] = []
  for (const schema of alternatives) {
    if ('item' in schema) children.push(schema.item)
    else if ('value' in schema) children.push(schema.value)
    else children.push(ownValue(entriesOf(schema), key))
  }
  return children.filter((child): child is object => typeof child === 'object' && child !== null)
}

function entriesOf(schema: object): object {
  return 'entries' in schema && typeof schema.entries === 'object' ? (schema.entries ?? {}) : {}
}

/** Takes off what wraps a schema: optional, nullable, pipe; and lists the options of a union. */
function unwrapped(schema: object, value?: unknown): object[] {
  if ('wrapped' in schema && typeof schema.wrapped === 'object' && schema.wrapped)
    return unwrapped(schema.wrapped, value)
  if ('getter' in schema && typeof schema.getter === 'function') return unwrapped(schema.getter(value), value)
  if ('options' in schema && Array.isArray(schema.options)) {
    return schema.options
      .filter((option): option is object => typeof option === 'object')
      .flatMap((one) => unwrapped(one, value))
  }
  return [schema]
}
