import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apply, plan } from '../../src/reconcile/apply.js'
import type { ApplyOptions } from '../../src/reconcile/options/options.js'
import { RouteSet } from '../../src/spec/routeSet.js'
import type { RouteSpec, Spec } from '../../src/spec/types.js'
import { testNamespace } from '../helpers/namespace.js'
import { drawRoutes, keyOf, redirected } from './tables/draw.js'
import { addByIp, furnish, printed, shownRoutes } from './tables/reference.js'

/** What the campaign did. */
export interface TableReport {
  rounds: number
  routes: number
  readonly findings: string[]
}

/** How long, or how many tables, from which seed. */
export interface TableOptions {
  readonly seed: number
  readonly count?: number
  readonly seconds?: number
  readonly onFinding?: (finding: string) => void
}

/** As many as make it a bulk, and some more. */
const fewest = 5200
const roundsATable = 4

/** How much of a table changes in a round, and how it is gone about. */
const shares = [0.9, 0.001, 0.05, 0.3]
const manners = ['pruned', 'refused', 'absent', 'aborted'] as const

/** Random tables of thousands of routes become others, as `ip` would have filled them, or stay as they were. */
export async function tableCampaign(options: TableOptions): Promise<TableReport> {
  const { count = Number.POSITIVE_INFINITY, seconds = Number.POSITIVE_INFINITY, seed, onFinding } = options
  const report: TableReport = { rounds: 0, routes: 0, findings: [] }
  const end = performance.now() + seconds * 1000
  for (let number = 0; number < count && performance.now() < end; number++) {
    try {
      await playTable(seed + number, report)
    } catch (error) {
      const finding = `seed ${seed + number}: ${error instanceof Error ? error.message : error}`
      report.findings.push(finding)
      onFinding?.(finding)
    }
  }
  return report
}

async function playTable(seed: number, report: TableReport): Promise<void> {
  using actor = new Actor()
  let routes = drawRoutes(fewest + ((seed * 997) % 3000), seed)
  await actor.reach({ routes }, 'first')
  actor.expectShown(routes, 'first')
  await actor.expectRead('first')
  for (let round = 0; round < roundsATable; round++) {
    const share = shares[(seed + round) % shares.length] ?? 0
    const manner = manners[(seed + round * 3 + Math.floor(seed / 4)) % manners.length] ?? 'pruned'
    const next = changed(routes, share, seed * 10 + round)
    const what = `round ${round}: ${manner}, ${share} of ${routes.length}`
    report.rounds++
    report.routes += next.length
    if (await actor.bring(routes, next, manner, what)) routes = next
    actor.expectShown(routes, what)
  }
}

/** A table of which a share is gone, leads elsewhere, or is new, by a third each. */
function changed(routes: readonly RouteSpec[], share: number, seed: number): RouteSpec[] {
  const step = Math.max(1, Math.round(3 / share))
  const stays = routes.filter((_route, index) => (index + seed) % step !== 0)
  const others = redirected(stays, seed)
  const kept = stays.map((route, index) => ((index + seed) % step === 1 ? (others[index] ?? route) : route))
  const names = new Set(routes.map(keyOf))
  const added = drawRoutes(Math.ceil((routes.length * share) / 3), seed).filter((route) => !names.has(keyOf(route)))
  return [...added, ...kept]
}

/** Applies in one namespace, and tells what is wrong with how that ended. */
class Actor implements Disposable {
  readonly #ends: (() => unknown)[] = []
  readonly #namespace = testNamespace({ teardown: (end) => this.#ends.push(end) })
  readonly #stateDirectory = mkdtempSync(join(tmpdir(), 'linkwright-campaign-'))

  constructor() {
    furnish(this.#namespace)
  }

  get #place(): Required<Pick<ApplyOptions, 'namespace'>> {
    return { namespace: { path: this.#namespace.path } }
  }

  /** Goes about a change; false where all has to be as before. */
  async bring(
    before: readonly RouteSpec[],
    routes: readonly RouteSpec[],
    manner: (typeof manners)[number],
    what: string,
  ): Promise<boolean> {
    if (manner === 'pruned') await this.reach({ routes }, what, { prune: true })
    else if (manner === 'absent') await this.reach({ routes: [...routes, ...absentOf(before, routes)] }, what)
    else if (manner === 'refused') {
      const refused = { to: '99.0.0.0/8', via: '10.0.0.4', congestion: 'none-such' }
      await this.#fail({ routes: [...routes, refused] }, what, {}, 'EINVAL')
      return false
    } else return !(await this.#fail({ routes }, what, { signal: AbortSignal.timeout(150) }, 'ABORTED'))
    return true
  }

  async reach(spec: Spec, what: string, options: ApplyOptions = {}): Promise<void> {
    const applied = await apply(spec, { ...this.#place, stateDirectory: this.#stateDirectory, ...options })
    if (applied.err) throw new Error(`${what}: ${applied.val.code} ${applied.val.message}`)
    await this.#expectNothing(spec, what)
  }

  /** Whether it failed, as it may, or must where no signal is given. */
  async #fail(spec: Spec, what: string, options: ApplyOptions, code: string): Promise<boolean> {
    const result = await apply(spec, { ...this.#place, stateDirectory: this.#stateDirectory, ...options, prune: true })
    if (result.ok) {
      if (options.signal) return false
      throw new Error(`${what}: was taken`)
    }
    const { code: found, message, rollback } = result.val
    if (found !== code || rollback?.restored === false) throw new Error(`${what}: ${found} ${message}`)
    return true
  }

  async #expectNothing(spec: Spec, what: string): Promise<void> {
    const left = (await plan(spec, this.#place)).unwrap()
    const [first] = left.walk()
    if (first) throw new Error(`${what}: not all is done: ${first.equivalent}`)
  }

  /** The kernel has what it has where `ip` added the same. */
  expectShown(routes: readonly RouteSpec[], what: string): void {
    const ends: (() => unknown)[] = []
    const reference = testNamespace({ teardown: (end) => ends.push(end) })
    try {
      furnish(reference)
      addByIp(reference, routes, join(this.#stateDirectory, 'batch'))
      const found = differing(shownRoutes(this.#namespace), shownRoutes(reference))
      if (found.length > 0)
        throw new Error(`${what} differs in ${found.length} lines:\n${found.slice(0, 20).join('\n')}`)
    } finally {
      for (const end of ends) end()
    }
  }

  /** What `ip` prints is what is there. */
  async expectRead(what: string): Promise<void> {
    for (const options of ['-4', '-6', '-4 -d', '-6 -d -N', '-4 -N -oneline']) {
      const routes = (await RouteSet.parse(printed(this.#namespace, options))).unwrap()
      await this.#expectNothing({ routes }, `${what}, as ip ${options} route prints it`)
    }
  }

  [Symbol.dispose](): void {
    for (const end of this.#ends) end()
    rmSync(this.#stateDirectory, { recursive: true, force: true })
  }
}

/** Lines of one side only, those that belong together beside each other. */
function differing(actual: readonly string[], expected: readonly string[]): string[] {
  const [there, wanted] = [new Set(actual), new Set(expected)]
  const missing = expected.filter((line) => !there.has(line)).map((line) => `${line} - missing`)
  return [...missing, ...actual.filter((line) => !wanted.has(line)).map((line) => `${line} - too much`)].sort()
}

function absentOf(before: readonly RouteSpec[], after: readonly RouteSpec[]): RouteSpec[] {
  const names = new Set(after.map(keyOf))
  return before
    .filter((route) => !names.has(keyOf(route)))
    .map(({ to, table = 254, metric, tos }) => {
      const isIpv6 = to.includes(':')
      return { to, table, metric: metric ?? (isIpv6 ? 1024 : 0), ...(isIpv6 ? {} : { tos: tos ?? 0 }), absent: true }
    })
}
