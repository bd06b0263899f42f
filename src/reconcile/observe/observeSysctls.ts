import type { DesiredNetwork } from '../../state/desired.js'
import type { LinkRecord, NetworkState } from '../../state/model.js'
import { sysctlFile } from '../../state/sysctl.js'
import type { Kernel } from '../world/kernel.js'
import type { Place } from '../world/place.js'

/**
 * Reads what of the links' settings is wanted, and no other: each is a file. A link that is called by an alternative
 * name is found by it; one that is not there yet begins with the defaults.
 */
export function withSysctls(state: NetworkState, network: DesiredNetwork | undefined, place: Place): NetworkState {
  const wanted = (network?.links ?? []).filter(({ sysctl }) => sysctl !== undefined)
  if (wanted.length === 0) return state
  const links = new Map(state.links)
  const defaults: Record<string, string | undefined> = {}
  for (const { name, sysctl = {} } of wanted) {
    const record = links.get(name) ?? byAltName(state, name)
    const values: Record<string, string | undefined> = {}
    for (const setting of Object.keys(sysctl)) {
      if (!(setting in defaults)) defaults[setting] = place.kernel.readSysctl(sysctlFile('default', setting))
      if (record) values[setting] = place.kernel.readSysctl(sysctlFile(record.link.name, setting))
    }
    if (record) links.set(record.link.name, { ...record, sysctl: values })
  }
  return { ...state, links, sysctlDefaults: defaults }
}

/** Reads all settings of all links, and what a new link has. */
export function withAllSysctls(state: NetworkState, { kernel }: Place): NetworkState {
  const links = new Map(
    [...state.links].map(([name, record]) => [name, { ...record, sysctl: allSettings(kernel, name) }]),
  )
  return { ...state, links, sysctlDefaults: allSettings(kernel, 'default') }
}

/**
 * Adds to what was read all settings of some links, which go with the links and are to come back with them. Of links whose
 * lists of settings, which come with the links, are the same, one is read: each link has two hundred files.
 */
export function withSysctlsOf(names: ReadonlySet<string>, state: NetworkState, { kernel }: Place): NetworkState {
  const links = new Map(state.links)
  const alike = new Map<string, Readonly<Record<string, string>>>()
  for (const name of names) {
    const record = links.get(name)
    if (!record) continue
    const list = listedSettings(record)
    const sysctl = alike.get(list ?? '') ?? allSettings(kernel, name)
    if (list !== undefined) alike.set(list, sysctl)
    links.set(name, { ...record, sysctl })
  }
  return { ...state, links, sysctlDefaults: allSettings(kernel, 'default') }
}

/** The place of IPv6's own MTU, which follows the link's: include/uapi/linux/ipv6.h, DEVCONF_MTU6. */
const mtuPlace = 2

function listedSettings({ link: { ipv4Settings, ipv6Settings } }: LinkRecord): string | undefined {
  if (!ipv4Settings || !ipv6Settings) return undefined
  const ipv6 = Buffer.from(ipv6Settings)
  ipv6.fill(0, mtuPlace * 4, mtuPlace * 4 + 4)
  return `${Buffer.from(ipv4Settings).toString('latin1')} ${ipv6.toString('latin1')}`
}

function allSettings(kernel: Kernel, link: string): Readonly<Record<string, string>> {
  const all = ['ipv4', 'ipv6'].flatMap((family) =>
    Object.entries(kernel.readSysctls(`${family}/conf/${link}`)).map(([file, value]) => [`${family}/${file}`, value]),
  )
  return Object.fromEntries(all)
}

function byAltName({ links }: NetworkState, name: string): LinkRecord | undefined {
  return [...links.values()].find(({ link }) => link.altNames?.includes(name))
}
