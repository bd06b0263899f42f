import * as v from 'valibot'
import { isOfShape } from '../../spec/shapeInTurns.js'
import { desiredRoute, dev, inetFamily, linkName, properties } from './journalRoute.js'
import type { JournalNetwork } from './packedFile.js'

/** A namespace that a transaction changes. */
export interface JournalNamespace {
  /** The name under which the spec has it; empty for its top level. */
  readonly name: string
  /** What tells it from every other one. */
  readonly identity: string
  /** Where it could be opened when the journal was begun. */
  readonly path?: string
}

/** The first line of a journal: everything that undoing needs, written before the first change. */
export interface JournalBegin {
  readonly type: 'begin'
  readonly version: 1
  readonly boot: string
  readonly pid: number
  readonly command: string
  /** ISO 8601. */
  readonly since: string
  readonly namespaces: readonly JournalNamespace[]
  /** Named namespaces that the transaction makes. */
  readonly creates: readonly string[]
  /** What the namespaces were, as far as the transaction can change them. */
  readonly networks: Readonly<Record<string, JournalNetwork>>
}

/** A later line of a journal. */
export type JournalRecord =
  /** More can be changed than was thought at first. */
  | { readonly type: 'changes'; readonly networks: Readonly<Record<string, JournalNetwork>> }
  /** A named namespace is made: without an identity about to be, with one there. */
  | { readonly type: 'namespace'; readonly name: string; readonly identity?: string }
  /** Everything was done and verified, and waits to be confirmed until then (ISO 8601). */
  | { readonly type: 'applied'; readonly confirmBy: string }
  /** Undoing was tried and failed. */
  | { readonly type: 'failed'; readonly reason: string }

const pathElement = v.pipe(v.string(), v.regex(/^[^/\0]{1,255}$/u), v.notValues(['.', '..']))
const identity = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,80}$/))

const entry = v.looseObject({
  kind: v.picklist(['masquerade', 'portForward', 'confinement']),
  key: v.string(),
  value: v.optional(properties),
})

const rowCount = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 28))

const packedReference = v.strictObject({
  file: v.pipe(v.string(), v.regex(/^\d+-\d+-[0-9a-f]+\.routes-\d+$/)),
  sum: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  inet: rowCount,
  inet6: rowCount,
  ways: rowCount,
})

const network = v.looseObject({
  links: v.array(
    v.looseObject({
      path: v.optional(v.string()),
      name: linkName,
      index: v.optional(v.pipe(v.number(), v.integer())),
      stays: v.optional(v.boolean()),
      madeKinds: v.optional(v.array(v.string())),
      successors: v.optional(v.array(v.string())),
      absent: v.boolean(),
      properties,
      addresses: v.optional(v.array(v.looseObject({ address: v.string() }))),
      marks: v.optional(v.array(v.pipe(v.string(), v.regex(/^linkwright\.[^/\s]{1,100}$/)))),
    }),
  ),
  routes: v.array(desiredRoute),
  bulk: v.optional(packedReference),
  nexthops: v.array(
    v.looseObject({
      path: v.optional(v.string()),
      absent: v.boolean(),
      nexthop: v.looseObject({ id: v.number(), dev: v.optional(dev) }),
      stated: properties,
    }),
  ),
  rules: v.array(
    v.looseObject({
      path: v.optional(v.string()),
      absent: v.boolean(),
      rule: v.looseObject({ family: inetFamily }),
      exact: v.optional(v.boolean()),
    }),
  ),
  neighbors: v.array(
    v.looseObject({
      path: v.optional(v.string()),
      absent: v.boolean(),
      neighbor: v.looseObject({ dev, address: v.string() }),
    }),
  ),
  fdb: v.optional(
    v.array(
      v.looseObject({
        path: v.optional(v.string()),
        absent: v.boolean(),
        entry: v.looseObject({ dev, mac: v.string(), via: v.optional(dev) }),
      }),
    ),
  ),
  mdb: v.optional(
    v.array(
      v.looseObject({
        path: v.optional(v.string()),
        absent: v.boolean(),
        entry: v.looseObject({ dev, port: dev, group: v.string() }),
      }),
    ),
  ),
  forwarding: v.looseObject({
    ipv4: v.optional(v.boolean()),
    ipv6: v.optional(v.boolean()),
    along: v.optional(v.record(v.string(), v.string())),
    path: v.optional(v.string()),
  }),
  firewall: v.optional(
    v.strictObject({
      table: v.pipe(v.string(), v.regex(/^linkwright(\.[A-Za-z0-9_-]{1,32})?$/)),
      entries: v.array(entry),
      exact: v.boolean(),
    }),
  ),
})

/** The same where only some of it is told. */
const partOfNetwork = v.partial(network)

const networks = v.record(v.union([v.literal(''), pathElement]), v.looseObject({}))

/** The first line, but for what is in the networks. */
const beginSchema = v.strictObject({
  type: v.literal('begin'),
  version: v.literal(1),
  boot: v.string(),
  pid: v.number(),
  command: v.string(),
  since: v.pipe(v.string(), v.isoTimestamp()),
  namespaces: v.array(
    v.strictObject({ name: v.union([v.literal(''), pathElement]), identity, path: v.optional(v.string()) }),
  ),
  creates: v.array(pathElement),
  networks,
})

/** The same of a later line. */
const recordSchema = v.variant('type', [
  v.strictObject({ type: v.literal('changes'), networks }),
  v.strictObject({ type: v.literal('namespace'), name: pathElement, identity: v.optional(identity) }),
  v.strictObject({ type: v.literal('applied'), confirmBy: v.pipe(v.string(), v.isoTimestamp()) }),
  v.strictObject({ type: v.literal('failed'), reason: v.string() }),
])

/** What a first line says, or why it is none; looked at in turns of the event loop. */
export async function beginOf(content: unknown): Promise<JournalBegin | { readonly refused: string }> {
  const { success, output, issues } = v.safeParse(beginSchema, content)
  if (!success) return { refused: v.summarize(issues).slice(0, 300) }
  if (!(await areNetworks(output.networks))) return { refused: 'it tells of no networks' }
  // The schemas hold every property to plain data; the objects inside are the kernel's own terms.
  return output as unknown as JournalBegin
}

/** What a later line says, if it is one. */
export async function recordOf(content: unknown): Promise<JournalRecord | undefined> {
  const { success, output } = v.safeParse(recordSchema, content)
  if (!success || (output.type === 'changes' && !(await areNetworks(output.networks)))) return undefined
  return output as JournalRecord
}

async function areNetworks(all: Readonly<Record<string, unknown>>): Promise<boolean> {
  for (const one of Object.values(all)) if (!(await isOfShape(network, one, partOfNetwork))) return false
  return true
}

/** What a journal says. */
export interface JournalRecords {
  readonly begin: JournalBegin
  readonly records: readonly JournalRecord[]
}

/** What a journal says, or why it cannot be believed. */
export type JournalContent = JournalRecords | { readonly refused: string }

/** What the namespaces were, by the last record that tells it. */
export function formerNetworksIn({ begin, records }: JournalRecords): JournalBegin['networks'] {
  let { networks } = begin
  for (const record of records) if (record.type === 'changes') networks = record.networks
  return networks
}
