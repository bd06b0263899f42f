import { nearest } from '../../nearest.js'
import { knownSysctls } from '../../spec/knownSysctls.js'
import type { DesiredLink } from '../../state/desired.js'
import type { PropertyChange } from '../../state/equal.js'
import { isReservedName } from '../../state/reservedNames.js'
import { sysctlProperty } from '../../state/sysctl.js'
import { eachInTurns } from '../../system/inTurns.js'
import { Phase } from '../steps/step.js'
import { addStep, type DiffContext } from './context.js'
import { findLink } from './lookup.js'

/** Steps for the settings of links that are no netlink. */
export async function diffSysctls(context: DiffContext): Promise<void> {
  await eachInTurns(context.desired.links, (wanted) => {
    if (wanted.sysctl && !wanted.absent) diffSysctl(context, wanted, wanted.sysctl)
  })
}

function diffSysctl(context: DiffContext, wanted: DesiredLink, settings: NonNullable<DesiredLink['sysctl']>): void {
  const record = findLink(context, wanted.name)
  const name = record?.link.name ?? wanted.name
  if (isReservedName(name)) {
    // The kernel keeps none of such a link: net/ipv4/devinet.c, devinet_sysctl_register.
    const message = `the settings under the name ${name} are those of other links, and this one has none`
    context.problems.push({ path: `${wanted.path ?? ''}/sysctl`, message, hint: 'give the link another name first' })
    return
  }
  const defaults = context.actual.sysctlDefaults
  // A new link begins with what is the default of its namespace.
  const current: Readonly<Record<string, string | undefined>> = (record ? record.sysctl : defaults) ?? {}
  const changes: PropertyChange[] = []
  const values: Record<string, string> = {}
  for (const [setting, after] of Object.entries(settings)) {
    if (defaults && setting in defaults && defaults[setting] === undefined) {
      context.problems.push(unknownSetting(wanted, setting))
      continue
    }
    const before = current[setting]
    if (before === after) continue
    values[setting] = after
    changes.push({ property: sysctlProperty(setting), ...(before === undefined ? {} : { before }), after })
  }
  if (changes.length === 0) return
  addStep(context, {
    action: 'update',
    object: 'link',
    id: name,
    changes,
    path: wanted.path === undefined ? undefined : `${wanted.path}/sysctl`,
    phase: Phase.sysctl,
    needs: [`link ${name}`, `configured ${name}`, `changed ${name}`],
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
