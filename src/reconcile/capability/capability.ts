import type { Problem } from '../../error.js'
import { GenericNetlink } from '../../genetlink/genericNetlink.js'
import { loadModuleOf } from '../../genetlink/loadModule.js'
import { Connection } from '../../netlink/connection.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import type { Transport } from '../../netlink/transports/transport.js'
import { knowsKind, knowsOption } from '../../rtnetlink/kindProbe.js'
import { splitOptions } from '../../rtnetlink/kinds/generic.js'
import type { AnyLinkKind } from '../../rtnetlink/kinds/kind.js'
import { linkKind, ordinaryOptions } from '../../rtnetlink/kinds/registry.js'
import { sameOption } from '../../state/equal.js'
import { sectionOf } from '../../state/link.js'
import { wouldLoadFamilyModule, wouldLoadLinkModule } from '../../system/linkModules.js'
import { rest, turnIsLong } from '../../system/turns.js'
import type { PlannedStep } from '../steps/step.js'
import type { World } from '../world/world.js'
import { throwIfUnsupported } from './unsupported.js'

/** What a kernel has not. */
export interface Lacking {
  /** Whether it has no links of the kind at all. */
  readonly kind: boolean
  /** The options of the kind that it does not know and would ignore. */
  readonly options: readonly string[]
}

/** What the running kernel said that it has, which stays true. */
const known = new Set<string>()

/**
 * Asks the machine's kernel what it lacks of a kind. A kind whose module is there but not loaded is taken for known,
 * with all its options: a plan loads no modules.
 * @param loads whether it is loaded nevertheless, since a step is about to do so
 */
export async function lackingOfMachine(
  kind: AnyLinkKind,
  options: readonly string[],
  transport: (protocol?: 'generic') => Transport,
  request: RequestOptions,
  loads = false,
): Promise<Lacking> {
  const unsure = options.filter((option) => !known.has(`${kind.kind}.${option}`))
  const nothing = { kind: false, options: [] }
  if (unsure.length === 0 && known.has(kind.kind)) return nothing
  if (!loads && wouldLoadKind(kind)) return nothing
  if (kind.loadedBy !== undefined) {
    using generic = new Connection(transport('generic'))
    await loadModuleOf(kind.loadedBy, new GenericNetlink(generic), request)
  }
  using connection = new Connection(transport())
  if ((await knowsKind(kind, connection, request)) === false) return { kind: true, options: [] }
  known.add(kind.kind)
  const lacking: string[] = []
  for (const option of unsure) {
    if ((await knowsOption(kind, option, connection, request)) === false) lacking.push(option)
    else known.add(`${kind.kind}.${option}`)
  }
  return { kind: false, options: lacking }
}

/** Whether the kernel would load the module of a kind as soon as it is asked for it. */
export function wouldLoadKind({ kind, kernelKind = kind, loadedBy }: AnyLinkKind): boolean {
  return loadedBy === undefined ? wouldLoadLinkModule(kernelKind) : wouldLoadFamilyModule(loadedBy)
}

/** The options that a step gives to a link of a kind, without what a kernel that does not know them does anyway. */
function givenOptions(kind: AnyLinkKind, values: object): string[] {
  const options = sectionOf(values, kind.kind) ?? {}
  const ordinary = ordinaryOptions(kind, options)
  // What a family of generic netlink takes is no option of rtnetlink's.
  const { plain = {} } = kind.generic ? splitOptions(kind.options, options) : { plain: options }
  return Object.entries(plain)
    .filter(([name, value]) => !sameOption(kind.options.lines[name]?.codec.domain, ordinary[name], value))
    .map(([name]) => name)
}

/** The kind and the options that a step needs of the kernel. */
function needsOf({ operation, changes }: PlannedStep): { kind: AnyLinkKind; options: string[] } | undefined {
  if (operation.type !== 'createLink' && operation.type !== 'updateLink') return undefined
  const kind = linkKind((operation.type === 'createLink' ? operation.link.kind : operation.kind) ?? '')
  if (!kind || kind.creation === 'tuntap') return undefined
  const options = givenOptions(kind, operation.type === 'createLink' ? operation.link : operation.changes)
  if (operation.type === 'createLink') return { kind, options }
  // What is only told again is known.
  const changed = new Set(changes.map(({ property }) => property))
  const own = options.filter((option) => changed.has(`${kind.kind}.${option}`))
  return own.length > 0 ? { kind, options: own } : undefined
}

/** Refuses a plan for which the kernel lacks a kind of link or an option, naming all of them; nothing is changed. */
export async function refuseLacking(
  steps: readonly PlannedStep[],
  world: World,
  request: RequestOptions,
): Promise<void> {
  const problems: Problem[] = []
  for (const step of steps) {
    if (turnIsLong()) await rest()
    const needs = needsOf(step)
    const kernel = world.kernelOf(step.namespace)
    if (!needs || !kernel) continue
    const { kind, options } = needs
    const lacking = await kernel.lacking(kind, options, request)
    const path = step.path ?? ''
    if (lacking.kind) {
      problems.push({ path: `${path}/kind`, message: `this kernel has no links of kind ${kind.kind}` })
    }
    for (const option of lacking.options) {
      problems.push({ path: `${path}/${kind.kind}/${option}`, message: `this kernel knows no ${kind.kind}.${option}` })
    }
  }
  throwIfUnsupported(problems)
}
