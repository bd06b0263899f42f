import { sysctlValue } from '../../spec/knownSysctls.js'
import type { LinkSpec, LinkSysctlSpec } from '../../spec/types.js'
import { sysctlProperty } from '../sysctl.js'

/** What follows from something else, cannot be written, or is a secret. */
const unsaid: ReadonlySet<string> = new Set([
  'ipv4/mc_forwarding',
  'ipv6/mc_forwarding',
  // The link's own properties.
  'ipv6/mtu',
  'ipv6/addr_gen_mode',
  'ipv6/stable_secret',
])

/** The settings of a link that a new one would have otherwise. */
export function sysctlToSpec(
  settings: Readonly<Record<string, string | undefined>> | undefined,
  defaults: Readonly<Record<string, string | undefined>> = {},
): Pick<LinkSpec, 'sysctl'> {
  const families: Record<'ipv4' | 'ipv6', Record<string, boolean | number | string>> = { ipv4: {}, ipv6: {} }
  for (const [setting, value] of Object.entries(settings ?? {})) {
    if (value === undefined || value === '' || value === defaults[setting] || unsaid.has(setting)) continue
    const family = setting.startsWith('ipv4/') ? 'ipv4' : 'ipv6'
    const name = sysctlProperty(setting).split('.')[2] ?? ''
    families[family][name] = sysctlValue(family, name, value)
  }
  const said = Object.entries(families).filter(([, values]) => Object.keys(values).length > 0)
  const sysctl: LinkSysctlSpec = Object.fromEntries(said)
  return said.length > 0 ? { sysctl } : {}
}
