import { minorOf } from '../../rtnetlink/qdiscs/handle.js'
import { classWords } from '../../rtnetlink/qdiscs/htbClass.js'
import { optionsOfPlaced } from '../../rtnetlink/qdiscs/qdisc.js'
import { qdiscKind } from '../../rtnetlink/qdiscs/registry.js'
import type { QdiscChange } from '../../state/qdiscDifference.js'
import type { Operation } from '../steps/operation.js'
import { words } from './words.js'

/** The `tc` commands that change qdiscs and classes of a link. */
export function qdiscCommands({ dev, changes }: Extract<Operation, { type: 'setQdisc' }>): string[] {
  return changes.map((change) => commandOf(dev, change))
}

function commandOf(dev: string, change: QdiscChange): string {
  switch (change.action) {
    case 'create':
    case 'change': {
      const { qdisc } = change
      const verb = change.action === 'create' ? 'replace' : 'change'
      const { kind, parent, handle } = qdisc
      const known = qdiscKind(kind)
      const at = parent === 'ingress' ? [] : placeWords(parent)
      const name = qdisc.kind === 'opaque' ? qdisc.name : kind
      const own = handle === undefined || parent === 'ingress' ? [] : ['handle', handle]
      return commandLine(
        'tc qdisc',
        verb,
        'dev',
        dev,
        ...at,
        ...own,
        name,
        ...(known?.words(optionsOfPlaced(qdisc)) ?? []),
      )
    }
    case 'delete':
      return commandLine('tc qdisc delete', 'dev', dev, ...(change.kind ? [change.kind] : placeWords(change.parent)))
    case 'createClass':
    case 'changeClass': {
      const { id, parent = `${id.split(':')[0]}:` } = change.class
      return commandLine(
        'tc class replace',
        'dev',
        dev,
        'parent',
        parent,
        'classid',
        id,
        'htb',
        ...classWords(change.class),
      )
    }
    case 'deleteClass':
      return commandLine('tc class delete', 'dev', dev, 'classid', change.id)
  }
}

function placeWords(parent: string): string[] {
  return minorOf(parent) === 0 || parent === 'ingress' || parent === 'root' ? [parent] : ['parent', parent]
}

function commandLine(...parts: readonly (string | number | boolean | undefined)[]): string {
  return words(...parts.map((part) => (typeof part === 'boolean' ? false : part)))
}
