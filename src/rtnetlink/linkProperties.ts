import type { AnyAttributeTable } from '../netlink/table.js'
import { ownValue } from '../ownValue.js'
import { linkKind } from './kinds/registry.js'
import type { Link } from './link.js'

// include/uapi/linux/if.h
const IFF_UP = 0x1
const IFF_NOARP = 0x80
const IFF_PROMISC = 0x100
const IFF_ALLMULTI = 0x200
const IFF_MULTICAST = 0x1000

/** The header flag of a boolean property, and whether the property is its opposite. */
export const flagProperties = {
  up: { bit: IFF_UP, inverted: false },
  arp: { bit: IFF_NOARP, inverted: true },
  promiscuous: { bit: IFF_PROMISC, inverted: false },
  allMulticast: { bit: IFF_ALLMULTI, inverted: false },
  multicast: { bit: IFF_MULTICAST, inverted: false },
} as const

/** What stands for nothing, of properties that the kernel tells only of a link that has something. */
export const emptyProperties = {
  master: null,
  alias: '',
  ipv6Token: '::',
  protocolDown: false,
  protocolDownReasons: [],
} as const

/** Properties that are an attribute of the same name. */
export const plainProperties = [
  'mac',
  'broadcast',
  'mtu',
  'alias',
  'group',
  'txQueueLength',
  'txQueues',
  'rxQueues',
  'protocolDownReasons',
  'gsoMaximumSize',
  'gsoMaximumSegments',
  'groMaximumSize',
  'gsoIpv4MaximumSize',
  'groIpv4MaximumSize',
] as const

/** The kind's options of a link, which stand under the kind's name. */
export function kindOptionsOf(link: Partial<Link>, kind: string | undefined): object | undefined {
  return kind === undefined ? undefined : property(link, kind)
}

function property(link: object, name: string): object | undefined {
  const value = ownValue(link, name)
  return typeof value === 'object' && value !== null ? value : undefined
}

/** The options as a port, with the kind of the master that they belong to. */
export function portOptionsOf(link: Partial<Link>): { masterKind: string; options: object } | undefined {
  for (const name of Object.keys(link)) {
    const masterKind = name.endsWith('Port') ? name.slice(0, -4) : undefined
    const options = property(link, name)
    if (masterKind !== undefined && options && linkKind(masterKind)?.port) return { masterKind, options }
  }
  return undefined
}

/**
 * The options of a link that becomes a port, without the defaults that its master's kind refuses to be told in some modes;
 * nothing where no other is left.
 */
export function optionsOfNewPort({ masterKind, options }: { masterKind: string; options: object }): object | undefined {
  const { defaultsUnsaid, portDefaults = {} } = linkKind(masterKind) ?? {}
  if (!defaultsUnsaid) return options
  const defaults = new Map<string, unknown>(Object.entries(portDefaults))
  const others = Object.entries(options).filter(([name, value]) => defaults.get(name) !== value)
  return others.length > 0 ? Object.fromEntries(others) : undefined
}

/** Asked of every link, so that a table is looked through once. */
const linkOptions = new WeakMap<AnyAttributeTable, readonly string[]>()

/** The options that name another link, of what stands under a name in a link: a kind, or what a port of one has. */
export function linkOptionsOf(section: string): readonly string[] {
  const isPort = section.endsWith('Port')
  const kind = linkKind(isPort ? section.slice(0, -4) : section)
  const table = isPort ? kind?.port : kind?.options
  if (!table) return []
  let names = linkOptions.get(table)
  if (!names) {
    names = Object.keys(table.lines).filter((name) => table.lines[name]?.codec.domain.type === 'link')
    linkOptions.set(table, names)
  }
  return names
}
