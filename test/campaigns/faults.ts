import { apply } from '../../src/reconcile/apply.js'
import { type CorpusCase, corpus } from './corpus/index.js'
import { type Change, interposedKernel, type Verdict } from './interposedKernel.js'
import { endOf, type Reference, referenceOf } from './reference.js'
import { Stage } from './stage.js'

/** What can happen to a change: include/uapi/asm-generic/errno-base.h and errno.h */
export const faults: Readonly<Record<string, Verdict>> = {
  EPERM: { errno: 1 },
  ENOBUFS: { errno: 105 },
  ENODEV: { errno: 19 },
  EEXIST: { errno: 17 },
  mute: 'mute',
  lose: 'lose',
  ignore: 'ignore',
}

/** An end that is neither the start nor the target, or not the one that was told. */
export interface Finding {
  readonly title: string
  /** Which fault, and at which change. */
  readonly fault: string
  readonly change: number
  readonly told: string
  readonly what: readonly string[]
}

/** What a campaign did. */
export interface FaultReport {
  cases: number
  runs: number
  /** Runs that ended as they began, and as the target says. */
  restored: number
  reached: number
  readonly findings: Finding[]
}

/** Which of the runs are made, and how. */
export interface FaultOptions {
  readonly cases?: readonly CorpusCase[]
  readonly faults?: readonly string[]
  /** Whether to make a run; all by default. */
  readonly chosen?: (run: { title: string; fault: string; change: number }) => boolean
  /** A defect that is planted: which changes are told to be done and are not, once the fault has struck. */
  readonly dropped?: (change: Change) => boolean
  readonly onCase?: (line: string) => void
}

/** Lets each change of each case fail in each way, one a run. */
export async function faultCampaign(options: FaultOptions = {}): Promise<FaultReport> {
  const report: FaultReport = { cases: 0, runs: 0, restored: 0, reached: 0, findings: [] }
  for (const play of options.cases ?? corpus) {
    const reference = await referenceOf(play)
    const before = { ...report, findings: report.findings.length }
    for (const fault of options.faults ?? Object.keys(faults)) await playFault(play, reference, fault, options, report)
    report.cases++
    options.onCase?.(
      `${play.title}: ${reference.changes} changes, ${report.runs - before.runs} runs, ${report.findings.length - before.findings} findings`,
    )
  }
  return report
}

async function playFault(
  play: CorpusCase,
  reference: Reference,
  fault: string,
  options: FaultOptions,
  report: FaultReport,
): Promise<void> {
  let stage: Stage | undefined
  try {
    for (let change = 0, struck = true; struck; change++) {
      if (options.chosen?.({ title: play.title, fault, change }) === false) {
        struck = change + 1 < reference.changes
        continue
      }
      stage ??= await Stage.of(play)
      const start = stage.picture({ own: true })
      const verdict = faults[fault] ?? 'pass'
      struck = false
      const judge = {
        before: (next: Change): Verdict => {
          if (struck && options.dropped?.(next)) return 'ignore'
          if (next.number !== change) return 'pass'
          struck = true
          return verdict
        },
      }
      const result = await apply(stage.named(play.target), {
        ...stage.place,
        kernel: interposedKernel(judge),
        timeout: 150,
      })
      if (!struck) break
      report.runs++
      const { what, end } = endOf(stage, start, reference, result)
      const told = result.err ? `${result.val.message} (restored: ${result.val.rollback?.restored})` : 'done'
      if (what.length > 0) report.findings.push({ title: play.title, fault, change, told, what })
      else report[end]++
      // A stage that is as it was serves again; that it is so was just seen.
      if (what.length > 0 || end === 'reached') {
        stage.close()
        stage = undefined
      }
    }
  } finally {
    stage?.close()
  }
}

/** A finding as text. */
export function describeFinding({ title, fault, change, told, what }: Finding): string {
  return [`${title}: ${fault} at change ${change}; told: ${told}`, ...what.map((line) => `    ${line}`)].join('\n')
}
