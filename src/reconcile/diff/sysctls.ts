import { nearest } from '../../nearest.js'
import { knownSysctls } from '../../spec/knownSysctls.js'
import type { DesiredLink } from '../../state/desired.js'
import type { PropertyChange } from '../../state/equal.js'
import { isReservedName } from '../../state/reservedNames.js'
import { type LinkSysctl, sysctlProperty, withoutIpv6Mtu } from '../../state/sysctl.js'
import { eachInTurns } from '../../system/inTurns.js'
import { minimumMtu } from '../reach/reach.js'
import { Phase } from '../steps/step.js'
import { addStep, type DiffContext } from './context.js'
import { findLink } from './lookup.js'

/** Steps for the settings of links that are no netlink. */
export async function diffSysctls(context: DiffContext): Promise<void> {
  await eachInTurns(context.desired.links, (wanted) => {
    if (wanted.sysctl && !wanted.absent) diffSysctl(context, wanted)
  })
}

/**
 * The settings that a link gets before it comes up: what it does then, such as to find an address for itself and to
 * believe router advertisements, goes by them. The MTU of IPv6 is that of the link again when it comes up
 * (net/ipv6/addrconf.c, addrconf_notify).
 */
export function settingsBeforeUp(context: DiffContext, wanted: DesiredLink): LinkSysctl {
  const link = findLink(context, wanted.name)?.link
  const { up = link === undefined } = wanted.properties
  if (!wanted.sysctl || !up || link?.up) return {}
  // One that is too small for IPv6 has none of its settings until it is larger.
  if (link?.mtu !== undefined && link.mtu < minimumMtu.inet6) return {}
  return withoutIpv6Mtu(changedSettings(context, wanted))
}

function diffSysctl(context: DiffContext, wanted: DesiredLink): void {
  const { name } = findLink(context, wanted.name)?.link ?? wanted
  if (isReservedName(name)) {
    // The kernel keeps none of such a link: net/ipv4/devinet.c, devinet_sysctl_register.
    const message = `the settings under the name ${name} are those of other links, and this one has none`
    context.problems.push({ path: `${wanted.path ?? ''}/sysctl`, message, hint: 'give the link another name first' })
    return
  }
  for (const setting of Object.keys(wanted.sysctl ?? {})) {
    if (isUnknown(context, setting)) context.problems.push(unknownSetting(wanted, setting))
  }
  const first = settingsBeforeUp(context, wanted)
  const isLater = ([setting]: [string, string]): boolean => !(setting in first)
  const later = Object.fromEntries(Object.entries(changedSettings(context, wanted)).filter(isLater))
  addSettings(context, wanted, first, { provides: [`set ${name}`], needs: [] })
  addSettings(context, wanted, later, { needs: [`changed ${name}`, `raised ${name}`] })
}

/** What is not as it should be of the settings that the kernel has. */
function changedSettings(context: DiffContext, wanted: DesiredLink): LinkSysctl {
  const current = currentSettings(context, wanted)
  const isChanged = ([setting, after]: [string, string]): boolean =>
    !isUnknown(context, setting) && current[setting] !== after
  return Object.fromEntries(Object.entries(wanted.sysctl ?? {}).filter(isChanged))
}

/** A new link begins with what is the default of its namespace. */
function currentSettings(context: DiffContext, { name }: DesiredLink): Readonly<Record<string, string | undefined>> {
  const record = findLink(context, name)
  return (record ? record.sysctl : context.actual.sysctlDefaults) ?? {}
}

function isUnknown({ actual: { sysctlDefaults } }: DiffContext, setting: string): boolean {
  return sysctlDefaults !== undefined && setting in sysctlDefaults && sysctlDefaults[setting] === undefined
}

function addSettings(
  context: DiffContext,
  wanted: DesiredLink,
  values: LinkSysctl,
  { needs, provides = [] }: { readonly needs: readonly string[]; readonly provides?: readonly string[] },
): void {
  const { name } = findLink(context, wanted.name)?.link ?? wanted
  const current = currentSettings(context, wanted)
  const changes = Object.entries(values).map(([setting, after]): PropertyChange => {
    const before = current[setting]
    return { property: sysctlProperty(setting), ...(before === undefined ? {} : { before }), after }
  })
  if (changes.length === 0) return
  addStep(context, {
    action: 'update',
    object: 'link',
    id: name,
    changes,
    path: wanted.path === undefined ? undefined : `${wanted.path}/sysctl`,
    phase: Phase.sysctl,
    provides,
    needs: [`link ${name}`, `configured ${name}`, ...needs],
    operation: { type: 'setSysctl', name, values },
  })
}

function unknownSetting({ path = '' }: DesiredLink, setting: string): DiffContext['problems'][number] {
  const [, family = 'ipv4', name = ''] = sysctlProperty(setting).split('.')
  const hint = nearest(name, Object.keys(knownSysctls[family === 'ipv6' ? 'ipv6' : 'ipv4']))
  return {
    path: `${path}/sysctl/${family}/${name}`,
    message: `this kernel has no setting ${setting.replace('/', '/conf/*/')}`,
    ...(hint === undefined ? {} : { hint: `did you mean ${hint}?` }),
  }
}
