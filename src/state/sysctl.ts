import type { LinkSysctlSpec } from '../spec/types.js'

/** Settings of a link as the kernel's files have them, by family and file: `ipv4/rp_filter`. */
export type LinkSysctl = Readonly<Record<string, string>>

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
