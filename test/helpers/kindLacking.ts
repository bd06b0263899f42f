import type { ExecutionContext } from 'ava'
import { GenericNetlink, NETLINK_GENERIC } from '../../src/genetlink/genericNetlink.js'
import { loadModuleOf } from '../../src/genetlink/loadModule.js'
import { Connection } from '../../src/netlink/connection.js'
import { FfiTransport } from '../../src/netlink/transports/ffi.js'
import { knowsKind, knowsOption } from '../../src/rtnetlink/kindProbe.js'
import type { AnyLinkKind } from '../../src/rtnetlink/kinds/kind.js'
import { linkKind } from '../../src/rtnetlink/kinds/registry.js'
import { sectionOf } from '../../src/state/link.js'
import type { KindCase } from './kindCase.js'
import { linkNetwork } from './links.js'
import { skipped } from './skipped.js'

/** The kind that a section such as `vxlan` or `bridgePort` belongs to. */
export function kindOfSection(section: string): AnyLinkKind {
  const kind = linkKind(section) ?? linkKind(section.replace(/Port$/, ''))
  if (!kind) throw new Error(`no kind of ${section}`)
  return kind
}

/** Has the kernel load the module of a kind that asking for a link does not load. */
export async function loadKind({ loadedBy }: AnyLinkKind): Promise<void> {
  if (loadedBy === undefined) return
  using connection = new Connection(new FfiTransport({ protocol: NETLINK_GENERIC }))
  await loadModuleOf(loadedBy, new GenericNetlink(connection), {})
}

/** All options that a case gives a value, at first or later. */
export function optionsOf({ section, link, changes = {}, recreates = [] }: KindCase): ReadonlySet<string> {
  const all = [sectionOf(link, section), sectionOf(changes, section), ...recreates]
  return new Set(all.flatMap((values) => Object.keys(values ?? {})))
}

/** Those options of a case that a kernel does not know. */
export async function unknownOptions(
  t: ExecutionContext,
  kindCase: KindCase,
  connection: Connection,
): Promise<ReadonlySet<string>> {
  const kind = kindOfSection(kindCase.section)
  const unknown = new Set<string>()
  if (kind.creation === 'tuntap') return unknown
  const untold =
    kind.kind === 'bridge'
      ? await untoldOfBridges(t, kindCase.section)
      : kindCase.section === 'bondPort'
        ? await untoldOfBondPorts(t)
        : []
  for (const name of optionsOf(kindCase)) {
    const isUnknown = kindCase.section === kind.kind && (await knowsOption(kind, name, connection)) === false
    if (isUnknown || untold.includes(name)) unknown.add(name)
  }
  return unknown
}

/** What is told also without CONFIG_BRIDGE_VLAN_FILTERING, by which vlanProtocol comes. */
const ofVlanFiltering: readonly string[] = ['vlanFiltering', 'mst', 'multicastVlanSnooping']

/**
 * What a kernel does not tell of a new bridge and of its port although it would have a default, or of which it does not
 * tell another value.
 */
async function untoldOfBridges(t: ExecutionContext, section: string): Promise<readonly string[]> {
  const network = linkNetwork(t)
  await network.create({ name: 'br0', kind: 'bridge' })
  await network.set('v0', { master: 'br0' })
  await network.set('v0', { master: 'br0', bridgePort: { backupNexthopId: 1 } })
  const told = sectionOf(await network.read(section === 'bridge' ? 'br0' : 'v0'), section) ?? {}
  const { defaults, portDefaults } = kindOfSection(section)
  const untold = Object.keys((section === 'bridge' ? defaults : portDefaults) ?? {}).filter((name) => !(name in told))
  return [
    ...untold,
    ...(untold.includes('vlanProtocol') ? ofVlanFiltering : []),
    ...(told['backupNexthopId'] === 0 ? ['backupNexthopId'] : []),
  ]
}

/** What a kernel does not tell of a new port of a bond although it would have a default. */
async function untoldOfBondPorts(t: ExecutionContext): Promise<readonly string[]> {
  const network = linkNetwork(t)
  await network.create({ name: 'bond0', kind: 'bond', bond: { mode: '802.3ad' } })
  await network.create({ name: 'port0', kind: 'dummy', master: 'bond0' })
  const told = sectionOf(await network.read('port0'), 'bondPort') ?? {}
  return Object.keys(kindOfSection('bondPort').portDefaults ?? {}).filter((name) => !(name in told))
}

/** The options of a case that this kernel lacks; nothing where it lacks the kind. The first question loads the module. */
export async function lackingOf(
  t: ExecutionContext,
  fd: number,
  kindCase: KindCase,
): Promise<ReadonlySet<string> | undefined> {
  const { section } = kindCase
  const connection = new Connection(new FfiTransport({ namespaceFd: fd }))
  t.teardown(() => connection.close())
  const kind = kindOfSection(section)
  await loadKind(kind)
  if (kind.creation !== 'tuntap' && !(await knowsKind(kind, connection))) {
    skipped(t, `this kernel has no ${kind.kind}`)
    return undefined
  }
  const lacking = await unknownOptions(t, kindCase, connection)
  if (lacking.size > 0) t.log(`not tested, this kernel lacks ${[...lacking].join(', ')}`)
  return lacking
}
