/**
 * Writes docs/kinds.md from the registry and from what the tests of kinds found out on each kernel:
 *
 * `npm run kinds -- [RESULTS…]`, where each file is what `npm run test:kernels -- 6.1 6.12 here --json FILE -- TESTS…` wrote
 * of the tests rtnetlink/kinds, rtnetlink/kindProbe and reconcile/everyKind. What it needs of them is kept, so that without
 * a file the page is written anew for what the registry has become.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import type { AnyLinkKind } from '../src/rtnetlink/kinds/kind.js'
import { linkKinds } from '../src/rtnetlink/kinds/registry.js'
import { inRepository } from '../test/helpers/repository.js'
import type { KernelResults } from './kernels/run.js'

/** What is kept of the tests of one kernel. */
export type KindResults = Pick<KernelResults, 'release' | 'records'>

/** What is known of one section of specs, such as `vxlan` or `bondPort`, on one kernel. */
interface Finding {
  readonly proven: Set<string>
  readonly lacking: Set<string>
  created: boolean
  applied: boolean
}

interface Found {
  readonly type?: string
  readonly section?: string
  readonly kind?: string
  readonly known?: boolean
  readonly created?: readonly string[]
  readonly changed?: readonly string[]
  readonly lacking?: readonly string[]
  readonly applied?: boolean
}

/** A kernel as a heading of the table: `6.12`. */
const series = (release: string): string => release.split('.').slice(0, 2).join('.')

function findings({ records }: KindResults): { sections: Map<string, Finding>; absent: Set<string> } {
  const sections = new Map<string, Finding>()
  const absent = new Set<string>()
  const of = (section: string): Finding => {
    const known = sections.get(section) ?? { proven: new Set(), lacking: new Set(), created: false, applied: false }
    sections.set(section, known)
    return known
  }
  for (const entry of records) {
    const found: Found = typeof entry === 'object' && entry !== null ? entry : {}
    if (found.type === 'probe' && found.known === false && found.kind !== undefined) absent.add(found.kind)
    if (found.type === 'probe' && found.kind !== undefined) {
      for (const option of found.lacking ?? []) of(found.kind).lacking.add(option)
    }
    if (found.type !== 'kind' || found.section === undefined) continue
    const finding = of(found.section)
    for (const option of [...(found.created ?? []), ...(found.changed ?? [])]) finding.proven.add(option)
    for (const option of found.lacking ?? []) finding.lacking.add(option)
    finding.created ||= found.created !== undefined
    finding.applied ||= found.applied === true
  }
  return { sections, absent }
}

/** The sections of a kind: its options, and those of its ports. */
function sectionsOf({ kind, options, port }: AnyLinkKind): { section: string; names: readonly string[] }[] {
  return [{ section: kind, names: options.names }, ...(port ? [{ section: `${kind}Port`, names: port.names }] : [])]
}

function cell(kind: AnyLinkKind, section: string, names: readonly string[], results: KindResults): string {
  const { sections, absent } = findings(results)
  if (absent.has(kind.kind)) return 'no such kind'
  const finding = sections.get(section)
  if (!finding?.created) return 'not tried here'
  const lacking = names.filter((name) => finding.lacking.has(name) && !finding.proven.has(name))
  const proven = names.filter((name) => finding.proven.has(name))
  const count = names.length === 0 ? 'proven' : `${proven.length} of ${names.length}`
  const open = names.filter((name) => !finding.proven.has(name) && !lacking.includes(name))
  return [
    count,
    ...(lacking.length > 0 ? [`lacks ${lacking.map((name) => `\`${name}\``).join(', ')}`] : []),
    ...(open.length > 0 && proven.length > 0 ? [`not tried: ${open.map((name) => `\`${name}\``).join(', ')}`] : []),
    ...(finding.applied || section.startsWith('bridge') ? [] : ['as messages only']),
  ].join('; ')
}

/** The page, as Markdown. */
export function kindsPage(all: readonly KindResults[]): string {
  const rows = [...linkKinds()]
    .sort((a, b) => a.kind.localeCompare(b.kind, 'en'))
    .flatMap((kind) =>
      sectionsOf(kind).map(({ section, names }) => {
        const immutable = section === kind.kind ? (kind.immutable ?? []) : []
        const cells = all.map((results) => cell(kind, section, names, results))
        const final = immutable.length === 0 ? '' : immutable.map((name) => `\`${name}\``).join(', ')
        return `| \`${section}\` | ${cells.join(' | ')} | ${final} |`
      }),
    )
  const kernels = all.map(({ release }) => `Linux ${series(release)}`)
  return `---
title: Link kinds
group: Guides
---

# Link kinds

<!-- Written by scripts/kindsTable.ts from test/kernels/kinds.json; npm run kinds. -->

Every kind of link that the SDK can make, and what was proven of it on which kernel: how many of its options were set to
an unusual value, read back by \`ip\` and by the SDK, changed where they can be, kept by a snapshot, and found unchanged by
a second apply. An option that a kernel _lacks_ is one that it would silently ignore; a spec that asks for it is refused
before anything is changed, and so is a kind that the kernel does not have (error \`UNSUPPORTED\`). What a kernel has
is asked of the kernel itself, not of its version number: a module can be missing from any of them.

The kernels: ${all.map(({ release }) => `\`${release}\``).join(', ')}. Another value of an _immutable_ option makes the link anew;
some kinds have further changes that do, such as a VXLAN device that goes over to IPv6.

Kinds that are _not tried here_ have tests of their own beside these, or are waiting for a kernel that has them.

| options of | ${kernels.join(' | ')} | immutable |
| --- | ${kernels.map(() => '---').join(' | ')} | --- |
${rows.join('\n')}
`
}

/** Where the results lie. */
export const resultsFile: string = inRepository('test/kernels/kinds.json')

/** Reads results that scripts/kernels/main.ts wrote. */
export function readResults(path: string = resultsFile): KindResults[] {
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** Where the page lies. */
export const pageFile: string = inRepository('docs/kinds.md')

if (process.argv[1]?.endsWith('kindsTable.js')) {
  const fresh = process.argv.slice(2).flatMap((path) => readResults(path))
  if (fresh.length > 0) {
    const kept = fresh.map(({ release, records }) => ({ release, records }))
    writeFileSync(resultsFile, `${JSON.stringify(kept)}\n`)
  }
  writeFileSync(pageFile, kindsPage(readResults()))
  execFileSync('npx', ['biome', 'check', '--write', pageFile, resultsFile])
}
