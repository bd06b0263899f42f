import type { Link } from '../../rtnetlink/link.js'
import type { DesiredLink } from '../../state/desired.js'
import { Phase } from '../steps/step.js'
import { becoming } from './becoming.js'
import { addStep, type DiffContext } from './context.js'
import { checkReferences } from './linkChecks.js'
import { marksFor } from './linkMarks.js'
import { needsOf } from './linkNeeds.js'
import { needsOfNaming } from './namedPorts.js'
import { withoutOwnMessages } from './ownMessages.js'
import { portNaming } from './portNaming.js'
import { isRaisedLater, raise } from './raisedLater.js'

/** The other end of a pair is there as soon as the pair is; what it should be comes as a change. */
export function configurePeer(context: DiffContext, wanted: DesiredLink, kind: string): void {
  // Its queues were told where the pair was made.
  const {
    kind: _kind,
    txQueues: _tx,
    rxQueues: _rx,
    protocolDown,
    protocolDownReasons = [],
    up = true,
    ...properties
  } = withoutOptions(withoutOwnMessages(wanted.properties), kind)
  const isLate = isRaisedLater(context, wanted)
  const { altNames = [], ...changes } = {
    ...properties,
    ...(protocolDown ? { protocolDown } : {}),
    ...(protocolDownReasons.length > 0 ? { protocolDownReasons } : {}),
    ...(isLate ? {} : { up }),
  }
  checkReferences(context, wanted)
  addStep(context, {
    action: context.recreated.has(wanted.name) ? 'recreate' : 'create',
    object: 'link',
    id: wanted.name,
    ...becoming(context, wanted, { ...changes, name: wanted.name }),
    path: wanted.path,
    disruption: context.recreated.has(wanted.name) ? 'recreate' : 'none',
    phase: Phase.link,
    provides: [`configured ${wanted.name}`],
    needs: [`link ${wanted.name}`, ...needsOf(properties), ...needsOfNaming(portNaming(properties) ?? {})],
    operation: {
      type: 'updateLink',
      name: wanted.name,
      kind,
      changes,
      addedAltNames: [...altNames, ...marksFor(context, wanted)],
      removedAltNames: [],
      bounce: false,
    },
  })
  if (isLate) raise(context, wanted)
}

function withoutOptions(properties: Partial<Link>, kind: string): Partial<Link> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => name !== kind))
}
