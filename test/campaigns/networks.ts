import fc from 'fast-check'
import type { NetworkError } from '../../src/error.js'
import { apply, plan } from '../../src/reconcile/apply.js'
import { snapshot } from '../../src/reconcile/snapshot.js'
import type { KernelMaker } from '../../src/reconcile/world/kernel.js'
import type { Spec } from '../../src/spec/types.js'
import { isSlowMachine, patience } from '../helpers/patience.js'
import { blue } from './corpus/index.js'
import { difference } from './difference.js'
import { play as anyPlay } from './networks/arbitrary.js'
import { foreignCommands, foreignFirewall, foreignOn, foreignQdiscsOn, isForeign } from './networks/foreign.js'
import { absentOf, joined } from './networks/leaving.js'
import type { Play } from './networks/model.js'
import { specOf } from './networks/toSpec.js'
import { networkOf } from './networks/valid.js'
import { viewOf } from './networks/view.js'
import { Stage } from './stage.js'

/** What the campaign did. */
export interface NetworkReport {
  plays: number
  objects: number
  /** Each failure, shrunk, with the seed that repeats it. */
  readonly findings: string[]
}

/** How long, or how many plays, from which seed. */
export interface NetworkOptions {
  readonly seed: number
  readonly count?: number
  readonly seconds?: number
  readonly kernel?: KernelMaker
  /** Whether a failure is made as small as possible, which takes time. Default: unless this machine is slow. */
  readonly shrinks?: boolean
  readonly onFinding?: (finding: string) => void
}

/** Milliseconds that one failure is made smaller for. */
const shrinkTime = patience(40_000)

/** Any network becomes any other one, is undone, is saved, and comes back, and nothing else is touched. */
export async function networkCampaign(options: NetworkOptions): Promise<NetworkReport> {
  const {
    count = Number.POSITIVE_INFINITY,
    seconds = Number.POSITIVE_INFINITY,
    seed,
    shrinks = !isSlowMachine,
  } = options
  const report: NetworkReport = { plays: 0, objects: 0, findings: [] }
  const end = performance.now() + seconds * 1000
  for (let number = 0; number < count && performance.now() < end; number++) {
    report.plays++
    let kind: string | undefined
    const property = fc.asyncProperty(anyPlay, async (play) => {
      try {
        report.objects += await perform(play, options.kernel)
      } catch (error) {
        const other = kindOf(error)
        kind ??= other
        // What is made smaller stays the failure that it was.
        if (other === kind) throw error
      }
    })
    const result = await fc.check(property, {
      seed: seed + number,
      numRuns: 1,
      unbiased: true,
      endOnFailure: !shrinks,
      interruptAfterTimeLimit: shrinkTime,
    })
    if (!result.failed || result.counterexample === null) continue
    const [play] = result.counterexample
    const { message } =
      result.errorInstance instanceof Error ? result.errorInstance : { message: String(result.errorInstance) }
    const finding = `seed ${seed + number}: ${message}\n${describePlay(play)}`
    report.findings.push(finding)
    options.onFinding?.(finding)
  }
  return report
}

/** What went wrong, without what it was about. */
function kindOf(error: unknown): string {
  return String(error)
    .split(/[:\n]/, 3)
    .join(':')
    .replaceAll(/[0-9a-z.]*\d\S*/g, '#')
    .slice(0, 60)
}

interface Specs {
  readonly first: Spec
  readonly second: Spec
  readonly back: Spec
  /** What somebody adds by `ip`, and by `tc`, once the first is there. */
  readonly later: readonly string[]
  readonly qdiscs: string
}

function specsOf(play: Play): Specs {
  const [first, second] = [networkOf(play, 'first'), networkOf(play, 'second')]
  const target = specOf(second, play.whole, first)
  return {
    first: specOf(first, play.whole),
    second: play.leaving === 'absent' ? joined(target, absentOf(first, second)) : target,
    back: joined(specOf(first, play.whole, second), absentOf(second, first)),
    later: foreignOn(first, second),
    qdiscs: play.whole ? '' : foreignQdiscsOn(first),
  }
}

function describePlay(play: Play): string {
  const { first, second } = specsOf(play)
  const text = (spec: Spec): string =>
    JSON.stringify(Object.fromEntries(Object.entries(spec).filter(([, list]) => Object.keys(list).length > 0)))
  return `  first  ${text(first)}\n  second ${text(second)}\n  ${play.leaving}${play.whole ? ', whole' : ''}`
}

async function perform(play: Play, kernel: KernelMaker | undefined): Promise<number> {
  const { first, second, back, later, qdiscs } = specsOf(play)
  const prunes = { prune: play.leaving === 'pruned' }
  const there = play.far && play.far.where !== 'second' && !play.whole ? [`netns add ${blue}`] : []
  using stage = await Stage.of({ start: [...foreignCommands, ...there] })
  stage.runIn(blue, 'sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.addr_gen_mode=1')
  stage.namespace.sh(foreignFirewall)
  const actor = new Actor(stage, kernel)
  const made = actor.look().filter(isForeign)

  await actor.reach(first, 'first')
  expectSame(actor.look().filter(isForeign), made, 'what others made, after first')
  stage.ip(later)
  stage.namespace.sh(qdiscs)
  const start = actor.look()
  const foreign = start.filter(isForeign)
  const saved = await actor.save('snapshot of first')

  await actor.undo(second, prunes, 'undone second')
  expectSame(actor.look(), start, 'undone second')

  await actor.reach(second, 'second', prunes)
  const target = actor.look()
  expectSame(target.filter(isForeign), foreign, 'what others made, after second')
  await actor.save('snapshot of second')

  await actor.undo(back, {}, 'undone way back')
  expectSame(actor.look(), target, 'undone way back')

  await actor.reach(back, 'back')
  const afresh = play.whole ? (await elsewhere(first, foreignCommands)).filter(isOurs) : []
  if (play.whole) expectSame(viewOf(stage, { own: false }).filter(isOurs), afresh, 'first by second')

  await actor.reach(second, 'second again', prunes)
  await actor.reach(saved, 'snapshot of first after second', { prune: true })
  if (play.whole)
    expectSame((await elsewhere(saved, [])).filter(isOurs), afresh, 'snapshot of first in a new namespace')
  return start.length
}

function isOurs(line: string): boolean {
  return !isForeign(line)
}

async function elsewhere(spec: Spec, start: readonly string[]): Promise<string[]> {
  using stage = await Stage.of({ start })
  await new Actor(stage, undefined).reach(spec, 'in a new namespace')
  return viewOf(stage, { own: false })
}

/** Applies in a stage, and tells what is wrong with how that ended. */
class Actor {
  readonly #stage: Stage
  readonly #kernel: { readonly kernel?: KernelMaker }
  #seen: readonly string[] = []

  constructor(stage: Stage, kernel: KernelMaker | undefined) {
    this.#stage = stage
    this.#kernel = kernel ? { kernel } : {}
  }

  get place(): { readonly namespace: { readonly path: string } } {
    return { namespace: this.#stage.place.namespace }
  }

  /** What is there, to which a later error compares. */
  look(): string[] {
    const seen = viewOf(this.#stage, { own: true })
    this.#seen = seen
    return seen
  }

  /** What is there as a spec, which leaves nothing to do. */
  async save(what: string): Promise<Spec> {
    const saved = (await snapshot({ ...this.place, sysctls: true, secrets: true })).unwrap()
    await this.expectNothing(saved, what)
    return saved
  }

  /** A spec is done, and then nothing is left to do. */
  async reach(spec: Spec, what: string, options: { readonly prune?: boolean } = {}): Promise<void> {
    const before = this.#seen
    const applied = await apply(this.#stage.named(spec), { ...this.#stage.place, ...this.#kernel, ...options })
    if (applied.err) {
      const left = before.length === 0 ? [] : difference(viewOf(this.#stage, { own: true }), before)
      throw new Error(`${what}: ${told(applied.val)}${left.length > 0 ? `\nnot as before:\n${left.join('\n')}` : ''}`)
    }
    this.#seen = []
    await this.expectNothing(spec, what, options)
  }

  async expectNothing(spec: Spec, what: string, options: { readonly prune?: boolean } = {}): Promise<void> {
    const left = await plan(this.#stage.named(spec), { ...this.place, ...options })
    if (left.err) throw new Error(`${what}, planned again: ${told(left.val)}`)
    if (!left.val.empty) throw new Error(`${what}: not all is done: ${left.val}`)
  }

  /** A spec is done, and undone as a guard says so. */
  async undo(spec: Spec, options: { readonly prune?: boolean }, what: string): Promise<void> {
    const result = await apply(this.#stage.named(spec), {
      ...this.#stage.place,
      ...this.#kernel,
      ...options,
      guards: [() => false],
    })
    if (result.ok) throw new Error(`${what}: the guard was not asked`)
    const { code, rollback } = result.val
    if (code !== 'GUARD_FAILED' || rollback?.restored === false) throw new Error(`${what}: ${told(result.val)}`)
  }
}

function told({ code, message, rollback }: NetworkError): string {
  return `${code} ${message}${rollback === undefined ? '' : ` ${JSON.stringify(rollback)}`}`
}

function expectSame(actual: readonly string[], expected: readonly string[], what: string): void {
  const found = difference(actual, expected)
  if (found.length > 0) throw new Error(`${what} differs:\n${found.join('\n')}`)
}
