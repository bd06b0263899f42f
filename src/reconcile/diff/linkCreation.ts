import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link } from '../../rtnetlink/link.js'
import { isPairKind, nearPeerOf } from '../../rtnetlink/pair.js'
import type { DesiredLink } from '../../state/desired.js'
import { lowersOf, survivesLower } from '../reach/dependents.js'
import { Phase } from '../steps/step.js'
import { becoming } from './becoming.js'
import { addStep, type DiffContext } from './context.js'
import { checkForwardDelay } from './forwardDelay.js'
import { checkMissing, checkNames, checkNeeded, checkReferences } from './linkChecks.js'
import { marksFor, withMarks } from './linkMarks.js'
import { needsOf } from './linkNeeds.js'
import { makeWay } from './makeWay.js'
import { checkNamedPorts, namePorts } from './namedPorts.js'
import { withoutOwnMessages } from './ownMessages.js'
import { configurePeer } from './peerConfiguration.js'
import { portNaming, withoutNaming } from './portNaming.js'
import { isRaisedLater, raise } from './raisedLater.js'
import { refusesAnew } from './unremovable.js'
import { plannedVlans } from './vlans.js'

/** Steps for a link that is not there. */
export function createLink(context: DiffContext, wanted: DesiredLink): void {
  const { name, properties, path } = wanted
  const pair = context.peers.get(name)
  const kind = properties.kind === undefined ? undefined : linkKind(properties.kind)
  if (pair) {
    makeWay(context, name, path, pair.lead)
    configurePeer(context, wanted, pair.kind)
    return
  }
  if (refusesAnew(context, wanted)) return
  if (!kind) {
    context.problems.push({
      path: path ?? '',
      message:
        properties.kind === undefined
          ? `the link ${name} does not exist, and without a kind it cannot be created`
          : `links of kind ${properties.kind} cannot be created`,
    })
    return
  }
  checkNeeded(context, wanted, kind)
  checkNames(context, wanted)
  checkForwardDelay(context, wanted)
  checkReferences(context, wanted)
  checkNamedPorts(context, wanted)
  const recreates = context.recreated.has(name)
  checkMissing(context, wanted, kind, recreates)
  const naming = portNaming(properties)
  // Up before it has its VLANs, it would be in those that every new port has.
  const { up: isUp = true } = properties
  const isLate = isRaisedLater(context, wanted)
  const up = isUp && (isLate || plannedVlans(context, wanted).length > 0) ? undefined : isUp
  const { up: _up, ...others } = withoutOwnMessages(properties)
  const whole: Link = { ...others, name, ...(up === undefined ? {} : { up }) }
  const link = naming ? withoutNaming(whole, naming) : whole
  if (naming) namePorts(context, wanted, naming)
  addStep(context, {
    action: recreates ? 'recreate' : 'create',
    object: 'link',
    id: name,
    ...becoming(context, wanted, link),
    path,
    disruption: recreates ? 'recreate' : 'none',
    phase: Phase.link,
    provides: [`link ${name}`, ...peerTags(link)],
    needs: needsOf(properties),
    // The kernel has taken it along already where something below it, or its peer, was made anew.
    operation: {
      type: 'createLink',
      link: withMarks(link, marksFor(context, wanted)),
      replaces: recreates && !isTakenAlong(context, wanted),
      ...(wanted.elsewhere && !kind.pair ? { elsewhere: wanted.elsewhere } : {}),
    },
  })
  if (isLate) raise(context, wanted)
}

function peerTags(link: Link): string[] {
  const peer = nearPeerOf(link)
  return peer === undefined ? [] : [`link ${peer}`]
}

/** Whether a recreated link goes with another recreated one, so that it need not be deleted. */
function isTakenAlong(context: DiffContext, { name, properties, elsewhere }: DesiredLink): boolean {
  if (survivesLower(properties.kind)) return false
  if (elsewhere && !isPairKind(properties.kind)) return context.far.has(name)
  return lowersOf({ ...properties }).some((lower) => context.recreated.has(lower))
}
