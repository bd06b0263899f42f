import type { DesiredNetwork } from '../../state/desired.js'
import type { LinkRecord, NetworkState } from '../../state/model.js'
import { sysctlFile } from '../../state/sysctl.js'
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
  const settingsOf = (link: string): Readonly<Record<string, string>> => {
    const all = ['ipv4', 'ipv6'].flatMap((family) =>
      Object.entries(kernel.readSysctls(`${family}/conf/${link}`)).map(([file, value]) => [`${family}/${file}`, value]),
    )
    return Object.fromEntries(all)
  }
  const links = new Map([...state.links].map(([name, record]) => [name, { ...record, sysctl: settingsOf(name) }]))
  return { ...state, links, sysctlDefaults: settingsOf('default') }
}

function byAltName({ links }: NetworkState, name: string): LinkRecord | undefined {
  return [...links.values()].find(({ link }) => link.altNames?.includes(name))
}
