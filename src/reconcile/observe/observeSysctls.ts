import type { RequestOptions } from '../../netlink/exchange.js'
import { dumpLinks } from '../../rtnetlink/linkMessages.js'
import { decodeListedSettings, type ListedSettings } from '../../rtnetlink/listedSettings.js'
import type { DesiredNetwork } from '../../state/desired.js'
import { linkCalled } from '../../state/linkCalled.js'
import type { LinkRecord, NetworkState } from '../../state/model.js'
import { changedSysctls, type LinkSysctl, ownIpv6Mtu, sysctlFile, withoutIpv6Mtu } from '../../state/sysctl.js'
import { eachInTurns } from '../../system/inTurns.js'
import type { Kernel } from '../world/kernel.js'
import type { Place } from '../world/place.js'
import { dump } from './dump.js'

/**
 * Reads what of the links' settings is wanted, and no other: each is a file. A link that is called by an alternative
 * name is found by it; one that is not there yet begins with the defaults.
 */
export async function withSysctls(
  state: NetworkState,
  network: DesiredNetwork | undefined,
  place: Place,
): Promise<NetworkState> {
  const wanted = (network?.links ?? []).filter(({ sysctl }) => sysctl !== undefined)
  if (wanted.length === 0) return state
  const links = new Map(state.links)
  const defaults: Record<string, string | undefined> = {}
  await eachInTurns(wanted, ({ name, sysctl = {} }) => {
    const record = linkCalled(links, name)
    const values: Record<string, string | undefined> = {}
    for (const setting of Object.keys(sysctl)) {
      if (!(setting in defaults)) defaults[setting] = place.kernel.readSysctl(sysctlFile('default', setting))
      if (record) values[setting] = place.kernel.readSysctl(sysctlFile(record.link.name, setting))
    }
    if (record) links.set(record.link.name, { ...record, sysctl: values })
  })
  return { ...state, links, sysctlDefaults: defaults }
}

/** Reads all settings of all links, and what a new link has. */
export async function withAllSysctls(state: NetworkState, { kernel }: Place): Promise<NetworkState> {
  const links = new Map<string, LinkRecord>()
  await eachInTurns(state.links, ([name, record]) => {
    links.set(name, { ...record, sysctl: allSettings(kernel, name) })
  })
  return { ...state, links, sysctlDefaults: allSettings(kernel, 'default') }
}

/** From how many links on they are listed, to read the files of those only that differ: a link has a hundred files. */
const worthAList = 3

/** Records with all of their settings, which an apply asks for once to plan, and once to undo. */
const wholly = new WeakSet<LinkRecord>()

/**
 * Adds to what was read the settings of some links that a new link has otherwise, which go with the links and are to come
 * back with them.
 */
export async function withSysctlsOf(
  names: ReadonlySet<string>,
  state: NetworkState,
  place: Place,
  options: RequestOptions,
): Promise<NetworkState> {
  const records = [...names].flatMap((name) => state.links.get(name) ?? []).filter((record) => !wholly.has(record))
  if (records.length === 0) return state
  const defaults = allSettings(place.kernel, 'default')
  const listed = records.length < worthAList ? undefined : await listedSettings(place, options)
  const known = new Map<string | undefined, LinkSysctl>()
  const told = new Set<string>()
  const links = new Map(state.links)
  await eachInTurns(records, (record) => {
    const { name, index, mtu } = record.link
    const { likeness, ipv6Mtu } = listed?.get(index) ?? {}
    const alike = known.get(likeness)
    const changed = alike
      ? { ...alike, ...ownIpv6Mtu(ipv6Mtu?.toString(), mtu) }
      : changedSysctls(allSettings(place.kernel, name), defaults, mtu)
    if (likeness !== undefined && !alike) known.set(likeness, withoutIpv6Mtu(changed))
    for (const setting of Object.keys(changed)) told.add(setting)
    const whole = { ...record, sysctl: { ...record.sysctl, ...changed } }
    wholly.add(whole)
    links.set(name, whole)
  })
  const toldDefaults = Object.fromEntries([...told].map((setting) => [setting, defaults[setting]]))
  return { ...state, links, sysctlDefaults: { ...state.sysctlDefaults, ...toldDefaults } }
}

/** What the kernel lists of the settings of links, by their indices. */
async function listedSettings(place: Place, options: RequestOptions): Promise<Map<number, ListedSettings>> {
  const listed = await dump(place, dumpLinks(), decodeListedSettings, options)
  return new Map(listed.map((settings) => [settings.index, settings]))
}

function allSettings(kernel: Kernel, link: string): Readonly<Record<string, string>> {
  const all = ['ipv4', 'ipv6'].flatMap((family) =>
    Object.entries(kernel.readSysctls(`${family}/conf/${link}`)).map(([file, value]) => [`${family}/${file}`, value]),
  )
  return Object.fromEntries(all)
}
