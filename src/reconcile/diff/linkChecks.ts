import type { AnyLinkKind } from '../../rtnetlink/kinds/kind.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import { peerOf } from '../../rtnetlink/pair.js'
import { pointer } from '../../spec/pointer.js'
import { isManageable } from '../../state/address.js'
import type { DesiredLink } from '../../state/desired.js'
import { sectionOf } from '../../state/link.js'
import type { LinkRecord } from '../../state/model.js'
import { isReservedName, reservedNameMessage } from '../../state/reservedNames.js'
import { kernelIsAtLeast } from '../../system/kernelRelease.js'
import { lowersOf } from '../reach/dependents.js'
import { minimumMtu } from '../reach/reach.js'
import type { DiffContext } from './context.js'
import { desiredLink, kindOf, requireLinks } from './lookup.js'
import { checkLowerMac } from './lowerMac.js'
import { carriesOther, checkPort, checkPortOptions, isLoopback } from './portChecks.js'

/** Refuses a new link without what its kind needs to be made. */
export function checkNeeded(
  context: DiffContext,
  { properties, elsewhere, path }: DesiredLink,
  kind: AnyLinkKind,
): void {
  const options = sectionOf(properties, kind.kind)
  for (const required of kind.options.domain.type === 'object' ? kind.options.domain.required : []) {
    if (options?.[required] === undefined && !(required === 'link' && elsewhere)) {
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
}

/** Refuses what a family of generic netlink lacks for a change; what is put back goes without. */
export function checkMissing(
  { problems, owner, actual }: DiffContext,
  { name, properties, path }: DesiredLink,
  { kind, generic }: AnyLinkKind,
  isNew: boolean,
): void {
  const options = owner && sectionOf(properties, kind)
  if (!options || !generic?.missing) return
  const had = isNew ? undefined : actual.links.get(name)?.link
  for (const { path: place, message } of generic.missing(options, had && sectionOf(had, kind))) {
    problems.push({
      path: path === undefined ? '' : `${path}${pointer([kind, ...place])}`,
      message: `link ${name}: ${message}`,
      ...(isNew ? { hint: `the link ${name} is made anew for another change` } : {}),
    })
  }
}

/** No link is made under a name that the kernel has another use for, nor is the other end of a pair. */
export function checkNames({ problems }: DiffContext, { name, properties, path = '' }: DesiredLink): void {
  if (isReservedName(name)) problems.push({ path: `${path}/name`, message: reservedNameMessage(name) })
  const peer = peerOf(properties)?.name
  if (peer === undefined || !isReservedName(peer)) return
  problems.push({ path: `${path}/${properties.kind}/peer/name`, message: reservedNameMessage(peer) })
}

/** A master or a device below must be there, or be made by the same plan. */
export function checkReferences(context: DiffContext, wanted: DesiredLink): void {
  const { properties, path } = wanted
  const references: [string, string][] = lowersOf({ ...properties }).map((lower) => [`${properties.kind}/link`, lower])
  if (typeof properties.master === 'string') references.push(['master', properties.master])
  requireLinks(context, path, references)
  checkPort(context, wanted)
  checkPortOptions(context, wanted)
  checkBelow(context, wanted)
  checkLowerMac(context, wanted)
}

/** What the kernel refuses below, or passes over. */
function checkBelow(context: DiffContext, { name, properties, path }: DesiredLink): void {
  const { kind = '' } = properties
  const { standsBelow = [], neverOn = [], ethernetBelow } = linkKind(kind) ?? {}
  for (const lower of lowersOf({ ...properties })) {
    const lowerKind = kindOf(context, lower) ?? ''
    if (standsBelow.includes(lowerKind)) {
      const message = `${name} cannot stand on ${lower}: a ${kind} stands on what the ${lowerKind} stands on`
      context.problems.push({ path: `${path}/${kind}/link`, message })
    } else if (neverOn.includes(lowerKind)) {
      const message = `${name} cannot stand on ${lower}: no ${kind} stands on a link of kind ${lowerKind}`
      context.problems.push({ path: `${path}/${kind}`, message })
    } else if (lacksFrames(context, lower, ethernetBelow)) {
      const message = `${name} is a ${kind}, which needs an Ethernet device below: ${lower} is none`
      context.problems.push({ path: `${path}/${kind}`, message })
    }
  }
}

/** Whether a device is none that carries Ethernet frames, for a kind that needs such a one: lo is none to any kernel. */
function lacksFrames(context: DiffContext, lower: string, needed: AnyLinkKind['ethernetBelow']): boolean {
  if (needed === undefined) return false
  return needed === true || kernelIsAtLeast(...needed) ? willCarryOther(context, lower) : isLoopback(context, lower)
}

/** Whether a device is of another sort than Ethernet, or will be, where it is made by the same plan. */
function willCarryOther(context: DiffContext, name: string): boolean {
  if (context.actual.links.has(name) && !context.recreated.has(name)) return carriesOther(context, name)
  return linkKind(desiredLink(context, name)?.properties.kind ?? '')?.ethernet === false
}

/** Below the smallest MTU of IPv6 the kernel takes all its addresses away (net/ipv6/addrconf.c, addrconf_notify). */
export function checkMtu(context: DiffContext, wanted: DesiredLink, { link, addresses }: LinkRecord): void {
  const { mtu } = wanted.properties
  if (mtu === undefined || mtu >= minimumMtu.inet6 || (link.mtu ?? 0) < minimumMtu.inet6 || wanted.addresses) return
  const lost = addresses.filter((address) => address.family === 'inet6' && isManageable(address))
  if (lost.length === 0) return
  const names = lost.map(({ address }) => address).join(', ')
  context.problems.push({
    path: `${wanted.path}/mtu`,
    message: `an MTU below ${minimumMtu.inet6} takes all IPv6 addresses from ${link.name}: ${names}`,
    hint: 'list the addresses that the link is to have, without them',
  })
}
