import { readdirSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { apply } from '../../src/reconcile/apply.js'
import { rollback } from '../../src/reconcile/transaction/confirm.js'
import { runProgram } from '../helpers/program.js'
import { type CorpusCase, corpus } from './corpus/index.js'
import { difference } from './difference.js'
import type { Orders } from './fixtures/killed.js'
import { type Reference, referenceOf } from './reference.js'
import { Stage } from './stage.js'

/** One process that is killed. */
export interface Kill {
  readonly title: string
  readonly change: number
  readonly moment: Orders['moment']
}

/** A kill after which something was between. */
export interface KillFinding extends Kill {
  readonly what: readonly string[]
}

/** What the campaign did. */
export interface KillReport {
  cases: number
  kills: number
  /** Ends that were the start, by the next apply and by `rollback`; and ends that were the target already. */
  byApply: number
  byRollback: number
  reached: number
  readonly findings: KillFinding[]
}

/** Which processes are killed, and how it goes on. */
export interface KillOptions {
  readonly cases?: readonly CorpusCase[]
  readonly chosen?: (kill: Kill) => boolean
  /** A defect that is planted: runs between the kill and the recovery. */
  readonly meanwhile?: (stage: Stage) => void
  readonly onCase?: (line: string) => void
}

const program = fileURLToPath(new URL(`./fixtures/killed${extname(import.meta.url)}`, import.meta.url))

/** Kills a process before and after each change of each case, and lets another one recover. */
export async function killCampaign(options: KillOptions = {}): Promise<KillReport> {
  const report: KillReport = { cases: 0, kills: 0, byApply: 0, byRollback: 0, reached: 0, findings: [] }
  for (const play of options.cases ?? corpus) {
    const reference = await referenceOf(play)
    const before = { kills: report.kills, findings: report.findings.length }
    let stage: Stage | undefined
    try {
      for (let change = 0; change < reference.changes; change++) {
        for (const moment of ['before', 'after'] as const) {
          const kill: Kill = { title: play.title, change, moment }
          if (options.chosen?.(kill) === false) continue
          stage ??= await Stage.of(play)
          if (await survives(kill, stage, play, reference, options, report)) continue
          stage.close()
          stage = undefined
        }
      }
    } finally {
      stage?.close()
    }
    report.cases++
    options.onCase?.(
      `${play.title}: ${report.kills - before.kills} kills, ${report.findings.length - before.findings} findings`,
    )
  }
  return report
}

/** Kills once; true where the stage is as it was, and serves again. */
async function survives(
  kill: Kill,
  stage: Stage,
  play: CorpusCase,
  reference: Reference,
  options: KillOptions,
  report: KillReport,
): Promise<boolean> {
  const start = stage.picture({ own: true })
  const orders: Orders = { place: stage.place, spec: stage.named(play.target), ...kill }
  const { signal, stderr } = await runProgram([process.execPath, program, JSON.stringify(orders)])
  report.kills++
  const findings = (what: readonly string[]): boolean => {
    if (what.length > 0) report.findings.push({ ...kill, what })
    return what.length === 0
  }
  if (signal !== 'SIGKILL') return findings([`was not killed: ${signal} ${stderr}`])
  options.meanwhile?.(stage)
  const isLeft = readdirSync(stage.stateDirectory).some((name) => !name.endsWith('.lock'))
  if (!isLeft) {
    // Nothing was begun, or all was done.
    const ofTarget = difference(stage.picture({ own: false }), reference.target)
    if (ofTarget.length === 0) report.reached++
    else findings(difference(stage.picture({ own: true }), start))
    return false
  }
  // By turns, the next apply and the user's own wish.
  const byApply = report.kills % 2 === 0
  const result = await (byApply ? apply({}, stage.place) : rollback(stage.place))
  if (result.err)
    return findings([`recovery failed: ${result.val.message}`, ...difference(stage.picture({ own: true }), start)])
  const isGood = findings(difference(stage.picture({ own: true }), start))
  if (isGood && byApply) report.byApply++
  if (isGood && !byApply) report.byRollback++
  return isGood
}

/** A finding as text. */
export function describeKill({ title, change, moment, what }: KillFinding): string {
  return [`${title}: killed ${moment} change ${change}`, ...what.map((line) => `    ${line}`)].join('\n')
}
