import type { AnyLinkKind } from '../../src/rtnetlink/kinds/kind.js'
import { linkKinds } from '../../src/rtnetlink/kinds/registry.js'
import type { KernelResults } from '../kernels/results.js'

/** What was found of a section of specs, such as `vxlan` or `bondPort`, on one kernel. */
export interface Finding {
  /** The options that were seen at work. */
  readonly proven: readonly string[]
  /** The options that the kernel does not know. */
  readonly lacking: readonly string[]
  /** Whether specs made it, too, and not messages alone. */
  readonly applied: boolean
}

/** What is kept of the tests of one kernel. */
export interface Findings {
  readonly release: string
  /** Kinds that it does not have. */
  readonly absent: readonly string[]
  /** By section. */
  readonly sections: Readonly<Record<string, Finding>>
}

/** What test/helpers/record.ts was given, of which each entry has a part. */
interface Entry {
  readonly type?: string
  readonly kind?: string
  readonly section?: string
  readonly known?: boolean
  readonly created?: readonly string[]
  readonly changed?: readonly string[]
  readonly lacking?: readonly string[]
  readonly applied?: boolean
}

/** A section of specs, with the names of its options. */
export interface Section {
  readonly kind: AnyLinkKind
  readonly section: string
  readonly names: readonly string[]
}

/** All sections of the registry: the options of each kind, and those of its ports. */
export function sections(): Section[] {
  return [...linkKinds()].flatMap((kind) => [
    { kind, section: kind.kind, names: kind.options.names },
    ...(kind.port ? [{ kind, section: `${kind.kind}Port`, names: kind.port.names }] : []),
  ])
}

/**
 * What was kept, with what was found anew in its place: of the sections that were tried, and where the kernel was asked
 * for its kinds, which of them it has.
 */
export function mergedFindings(kept: readonly Findings[], fresh: readonly Findings[]): Findings[] {
  const releases = new Set([...kept, ...fresh].map(({ release }) => release))
  return [...releases].sort(byVersion).map((release) => {
    const [before, after] = [kept, fresh].map((list) => list.find((one) => one.release === release))
    const tried = Object.entries(after?.sections ?? {}).filter(
      ([, { applied, proven }]) => applied || proven.length > 0,
    )
    const all = { ...before?.sections, ...Object.fromEntries(tried) }
    const asked = after && after.absent.length > 0 ? after.absent : (before?.absent ?? [])
    // The module of a kind may have been built for another run.
    return { release, absent: asked.filter((kind) => !all[kind]?.applied), sections: all }
  })
}

/** Kernels of Debian, the oldest first, before others. */
function byVersion(a: string, b: string): number {
  return Number(isOfDebian(b)) - Number(isOfDebian(a)) || a.localeCompare(b, 'en', { numeric: true })
}

/** Whether it is a kernel of Debian's, with all its modules. */
export function isOfDebian(release: string): boolean {
  return release.endsWith('-amd64')
}

/** Brings together what the tests of a kernel recorded. */
export function findingsOf({ release, files }: KernelResults): Findings {
  const records = files.flatMap((one) => one.records)
  const entries = records.filter((one): one is Entry => typeof one === 'object' && one !== null)
  const absent = entries.flatMap(({ type, known, kind }) =>
    type === 'probe' && known === false && kind !== undefined ? [kind] : [],
  )
  const found = sections().map(({ section, names }): [string, Finding] => {
    const own = entries.filter((one) => one.section === section || (one.type === 'probe' && one.kind === section))
    const among = (lists: readonly (readonly string[] | undefined)[]): string[] => {
      const all = new Set(lists.flatMap((list) => list ?? []))
      return names.filter((name) => all.has(name))
    }
    const proven = among(own.flatMap(({ created, changed }) => [created, changed]))
    const lacking = among(own.map((one) => one.lacking)).filter((name) => !proven.includes(name))
    return [section, { proven, lacking, applied: own.some((one) => one.applied) }]
  })
  return { release, absent: [...new Set(absent)], sections: Object.fromEntries(found) }
}
