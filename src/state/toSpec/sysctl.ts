import { sysctlValue } from '../../spec/knownSysctls.js'
import type { LinkSpec, LinkSysctlSpec } from '../../spec/types.js'
import type { LinkRecord } from '../model.js'
import { changedSysctls, type SysctlsRead, sysctlProperty } from '../sysctl.js'

/** The settings of a link that a new one would have otherwise. */
export function sysctlToSpec(
  { sysctl: settings, link }: LinkRecord,
  defaults: SysctlsRead = {},
): Pick<LinkSpec, 'sysctl'> {
  const families: Record<'ipv4' | 'ipv6', Record<string, boolean | number | string>> = { ipv4: {}, ipv6: {} }
  for (const [setting, value] of Object.entries(changedSysctls(settings, defaults, link.mtu))) {
    const family = setting.startsWith('ipv4/') ? 'ipv4' : 'ipv6'
    const name = sysctlProperty(setting).split('.')[2] ?? ''
    families[family][name] = sysctlValue(family, name, value)
  }
  const said = Object.entries(families).filter(([, values]) => Object.keys(values).length > 0)
  const sysctl: LinkSysctlSpec = Object.fromEntries(said)
  return said.length > 0 ? { sysctl } : {}
}
