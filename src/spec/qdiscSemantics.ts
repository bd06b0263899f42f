import { canonicalHandle, majorOf, minorOf } from '../rtnetlink/qdiscs/handle.js'
import type { Path } from './pointer.js'
import type { HtbQdiscSpec, LeafQdiscSpec, QdiscClassSpec } from './qdiscTypes.js'
import type { Report } from './report.js'
import type { LinkSpec } from './types.js'

/** What is wrong with the qdisc of a link. */
export function qdiscProblems({ qdisc }: LinkSpec, at: Path, report: Report): void {
  if (!qdisc) return
  const here = [...at, 'qdisc']
  handleProblems(qdisc, here, report)
  if (qdisc.kind === 'htb') classProblems(qdisc, here, report)
  else leafProblems(qdisc, here, report)
}

function handleProblems({ handle }: { readonly handle?: string }, at: Path, report: Report): void {
  if (handle === undefined) return
  if (minorOf(handle) !== 0)
    report([...at, 'handle'], `${handle} is the name of a class; that of a qdisc ends in a colon`)
  else if (majorOf(handle) === '0:') report([...at, 'handle'], '0: is what the kernel calls its own qdiscs')
}

function leafProblems(qdisc: LeafQdiscSpec, at: Path, report: Report): void {
  if (qdisc.kind !== 'tbf') return
  const { limit, latency, peakRate, minimumBurst } = qdisc
  if (limit !== undefined && latency !== undefined) {
    report([...at, 'latency'], 'limit and latency say the same; give one of them')
  }
  if (minimumBurst !== undefined && peakRate === undefined) {
    report([...at, 'minimumBurst'], 'minimumBurst is the bucket of peakRate, which is not given')
  }
  if (peakRate !== undefined && minimumBurst === undefined) {
    report([...at, 'peakRate'], 'peakRate needs minimumBurst, at least the MTU')
  }
}

function classProblems(htb: HtbQdiscSpec, at: Path, report: Report): void {
  const { classes = [], default: defaultClass } = htb
  const [first] = classes
  const major = majorOf(htb.handle ?? first?.id ?? defaultClass ?? '1:')
  const all = new Map(classes.map((one) => [canonicalHandle(one.id), one]))
  if (defaultClass !== undefined && majorOf(defaultClass) !== major) {
    report([...at, 'default'], `${defaultClass} is no class of ${major}`)
  }
  const shared = new Set(classes.map(({ parent = major }) => canonicalHandle(parent)))
  const seen = new Set<string>()
  for (const [index, one] of classes.entries()) {
    const here = [...at, 'classes', index]
    const id = canonicalHandle(one.id)
    if (majorOf(id) !== major || minorOf(id) === 0)
      report([...here, 'id'], `${one.id} is no name of a class of ${major}`)
    if (seen.has(id)) report([...here, 'id'], `the class ${one.id} is listed twice`)
    seen.add(id)
    parentProblems(one, all, here, report)
    if (one.ceil !== undefined && one.ceil < one.rate) report([...here, 'ceil'], 'ceil is less than rate')
    if (one.qdisc) {
      // net/sched/sch_htb.c, htb_graft
      if (shared.has(id)) report([...here, 'qdisc'], `no packets wait in ${one.id}, which other classes are part of`)
      handleProblems(one.qdisc, [...here, 'qdisc'], report)
      leafProblems(one.qdisc, [...here, 'qdisc'], report)
    }
  }
}

function parentProblems(one: QdiscClassSpec, all: ReadonlyMap<string, QdiscClassSpec>, at: Path, report: Report): void {
  if (one.parent === undefined || minorOf(one.parent) === 0) return
  const above = new Set<string>([canonicalHandle(one.id)])
  for (let parent: string | undefined = one.parent; parent !== undefined && minorOf(parent) !== 0; ) {
    const id = canonicalHandle(parent)
    const next = all.get(id)
    if (above.has(id) || !next) {
      const message = next ? `the class ${one.id} is part of itself` : `there is no class ${parent}`
      report([...at, 'parent'], message)
      return
    }
    above.add(id)
    parent = next.parent
  }
}
