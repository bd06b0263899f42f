import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { NetworkError } from '../error.js'
import { isRecord } from '../ownValue.js'
import { rest } from '../system/turns.js'
import { invalidSpec } from './invalidSpec.js'
import { isRouteFile, markWhole, placed } from './routeEntries.js'
import { routesFromItems } from './routeItems.js'
import { type RouteReadOptions, SourceError } from './routeReading.js'
import { RouteSet } from './routeSet.js'
import { isRouteSet } from './routeSetBrand.js'
import { routesFrom } from './routeSource.js'
import type { RouteFileSpec, RouteSpec } from './types.js'

/** How routes are taken in. */
export interface LoadOptions extends RouteReadOptions {
  /** Where relative paths of files begin. Default: the working directory. */
  readonly directory?: string | undefined
  /** The names of a namespace's links by their indices, for files that have these; the spec's own has the empty name. */
  readonly linkNames?: (namespace: string) => Promise<(index: number) => string | undefined>
}

interface NetworkOptions extends LoadOptions {
  readonly namespace: string
}

/** More routes than these are not kept as an object each. */
const mostSingle = 500

/**
 * Takes routes that come from files, iterables or long lists in, so that a list of single routes and sets is left. What
 * has the wrong shape is left as it is, for validation to tell of.
 */
export async function loadRoutes(spec: unknown, options: LoadOptions = {}): Promise<unknown> {
  if (!isRecord(spec)) return spec
  const own = await loadedNetwork(spec, '', { ...options, namespace: '' })
  if (!('namespaces' in own) || !isRecord(own.namespaces)) return own
  const namespaces: (readonly [name: string, network: unknown])[] = []
  for (const [name, network] of Object.entries(own.namespaces)) {
    const path = `/namespaces/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    const loaded = isRecord(network) ? await loadedNetwork(network, path, { ...options, namespace: name }) : network
    namespaces.push([name, loaded])
  }
  // Not by assignment, which would take `__proto__` for something else.
  return { ...own, namespaces: Object.fromEntries(namespaces) }
}

async function loadedNetwork(network: object, path: string, options: NetworkOptions): Promise<object> {
  if (!('routes' in network)) return network
  const { routes } = network
  if (isRouteSet(routes)) return { ...network, routes: [markWhole(routes)] }
  if (!isIterable(routes)) return network
  const at = `${path}/routes`
  if (!Array.isArray(routes)) return { ...network, routes: [markWhole(await packed(routes, at, options))] }
  const entries: unknown[] = routes
  const isPlain = entries.length <= mostSingle && !entries.some(isRouteFile)
  return isPlain ? network : { ...network, routes: await loadedList(entries, at, options) }
}

function isIterable(value: unknown): value is Iterable<RouteSpec> | AsyncIterable<RouteSpec> {
  return typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
}

/** How many entries of a list, of which there may be a million, come between looks at the clock. */
const entriesBetween = 1 << 10

async function loadedList(entries: readonly unknown[], path: string, options: NetworkOptions): Promise<unknown[]> {
  const loaded = new Map<number, unknown>()
  const numbers: number[] = []
  for (const [index, entry] of entries.entries()) {
    if (index % entriesBetween === 0) await rest()
    if (isRouteSet(entry)) loaded.set(index, entry)
    else if (isRouteFile(entry)) {
      const file = fileAlone(entry)
      loaded.set(index, file === undefined ? entry : await fromFile(file, `${path}/${index}/file`, options))
    } else numbers.push(index)
  }
  const sets = [...loaded].flatMap(([index, entry]) => (isRouteSet(entry) ? [placed(entry, index)] : []))
  // What validation has to tell of something else needs its place in the list.
  if (numbers.length > mostSingle && sets.length === loaded.size) {
    const single = entriesAt(numbers, entries)
    return [markWhole(await packed(single, path, options, Uint32Array.from(numbers))), ...sets]
  }
  return entries.map((entry, index) => loaded.get(index) ?? entry)
}

function* entriesAt(numbers: readonly number[], entries: readonly unknown[]): Generator<RouteSpec> {
  for (const index of numbers) yield entries[index] as RouteSpec
}

/** The file of a part that names one and nothing else; validation tells of any other. */
function fileAlone(entry: RouteFileSpec): string | undefined {
  const { file, ...others }: { readonly file: unknown } = entry
  return typeof file === 'string' && file !== '' && Object.keys(others).length === 0 ? file : undefined
}

async function packed(
  items: Iterable<RouteSpec> | AsyncIterable<RouteSpec>,
  path: string,
  options: RouteReadOptions,
  numbers?: Uint32Array,
): Promise<RouteSet> {
  try {
    return new RouteSet(await routesFromItems(items, options, numbers))
  } catch (error) {
    if (error instanceof SourceError) throw unread(path, 'the routes', error)
    if (!(error instanceof NetworkError) || !error.problems) throw error
    throw invalidSpec(error.problems.map((problem) => ({ ...problem, path: `${path}${problem.path}` })))
  }
}

async function fromFile(
  file: string,
  path: string,
  { directory = '', signal, timeout, linkNames, namespace }: NetworkOptions,
): Promise<RouteSet> {
  const stream = createReadStream(resolve(directory, file), { highWaterMark: 1 << 18 })
  try {
    return new RouteSet(
      await routesFrom(stream, {
        name: file,
        signal,
        timeout,
        ...(linkNames ? { linkNames: () => linkNames(namespace) } : {}),
      }),
    )
  } catch (error) {
    if (error instanceof SourceError) throw unread(path, file, error)
    if (!(error instanceof NetworkError) || !error.problems) throw error
    throw invalidSpec(error.problems.map((problem) => ({ ...problem, path })))
  } finally {
    stream.destroy()
  }
}

function unread(path: string, what: string, { cause }: SourceError): NetworkError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return invalidSpec([{ path, message: `cannot read ${what}: ${reason}` }]).with({ cause })
}
