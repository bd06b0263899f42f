import type { LinkSysctlSpec } from '../spec/types.js'

/** Settings of a link as the kernel's files have them, by family and file: `ipv4/rp_filter`. */
export type LinkSysctl = Readonly<Record<string, string>>

/** Settings as they were read; what could not be read is `undefined`. */
export type SysctlsRead = Readonly<Record<string, string | undefined>>

/** What follows from something else, cannot be written, or is a secret. */
const untold: ReadonlySet<string> = new Set([
  'ipv4/mc_forwarding',
  'ipv6/mc_forwarding',
  // A property of the link.
  'ipv6/addr_gen_mode',
  'ipv6/stable_secret',
])

/** What the kernel itself writes for a link without ARP: net/ipv6/addrconf.c, ipv6_add_dev */
const written: LinkSysctl = { 'ipv6/accept_dad': '-1', 'ipv6/use_tempaddr': '-1' }

/**
 * The settings of a link that a new one would have otherwise.
 * @param mtu that of the link, which the one of IPv6 is unless it is given another: net/ipv6/addrconf.c, addrconf_notify
 */
export function changedSysctls(
  settings: SysctlsRead = {},
  defaults: SysctlsRead = {},
  mtu: number | undefined = undefined,
): LinkSysctl {
  const changed: Record<string, string> = {}
  for (const [setting, value] of Object.entries(settings)) {
    if (setting === ipv6Mtu || value === undefined || value === '' || value === defaults[setting]) continue
    if (!untold.has(setting) && written[setting] !== value) changed[setting] = value
  }
  return { ...changed, ...ownIpv6Mtu(settings[ipv6Mtu], mtu) }
}

const ipv6Mtu = 'ipv6/mtu'

/** The MTU of IPv6 as a setting, where it is less than that of the link, which is the most that the kernel takes. */
export function ownIpv6Mtu(value: string | undefined, mtu: number | undefined): LinkSysctl {
  return value !== undefined && mtu !== undefined && Number(value) < mtu ? { [ipv6Mtu]: value } : {}
}

/** Settings without the MTU of IPv6. */
export function withoutIpv6Mtu({ [ipv6Mtu]: _mtu, ...others }: LinkSysctl): LinkSysctl {
  return others
}

/** Settings of a spec as files. */
export function sysctlOf({ ipv4, ipv6 }: LinkSysctlSpec): LinkSysctl {
  const settings: Record<string, string> = {}
  for (const [family, values] of Object.entries({ ipv4, ipv6 })) {
    for (const [name, value] of Object.entries(values ?? {})) {
      if (value !== undefined) settings[`${family}/${fileOf(name)}`] = textOf(value)
    }
  }
  return settings
}

function fileOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function textOf(value: boolean | number | string): string {
  if (typeof value === 'boolean') return value ? '1' : '0'
  return String(value).trim()
}

/** How a spec calls a setting: `sysctl.ipv4.rpFilter`. */
export function sysctlProperty(setting: string): string {
  const [family, file = ''] = setting.split('/')
  return `sysctl.${family}.${file.replace(/_([a-z0-9])/g, (_whole, letter: string) => letter.toUpperCase())}`
}

/** The file of a setting under /proc/sys/net, of a link or of `default`. */
export function sysctlFile(link: string, setting: string): string {
  const [family, file] = setting.split('/')
  return `${family}/conf/${link}/${file}`
}
