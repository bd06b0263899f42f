import { portConfigurationOf } from '../../rtnetlink/configureLink.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link, ListedLink } from '../../rtnetlink/link.js'
import { isPairKind, nearPeerOf } from '../../rtnetlink/pair.js'
import type { DesiredLink } from '../../state/desired.js'
import { type LinkDifference, linkDifferences, sectionOf, visibleAltNames, withoutCleared } from '../../state/link.js'
import type { LinkRecord } from '../../state/model.js'
import { marksOf, newMark } from '../../state/owner.js'
import { eachInTurns } from '../../system/inTurns.js'
import { lowersOf, takenAlong } from '../reach/dependents.js'
import { shownNamespace } from '../reach/shownNamespace.js'
import { propertyChange } from '../steps/operation.js'
import { Phase, type Step } from '../steps/step.js'
import { tagsOfBound } from './boundAddresses.js'
import { changesOf, changesTowards, shownChange } from './change.js'
import { addStep, type DiffContext } from './context.js'
import { checkForwardDelay } from './forwardDelay.js'
import { checkMissing, checkMtu, checkNames, checkReferences } from './linkChecks.js'
import { desiredLink, findLink, lastingNeighbors } from './lookup.js'
import { makeWay } from './makeWay.js'
import { checkNamedPorts, namedPortNeeds, namePorts, needsOfNaming } from './namedPorts.js'
import { portNaming, withoutNaming } from './portNaming.js'
import { checkRemovable, refusesAnew } from './unremovable.js'
import { plannedVlans } from './vlans.js'

/** Steps for the links of a namespace. */
export async function diffLinks(context: DiffContext): Promise<void> {
  const goesAlong = new Set<string>()
  await eachInTurns(context.desired.links, (wanted) => {
    const record = findLink(context, wanted.name)
    if (wanted.absent) {
      if (record && !wanted.goesAlong && !goesAlong.has(record.link.name))
        deleteLink(context, wanted, record, goesAlong)
    } else if (record) updateLink(context, wanted, record)
    else createLink(context, { ...wanted, properties: withoutCleared(wanted.properties) })
  })
}

function deleteLink(context: DiffContext, wanted: DesiredLink, record: LinkRecord, goesAlong: Set<string>): void {
  const { link } = record
  checkRemovable(context, wanted, record)
  takeAlong(context, wanted, link, goesAlong)
  for (const upper of context.farUppers.get(link.name) ?? []) {
    const where = shownNamespace(upper.namespace)
    context.problems.push({
      path: wanted.path ?? '',
      message: `the link ${link.name} cannot be removed, since ${upper.name} in ${where} stands on it`,
      hint: `name ${upper.name} as absent there too`,
    })
  }
  addStep(context, {
    action: 'delete',
    object: 'link',
    id: link.name,
    changes: [],
    path: wanted.path,
    phase: Phase.deleteLink,
    provides: [`gone ${link.name}`],
    operation: { type: 'deleteLink', name: link.name },
  })
}

/** Notes what vanishes with a link that goes, and what would, though nobody said so. */
function takeAlong(
  context: DiffContext,
  wanted: DesiredLink,
  { name, kind, link: lower }: ListedLink,
  goesAlong: Set<string>,
  otherEnd?: string,
): void {
  for (const other of takenAlong(name, context.actual)) {
    if (other === otherEnd) continue
    const record = context.actual.links.get(other)
    if (!survivesLower(record?.link.kind)) goesAlong.add(other)
    if (isPairKind(kind) && lower === other) {
      checkOtherEnd(context, name, other)
      if (record && !context.recreated.has(other)) takeAlong(context, wanted, record.link, goesAlong, name)
    } else if (!desiredLink(context, other)?.absent) {
      context.problems.push({
        path: wanted.path ?? '',
        message: `the link ${name} cannot be removed, since ${other} stands on it`,
        hint: `name ${other} as absent too`,
      })
    }
  }
}

/** An end that stays cannot be wished for where the other one is to go. */
function checkOtherEnd(context: DiffContext, gone: string, name: string): void {
  const wanted = desiredLink(context, name)
  if (!context.owner || !wanted || wanted.absent || context.recreated.has(name)) return
  context.problems.push({
    path: wanted.path ?? '',
    message: `the link ${name} goes with ${gone}, the other end of its pair, which is absent`,
    hint: `name ${name} as absent too`,
  })
}

function createLink(context: DiffContext, wanted: DesiredLink): void {
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
  const options = sectionOf(properties, kind.kind)
  for (const required of kind.options.domain.type === 'object' ? kind.options.domain.required : []) {
    if (options?.[required] === undefined && !(required === 'link' && wanted.elsewhere)) {
      context.problems.push({
        path: `${path}/${kind.kind}`,
        message: `a new ${kind.kind} needs ${kind.kind}.${required}`,
      })
    }
  }
  const sets = kind.needsOneOf ?? []
  if (sets.length > 0 && !sets.some((set) => set.every((name) => options?.[name] !== undefined))) {
    const choices = sets.map((set) => set.map((name) => `${kind.kind}.${name}`).join(' with '))
    context.problems.push({
      path: `${path}/${kind.kind}`,
      message: `a new ${kind.kind} needs ${choices.join(', or ')}`,
    })
  }
  checkNames(context, wanted)
  checkForwardDelay(context, wanted)
  checkReferences(context, wanted)
  checkNamedPorts(context, wanted)
  const recreates = context.recreated.has(name)
  checkMissing(context, wanted, kind, recreates)
  const naming = portNaming(properties)
  // Up before it has its VLANs, it would be in those that every new port has.
  const { up: isUp = true } = properties
  const up = isUp && plannedVlans(context, wanted).length > 0 ? undefined : isUp
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
}

/** What is new of a link that is made, or what takes it along: for one that is made anew beside what it was. */
function becoming(
  { before, recreated, recreatedWith }: DiffContext,
  { name, properties }: DesiredLink,
  link: Link,
): Pick<Step, 'changes' | 'takenAlongBy'> {
  const former = recreated.has(name) ? before.links.get(name)?.link : undefined
  if (!former) return { changes: changesOf(link) }
  const takenAlongBy = recreatedWith.get(name)
  return {
    changes: linkDifferences(properties, former).map(shownChange),
    ...(takenAlongBy === undefined ? {} : { takenAlongBy }),
  }
}

/** Properties without those that are in messages of their own, for which the link must be there. */
function withoutOwnMessages({
  bridge,
  bridgePort,
  vxlan,
  ipv6Token: _token,
  ...properties
}: Partial<Link>): Partial<Link> {
  const { vlans: _own, vlanOptions: _options, ...ofBridge } = bridge ?? {}
  const { vlans: _vlans, ...ofPort } = bridgePort ?? {}
  const { vnis: _vnis, ...ofVxlan } = vxlan ?? {}
  return {
    ...properties,
    ...(bridge ? { bridge: ofBridge } : {}),
    ...(vxlan ? { vxlan: ofVxlan } : {}),
    ...(Object.keys(ofPort).length > 0 ? { bridgePort: ofPort } : {}),
  }
}

function withoutOptions(properties: Partial<Link>, kind: string): Partial<Link> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => name !== kind))
}

/** The marks that a link is to bear: those that it had, or for a new one its maker's. */
function marksFor(context: DiffContext, { name, marks }: DesiredLink): readonly string[] {
  return marks ?? (context.owner ? [newMark(context.owner, name, context.actual)] : [])
}

function withMarks(link: Link, marks: readonly string[]): Link {
  return marks.length === 0 ? link : { ...link, altNames: [...(link.altNames ?? []), ...marks] }
}

/** Whether a recreated link goes with another recreated one, so that it need not be deleted. */
function isTakenAlong(context: DiffContext, { name, properties, elsewhere }: DesiredLink): boolean {
  if (survivesLower(properties.kind)) return false
  if (elsewhere && !isPairKind(properties.kind)) return context.far.has(name)
  return lowersOf({ ...properties }).some((lower) => context.recreated.has(lower))
}

function survivesLower(kind: string | undefined): boolean {
  return (kind !== undefined && linkKind(kind)?.survivesLower) ?? false
}

function peerTags(link: Link): string[] {
  const peer = nearPeerOf(link)
  return peer === undefined ? [] : [`link ${peer}`]
}

/** The other end of a pair is there as soon as the pair is; what it should be comes as a change. */
function configurePeer(context: DiffContext, wanted: DesiredLink, kind: string): void {
  // Its queues were told where the pair was made.
  const {
    kind: _kind,
    txQueues: _tx,
    rxQueues: _rx,
    protocolDown,
    protocolDownReasons = [],
    ...properties
  } = withoutOptions(withoutOwnMessages(wanted.properties), kind)
  const { altNames = [], ...changes } = {
    ...properties,
    ...(protocolDown ? { protocolDown } : {}),
    ...(protocolDownReasons.length > 0 ? { protocolDownReasons } : {}),
    up: properties.up ?? true,
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
}

function needsOf(properties: Partial<Link>): string[] {
  const needs = tagsOfBound(properties)
  if (typeof properties.master === 'string') needs.push(`link ${properties.master}`)
  for (const lower of lowersOf({ ...properties })) needs.push(`link ${lower}`, `changed ${lower}`)
  return needs
}

function updateLink(context: DiffContext, wanted: DesiredLink, record: LinkRecord): void {
  const { link } = record
  const differences = linkDifferences(wanted.properties, link)
  const { addedAltNames, removedAltNames } = altNameChanges(context, differences, wanted, record)
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
  const first = differences.filter((difference) => !isFinal(difference))
  if (first.length === 0 && addedAltNames.length === 0 && removedAltNames.length === 0) return
  const changes = changesTowards(first, wanted, link)
  addStep(context, {
    action: 'update',
    object: 'link',
    id: link.name,
    changes: first.map(shownChange),
    path: wanted.path,
    disruption: bounce ? 'link-bounce' : flushesNeighbors(context, link.name, differences) ? 'address-gap' : 'none',
    phase: Phase.link,
    provides: [`changed ${link.name}`],
    needs: [
      ...needsOf(wanted.properties),
      ...mtuNeeds(context, wanted, record),
      ...namedPortNeeds(differences),
      ...portNeeds(context, wanted),
    ],
    operation: {
      type: 'updateLink',
      name: link.name,
      kind: link.kind,
      changes,
      ...(typeof link.master === 'string' && portConfigurationOf(changes) ? { master: link.master } : {}),
      addedAltNames,
      removedAltNames,
      bounce,
    },
  })
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

/** What stands on a device cannot have the larger MTU: it is raised from below and lowered from above. */
function mtuNeeds(context: DiffContext, wanted: DesiredLink, { link }: LinkRecord): string[] {
  const { mtu } = wanted.properties
  if (mtu === undefined || mtu === link.mtu) return []
  const others = mtu < (link.mtu ?? 0) ? takenAlong(link.name, context.actual) : lowersOf(link)
  return others.map((other) => `changed ${other}`)
}

/** No device can be a port while something like a MACVLAN stands on it (net/core/dev.c, netdev_rx_handler_register). */
function portNeeds({ formerUppers }: DiffContext, { name, properties }: DesiredLink): string[] {
  return typeof properties.master === 'string' ? (formerUppers.get(name) ?? []).map((upper) => `link ${upper}`) : []
}

/** With another MAC address the kernel forgets the neighbors, also those that are put back (net/core/neighbour.c). */
function flushesNeighbors(context: DiffContext, name: string, differences: readonly LinkDifference[]): boolean {
  if (!differences.some(({ section, name: property }) => section === 'general' && property === 'mac')) return false
  return lastingNeighbors(context, name).length > 0
}

function altNameChanges(
  context: DiffContext,
  differences: readonly LinkDifference[],
  wanted: DesiredLink,
  { link }: LinkRecord,
): { addedAltNames: readonly string[]; removedAltNames: readonly string[] } {
  const after = differences.find(({ name }) => name === 'altNames')?.after
  const visible = Array.isArray(after) ? after.filter((name) => typeof name === 'string') : visibleAltNames(link)
  const own = marksOf(link)
  const marks = wanted.halfMade && own.length === 0 ? marksFor(context, wanted) : (wanted.marks ?? own)
  const names: readonly string[] = [...visible, ...marks]
  const present = link.altNames ?? []
  return {
    addedAltNames: names.filter((name) => !present.includes(name)),
    removedAltNames: present.filter((name) => !names.includes(name)),
  }
}
