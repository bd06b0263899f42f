import type { Problem } from '../../error.js'
import type { RequestOptions } from '../../netlink/exchange.js'
import { ownValue } from '../../ownValue.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import { sectionOf } from '../../state/link.js'
import type { NetworkState } from '../../state/model.js'
import { rest, turnIsLong } from '../../system/turns.js'
import type { PlannedStep } from '../steps/step.js'
import type { World } from '../world/world.js'
import { throwIfUnsupported } from './unsupported.js'

/** What a step gives a link of a section, such as `bridge` or `bridgePort`. */
interface Section {
  readonly name: string
  /** The options that are not what a kernel which does not know them does anyway. */
  readonly given: readonly string[]
}

/** What the kernel cannot be asked of, and tells of every link that has it: single bits of a kind, and options of ports. */
function sectionsOf({ operation }: PlannedStep): Section[] {
  if (operation.type !== 'createLink' && operation.type !== 'updateLink') return []
  const values = operation.type === 'createLink' ? operation.link : operation.changes
  return Object.keys(values).flatMap((name) => {
    const options = sectionOf(values, name)
    if (!options) return []
    const kind = linkKind(name)
    const port = kind ? undefined : linkKind(name.replace(/Port$/, ''))
    const defaults = kind?.defaults ?? port?.portDefaults ?? {}
    const isTold = (option: string): boolean =>
      kind ? kind.options.lines[option]?.bits === 'masked' : Object.hasOwn(defaults, option)
    const given = Object.keys(options).filter(
      (option) => isTold(option) && options[option] !== ownValue(defaults, option),
    )
    return [{ name, given }]
  })
}

/** What a link of the state that has the section says there: all that the kernel knows of it. */
function witness({ links }: NetworkState, section: string): object {
  for (const { link } of links.values()) {
    const told = sectionOf(link, section)
    if (told && Object.keys(told).length > 0) return told
  }
  return {}
}

/**
 * Refuses a plan that gives links options which the kernel does not tell of other such links, and so would ignore. Where
 * there are none, one is made for a moment, in a namespace that nothing else is in; where that may not be,
 * verification finds out.
 */
export async function refuseUntold(
  steps: readonly PlannedStep[],
  states: ReadonlyMap<string, NetworkState>,
  world: World,
  request: RequestOptions,
): Promise<void> {
  // One in memory tells what it was told, and no more.
  if (world.places.get('')?.inMemory) return
  const witnesses = new Map<string, object>()
  const told = async (namespace: string, section: string): Promise<object> => {
    const key = `${namespace}/${section}`
    const known = witnesses.get(key)
    if (known) return known
    const state = states.get(namespace)
    const isWhole = linkKind(section.replace(/Port$/, ''))?.tellsPortsWith === undefined
    let found = state && isWhole ? witness(state, section) : {}
    if (Object.keys(found).length === 0) found = (await world.kernelOf(namespace)?.sample(section, request)) ?? {}
    witnesses.set(key, found)
    return found
  }
  const problems: Problem[] = []
  for (const step of steps) {
    if (turnIsLong()) await rest()
    const { namespace = '', path = '' } = step
    for (const { name: section, given } of sectionsOf(step)) {
      if (given.length === 0) continue
      const known = await told(namespace, section)
      if (Object.keys(known).length === 0) continue
      for (const option of given.filter((name) => !(name in known))) {
        problems.push({ path: `${path}/${section}/${option}`, message: `this kernel knows no ${section}.${option}` })
      }
    }
  }
  throwIfUnsupported(problems)
}
