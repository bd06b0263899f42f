import { portConfigurationOf } from '../../rtnetlink/configureLink.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link } from '../../rtnetlink/link.js'
import type { DesiredLink } from '../../state/desired.js'
import { type LinkDifference, linkDifferences, sectionOf } from '../../state/link.js'
import type { LinkRecord } from '../../state/model.js'
import { allFollowersOf } from '../reach/dependents.js'
import { propertyChange } from '../steps/operation.js'
import { Phase } from '../steps/step.js'
import { changesTowards, shownChange } from './change.js'
import { addStep, type DiffContext } from './context.js'
import { checkForwardDelay } from './forwardDelay.js'
import { checkMissing, checkMtu, checkReferences } from './linkChecks.js'
import { altNameChanges } from './linkMarks.js'
import { mtuNeeds, needsOf, portNeeds, upNeeds } from './linkNeeds.js'
import { lastingNeighbors } from './lookup.js'
import { checkNamedPorts, namedPortNeeds } from './namedPorts.js'
import { namesPassedOn, releaseOf } from './passedNames.js'

/** Steps for a link that is there. */
export function updateLink(context: DiffContext, wanted: DesiredLink, record: LinkRecord): void {
  const { link } = record
  const differences = linkDifferences(wanted.properties, link)
  const { addedAltNames, removedAltNames: removed } = altNameChanges(context, differences, wanted, record)
  const passedOn = namesPassedOn(context, link.name, removed)
  const removedAltNames = removed.filter((name) => !passedOn.includes(name))
  if (passedOn.length > 0) addStep(context, releaseOf(wanted, record, passedOn))
  checkNamedPorts(context, wanted)
  if (differences.length === 0 && addedAltNames.length === 0 && removedAltNames.length === 0) return
  const immutable = differences.find((difference) => difference.immutable)
  if (immutable) {
    context.problems.push({
      path: wanted.path ?? '',
      message: `${immutable.property} of the link ${link.name} cannot be changed, and the link cannot be made anew`,
    })
    return
  }
  checkReferences(context, wanted)
  checkMtu(context, wanted, record)
  checkForwardDelay(context, wanted, link.bridge)
  const kind = link.kind === undefined ? undefined : linkKind(link.kind)
  if (kind) checkMissing(context, wanted, kind, false)
  const bounce = context.bounced.has(link.name)
  const isFinal = ({ last }: LinkDifference): boolean => last ?? false
  const final = differences.filter(isFinal)
  if (final.length > 0) changeAtLast(context, wanted, record, final)
  const isSaid = ({ name, section }: LinkDifference): boolean =>
    section === 'general' && name === 'altNames' && addedAltNames.length + removedAltNames.length === 0
  const first = differences.filter((difference) => !isFinal(difference) && !isSaid(difference))
  if (first.length === 0 && addedAltNames.length === 0 && removedAltNames.length === 0) return
  const changes = changesTowards(first, wanted, link)
  const goes = bounce || changes.up !== undefined
  const followers = goes ? [...allFollowersOf(link.name, context.before)] : []
  addStep(context, {
    action: 'update',
    object: 'link',
    id: link.name,
    changes: first.map(shownChange),
    ...(wanted.follows === undefined ? {} : { takenAlongBy: wanted.follows }),
    path: wanted.path,
    disruption: bounce ? 'link-bounce' : flushesNeighbors(context, link.name, differences) ? 'address-gap' : 'none',
    phase: Phase.link,
    provides: [`changed ${link.name}`],
    needs: [
      ...needsOf(wanted.properties),
      ...(typeof link.master === 'string' ? [`pinned ${link.master}`] : []),
      ...mtuNeeds(context, wanted, record),
      ...upNeeds(context, wanted, record),
      ...(changes.up ? [`set ${link.name}`] : []),
      ...namedPortNeeds(differences),
      ...portNeeds(context, wanted),
    ],
    operation: {
      type: 'updateLink',
      name: link.name,
      kind: link.kind,
      changes,
      ...(kind?.toldAgain ? { toldAgain: picked(sectionOf(link, kind.kind), kind.toldAgain) } : {}),
      ...(typeof link.master === 'string' && portConfigurationOf(changes) ? { master: link.master } : {}),
      addedAltNames,
      removedAltNames,
      bounce,
      ...(getsMacBack(record, changes) ? { releasedFirst: true } : {}),
      ...(followers.length > 0 ? { followers } : {}),
    },
  })
}

/**
 * Whether the master that a link leaves would give it back its former MAC address after it got another one: the kernel
 * does that at last (net/core/rtnetlink.c, do_setlink; bonding/bond_main.c, __bond_release_one; team_core.c, team_port_del).
 */
function getsMacBack({ link }: LinkRecord, { mac, master }: Partial<Link>): boolean {
  return mac !== undefined && master !== undefined && (linkKind(link.masterKind ?? '')?.portsGoDown ?? false)
}

function picked(options: object = {}, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name)))
}

/** What nobody could undo is done when all else has succeeded. */
function changeAtLast(
  context: DiffContext,
  wanted: DesiredLink,
  { link }: LinkRecord,
  differences: readonly LinkDifference[],
): void {
  addStep(context, {
    action: 'update',
    object: 'link',
    id: link.name,
    changes: differences.map(shownChange),
    path: wanted.path,
    phase: Phase.irrevocable,
    needs: [`changed ${link.name}`],
    operation: propertyChange(link.name, link.kind, changesTowards(differences, wanted, link, true)),
  })
}

/** With another MAC address the kernel forgets the neighbors, also those that are put back (net/core/neighbour.c). */
function flushesNeighbors(context: DiffContext, name: string, differences: readonly LinkDifference[]): boolean {
  if (!differences.some(({ section, name: property }) => section === 'general' && property === 'mac')) return false
  return lastingNeighbors(context, name).length > 0
}
