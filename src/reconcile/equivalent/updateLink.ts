import { splitOptions } from '../../rtnetlink/kinds/generic.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link } from '../../rtnetlink/link.js'
import { sortedReasons } from '../../rtnetlink/protocolDownReasons.js'
import type { PropertyChange } from '../../state/equal.js'
import { sectionOf } from '../../state/link.js'
import { masterOf } from '../steps/configure.js'
import type { Operation } from '../steps/operation.js'
import { genericCommands, genericPortCommands } from './genericCommands.js'
import { reasonCommands, setCommands } from './setLink.js'
import { altNameCommand, words } from './words.js'

/** The commands that change a link, of what the plan shows as its changes. */
export function updateLinkCommands(
  operation: Extract<Operation, { type: 'updateLink' }>,
  shown: readonly PropertyChange[],
): string[] {
  const { name, kind, changes, toldAgain, bounce, releasedFirst, addedAltNames, removedAltNames } = operation
  const known = kind === undefined ? undefined : linkKind(kind)
  return [
    ...removedAltNames.map((altName) => altNameCommand('del', name, altName)),
    ...addedAltNames.map((altName) => altNameCommand('add', name, altName)),
    ...genericCommands(
      name,
      changes,
      known,
      known?.generic && splitOptions(known.options, sectionOf(changes, known.kind) ?? {}).generic,
    ),
    ...(bounce ? [words('ip link set dev', name, 'down')] : []),
    ...(releasedFirst ? [words('ip link set dev', name, 'nomaster')] : []),
    ...reasonCommands(name, reasonsTaken(changes, shown), 'off'),
    ...setCommands(name, changes, { kind, toldAgain, shown }),
    ...(bounce ? [words('ip link set dev', name, 'up')] : []),
    ...genericPortCommands(name, masterOf(changes, operation.master), changes),
  ]
}

/** The reasons that a change takes back, be it for a moment. */
function reasonsTaken(
  { protocolDown, protocolDownReasons = [] }: Partial<Link>,
  shown: readonly PropertyChange[],
): readonly number[] {
  const before = shown.find(({ property }) => property === 'protocolDownReasons')?.before ?? []
  const had: readonly number[] = Array.isArray(before) ? before : []
  if (protocolDown === false) return sortedReasons([...had, ...protocolDownReasons])
  return had.filter((reason) => !protocolDownReasons.includes(reason))
}
