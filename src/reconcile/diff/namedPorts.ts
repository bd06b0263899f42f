import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link } from '../../rtnetlink/link.js'
import { pointer } from '../../spec/pointer.js'
import type { DesiredLink } from '../../state/desired.js'
import { type LinkDifference, sectionOf } from '../../state/link.js'
import { propertyChange } from '../steps/operation.js'
import { Phase } from '../steps/step.js'
import { changesOf } from './change.js'
import { addStep, type DiffContext } from './context.js'
import { desiredLink } from './lookup.js'
import { namesPorts } from './portNaming.js'

/** What must have been done for such a part to be told: the ports must be ports. */
export function needsOfNaming(naming: Partial<Link>): string[] {
  const named = Object.keys(naming).flatMap((section) => Object.values(sectionOf(naming, section) ?? {}))
  return named.flatMap(needsOfPort)
}

/** The same for options that change. */
export function namedPortNeeds(differences: readonly LinkDifference[]): string[] {
  return differences
    .filter(({ section, name }) => namesPorts(section).includes(name))
    .flatMap(({ after }) => needsOfPort(after))
}

function needsOfPort(port: unknown): string[] {
  return port === null ? [] : [`link ${port}`, `configured ${port}`, `changed ${port}`]
}

/** Refuses what the kernel would refuse halfway: to name as a port of a link what will be none. */
export function checkNamedPorts(context: DiffContext, { name, path, properties }: DesiredLink): void {
  // What is put back is as it was.
  if (!context.owner) return
  for (const section of Object.keys(properties)) {
    for (const option of linkKind(section)?.onlyPorts ?? []) {
      const port = sectionOf(properties, section)?.[option]
      if (typeof port !== 'string' || masterOf(context, port) === name) continue
      context.problems.push({
        path: `${path ?? ''}${pointer([section, option])}`,
        message: `${port} is no port of ${name}`,
        hint: `give the link ${port} the master ${name}`,
      })
    }
  }
}

/** The master that a link is to have, or keeps. */
function masterOf(context: DiffContext, name: string): unknown {
  const wanted = desiredLink(context, name)
  if (wanted?.absent) return undefined
  const { master = context.actual.links.get(name)?.link.master } = wanted?.properties ?? {}
  return master
}

/** Names the ports of a new link once they are there. */
export function namePorts(context: DiffContext, { name, path, properties }: DesiredLink, naming: Partial<Link>): void {
  addStep(context, {
    action: 'update',
    object: 'link',
    id: name,
    changes: changesOf({ name, ...naming }),
    path,
    disruption: 'none',
    phase: Phase.link,
    provides: [],
    needs: [`link ${name}`, ...needsOfNaming(naming)],
    operation: propertyChange(name, properties.kind ?? '', naming),
  })
}
