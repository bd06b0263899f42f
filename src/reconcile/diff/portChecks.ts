import { ownValue } from '../../ownValue.js'
import type { AnyLinkKind } from '../../rtnetlink/kinds/kind.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { DesiredLink } from '../../state/desired.js'
import { ethernet, loopback, sectionOf } from '../../state/link.js'
import type { DiffContext } from './context.js'
import { desiredLink, findLink, kindOf } from './lookup.js'

const portSuffix = 'Port'

/** What the kernel refuses only when half the work is done: a port that its master cannot have. */
export function checkPort(context: DiffContext, { name, properties, path }: DesiredLink): void {
  const { master } = properties
  if (typeof master !== 'string') return
  const masterKind = kindOf(context, master)
  const masters = masterKind === undefined ? undefined : linkKind(masterKind)
  const problem = (message: string): void => {
    context.problems.push({ path: `${path}/master`, message })
  }
  const stays = context.actual.links.has(master) && !context.recreated.has(master)
  if (stays && !masters?.hasPorts) {
    const what = masterKind === undefined ? 'a device' : `a ${masterKind}`
    problem(`${master} is ${what}, which has no ports`)
  }
  if (!masters || isPortOf(context, name, masters)) return
  const what = unfitAs(context, name, properties.kind ?? kindOf(context, name), masters)
  if (what !== undefined) problem(`${name} is ${what}, and cannot be a port of a ${masters.kind}`)
  else checkMac(context, name, master, masters, problem)
}

/** Options as a port are for whoever is one of such a master. */
export function checkPortOptions(context: DiffContext, { name, properties, path }: DesiredLink): void {
  const sections = Object.keys(properties).filter((section) => {
    return section.endsWith(portSuffix) && linkKind(section.slice(0, -portSuffix.length))?.port
  })
  if (sections.length === 0) return
  const { master = findLink(context, name)?.link.master } = properties
  const masterKind = typeof master === 'string' ? kindOf(context, master) : undefined
  for (const section of sections) {
    const problem = (why: string): void => {
      const message = `options of a ${section} were given, but ${why}`
      context.problems.push({ path: `${path}/${section}`, message })
    }
    if (typeof master !== 'string') problem(`${name} has no master`)
    else if (masterKind !== undefined && `${masterKind}${portSuffix}` !== section)
      problem(`the master ${master} is a ${masterKind}`)
  }
}

function isPortOf({ actual, recreated }: DiffContext, name: string, { kind }: AnyLinkKind): boolean {
  return !recreated.has(name) && actual.links.get(name)?.link.masterKind === kind
}

/** What it is about a device that keeps it from being a port of a kind of link. */
function unfitAs(
  context: DiffContext,
  name: string,
  kind: string | undefined,
  { neverPorts = [], noLoopbackPort, ethernetPorts, portsHaveMac }: AnyLinkKind,
): string | undefined {
  const known = kind === undefined ? undefined : linkKind(kind)
  if (ethernetPorts && (known ? known.ethernet === false : carriesOther(context, name))) {
    return known ? `a ${known.kind}` : 'no Ethernet device'
  }
  if (noLoopbackPort && isLoopback(context, name)) return 'the loopback device'
  if (!known) return undefined
  if (neverPorts.includes(known.kind)) return `a ${known.kind}`
  return portsHaveMac && known.noMacWith && hasOptions(context, name, known, known.noMacWith)
    ? `a ${known.kind} without a MAC address`
    : undefined
}

/** A bond in most of its modes gives its own MAC address to a port, which not all can take. */
function checkMac(
  context: DiffContext,
  name: string,
  master: string,
  masterKind: AnyLinkKind,
  problem: (message: string) => void,
): void {
  const { kind, givesMacUnless } = masterKind
  if (!givesMacUnless || hasOptions(context, master, masterKind, givesMacUnless)) return
  const port = linkKind(kindOf(context, name) ?? '')
  if (port && (port.ethernet === false || port.immutableProperties?.includes('mac'))) {
    const modes = Object.entries(givesMacUnless).map(([option, values]) => `${kind}.${option} ${values?.join(' or ')}`)
    problem(`${name} is a ${port.kind}, which takes no MAC address: it can be a port of ${master} with ${modes} alone`)
  }
}

/** Whether a link has, or is to have, one of some values of each of some options. */
function hasOptions(
  { actual, desired, recreated }: DiffContext,
  name: string,
  { kind, defaults }: AnyLinkKind,
  values: Readonly<Record<string, readonly unknown[] | undefined>>,
): boolean {
  const had = recreated.has(name) ? undefined : actual.links.get(name)?.link
  const { properties = {} } = desiredLink({ desired }, name) ?? {}
  const options = { ...defaults, ...sectionOf(had ?? {}, kind), ...sectionOf(properties, kind) }
  return Object.entries(values).every(([option, all]) => {
    const value = ownValue(options, option)
    return all?.includes(value) ?? true
  })
}

/** Whether a device is of another sort than Ethernet, such as lo: net/bridge/br_if.c, br_add_if. */
export function carriesOther({ actual }: DiffContext, name: string): boolean {
  const hardwareType = actual.links.get(name)?.link.hardwareType
  return hardwareType !== undefined && hardwareType !== ethernet
}

/** Whether a device is lo. */
export function isLoopback({ actual }: DiffContext, name: string): boolean {
  return actual.links.get(name)?.link.hardwareType === loopback
}
