import { isDeepStrictEqual } from 'node:util'
import { isFeatureWanted } from '../../genetlink/ethtool/features.js'
import type { AnyAttributeTable } from '../../netlink/table.js'
import { splitCreation } from '../../rtnetlink/createLink.js'
import { splitOptions } from '../../rtnetlink/kinds/generic.js'
import type { AnyLinkKind } from '../../rtnetlink/kinds/kind.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { Link } from '../../rtnetlink/link.js'
import { portOptionsOf } from '../../rtnetlink/linkProperties.js'
import { peerOf } from '../../rtnetlink/pair.js'
import { protocolDownChanges, sortedReasons } from '../../rtnetlink/protocolDownReasons.js'
import type { PropertyChange } from '../../state/equal.js'
import { sectionOf } from '../../state/link.js'
import { masterOf } from '../steps/configure.js'
import type { Operation } from '../steps/operation.js'
import { optionsOf, wordlessOf, wordsOfTaken } from './options.js'
import { altNameCommand, onOff, quotedText, words } from './words.js'

/** The word of `ip link` for a general property, and how its value is written. */
const generalWords: Readonly<Record<string, (value: unknown) => string>> = {
  mac: (value) => words('address', String(value)),
  broadcast: (value) => words('broadcast', String(value)),
  mtu: (value) => words('mtu', String(value)),
  alias: (value) => `alias ${quotedText(String(value))}`,
  group: (value) => words('group', String(value)),
  txQueueLength: (value) => words('txqueuelen', String(value)),
  txQueues: (value) => words('numtxqueues', String(value)),
  rxQueues: (value) => words('numrxqueues', String(value)),
  gsoMaximumSize: (value) => words('gso_max_size', String(value)),
  gsoMaximumSegments: (value) => words('gso_max_segs', String(value)),
  groMaximumSize: (value) => words('gro_max_size', String(value)),
  gsoIpv4MaximumSize: (value) => words('gso_ipv4_max_size', String(value)),
  groIpv4MaximumSize: (value) => words('gro_ipv4_max_size', String(value)),
  up: (value) => (value === true ? 'up' : 'down'),
  promiscuous: (value) => words('promisc', onOff(value)),
  allMulticast: (value) => words('allmulticast', onOff(value)),
  arp: (value) => words('arp', onOff(value)),
  multicast: (value) => words('multicast', onOff(value)),
  addressGenerationMode: (value) => words('addrgenmode', String(value)),
  protocolDown: (value) => words('protodown', onOff(value)),
  master: (value) => (value === null ? 'nomaster' : words('master', String(value))),
}

function generalOf(link: Partial<Link>): string[] {
  return Object.entries(link).flatMap(([name, value]) =>
    value === undefined ? [] : (generalWords[name]?.(value) ?? []),
  )
}

/** The commands that create a link with all its properties. */
export function createLinkCommands(link: Link): string[] {
  const { created, later, altNames } = splitCreation(link)
  const kind = link.kind === undefined ? undefined : linkKind(link.kind)
  const commands: string[] = []
  if (kind?.creation === 'tuntap') commands.push(tuntapCommand(link))
  else commands.push(addCommand(created))
  const options = kind && sectionOf(created, kind.kind)
  if (options) commands.push(...wordlessComment(link.name, kind.options, options, unusual(options, kind.defaults)))
  const set: Partial<Link> = kind?.creation === 'tuntap' ? withoutKind(created) : {}
  const isLast = (changes: Partial<Link>): boolean => 'up' in changes || protocolDownChanges(changes).length > 0
  const last = later.filter(isLast)
  const others = later.filter((changes) => !isLast(changes))
  for (const changes of [set, ...others]) commands.push(...setCommands(link.name, changes))
  const change = kind?.generic?.change(sectionOf(link, kind.kind) ?? {}, undefined, false)
  commands.push(...genericCommands(link.name, link, kind, change))
  for (const changes of last) commands.push(...setCommands(link.name, changes))
  commands.push(...genericPortCommands(link.name, masterOf(link), link))
  for (const altName of altNames) commands.push(altNameCommand('add', link.name, altName))
  return commands
}

/** The commands for what generic netlink sets. */
function genericCommands(
  name: string,
  { features = {} }: Partial<Link>,
  kind: AnyLinkKind | undefined,
  change: object | undefined,
): string[] {
  const wanted = Object.entries(features).flatMap(([feature, state]) => [feature, onOff(isFeatureWanted(state))])
  const hasChange = change !== undefined && Object.keys(change).length > 0
  return [
    ...(kind?.generic && hasChange ? kind.generic.commands(name, change) : []),
    ...(wanted.length > 0 ? [words('ethtool -K', name, ...wanted)] : []),
  ]
}

/** The commands for what generic netlink sets of a port. */
function genericPortCommands(name: string, master: string | undefined, changes: Partial<Link>): string[] {
  const port = portOptionsOf(changes)
  const commands = port && linkKind(port.masterKind)?.generic?.port?.commands(master ?? '', name, port.options)
  return [...(commands ?? [])]
}

function withoutKind(link: Link): Partial<Link> {
  const { name: _name, ...others } = link
  return others
}

function addCommand(link: Link): string {
  const kind = link.kind === undefined ? undefined : linkKind(link.kind)
  const options = kind && sectionOf(link, kind.kind)
  const lower = options && Object.entries(options).find(([name]) => kind.options.lines[name]?.outer)?.[1]
  return words(
    'ip link add',
    ...(lower === undefined ? [] : ['link', String(lower)]),
    'name',
    link.name,
    ...generalOf(link),
    'type',
    kind && (kind.kernelKind ?? kind.kind),
    ...(kind && options ? kindWords(kind, options) : []),
  )
}

/** The options of a kind, those of a pair's other end behind it. */
function kindWords(kind: AnyLinkKind, options: object): string[] {
  const form = { defaults: kind.defaults }
  if (!kind.pair) return optionsOf(kind.options, options, form)
  const ofPeer = Object.values(kind.pair.mirrored ?? {})
  const wordsOf = (isMeant: (name: string) => boolean): string[] =>
    optionsOf(kind.options, Object.fromEntries(Object.entries(options).filter(([name]) => isMeant(name))), form)
  const peer = peerOf({ [kind.kind]: options })
  const there = [
    ...wordsOf((name) => ofPeer.includes(name)),
    peer &&
      words(
        'name',
        peer.name,
        peer.mac && `address ${peer.mac}`,
        peer.mtu && `mtu ${peer.mtu}`,
        peer.txQueues && `numtxqueues ${peer.txQueues}`,
        peer.rxQueues && `numrxqueues ${peer.rxQueues}`,
        peer.namespace && `netns ${peer.namespace}`,
      ),
  ].filter((word) => word !== undefined)
  const here = wordsOf((name) => name !== 'peer' && !ofPeer.includes(name))
  return [...here, ...(there.length > 0 ? ['peer', ...there] : [])]
}

function tuntapCommand(link: Link): string {
  const options = link.kind === 'tun' ? link.tun : link.tap
  return words(
    'ip tuntap add dev',
    link.name,
    'mode',
    link.kind,
    options?.owner !== undefined && `user ${options.owner}`,
    options?.group !== undefined && `group ${options.group}`,
    options?.packetInfo && 'pi',
    options?.vnetHeader && 'vnet_hdr',
    options?.multiQueue && 'multi_queue',
  )
}

/** What is known of a change of a living link besides the change. */
interface OptionChange {
  readonly kind?: string | undefined
  readonly toldAgain?: object | undefined
  /** What the plan shows as changes. */
  readonly shown?: readonly PropertyChange[]
}

function setCommands(
  name: string,
  changes: Partial<Link>,
  { kind: kindName, toldAgain, shown }: OptionChange = {},
): string[] {
  const commands: string[] = []
  const general = generalOf(changes)
  if (general.length > 0) commands.push(words('ip link set dev', name, ...general))
  commands.push(...reasonCommands(name, changes.protocolDownReasons, 'on'))
  if (changes.ipv6Token !== undefined) commands.push(words('ip token set', changes.ipv6Token, 'dev', name))
  const kind = kindName === undefined ? undefined : linkKind(kindName)
  const options = kind && sectionOf(changes, kind.kind)
  if (kind?.creation === 'tuntap')
    return [...commands, ...wordless(name, Object.keys(options ?? {}).filter(changedIn(shown, kind.kind)))]
  const taken = kind && options ? wordsOfTaken(kind.options, changesIn(shown, kind.kind)) : []
  const own = kind && options ? [...kindWords(kind, { ...toldAgain, ...options }), ...taken] : []
  if (own.length > 0) commands.push(words('ip link set dev', name, 'type', kind?.kernelKind ?? kind?.kind, ...own))
  if (kind && options) commands.push(...wordlessComment(name, kind.options, options, changedIn(shown, kind.kind)))
  const port = portOptionsOf(changes)
  const { port: table, portDefaults, generic } = (port && linkKind(port.masterKind)) ?? {}
  if (port && table && !generic?.port) {
    const isMissed = shown ? changedIn(shown, `${port.masterKind}Port`) : unusual(port.options, portDefaults)
    commands.push(...portCommands(name, port, table, isMissed))
  }
  return commands
}

/** What the plan shows of the options in a section, by their own names. */
function changesIn(shown: readonly PropertyChange[] = [], section: string): readonly PropertyChange[] {
  const start = `${section}.`
  return shown
    .filter(({ property }) => property.startsWith(start))
    .map((change) => ({ ...change, property: change.property.slice(start.length) }))
}

/** Whether an option changes; others may be told along with it. */
function changedIn(shown: readonly PropertyChange[] | undefined, section: string): (name: string) => boolean {
  const changed = new Set(changesIn(shown, section).map(({ property }) => property))
  return (name) => changed.has(name)
}

/** Whether an option is not what it is of a new link anyway. */
function unusual(options: object, defaults: object = {}): (name: string) => boolean {
  const given = new Map<string, unknown>(Object.entries(options))
  const usual = new Map<string, unknown>(Object.entries(defaults))
  return (name) => !isDeepStrictEqual(given.get(name), usual.get(name))
}

function portCommands(
  name: string,
  { masterKind, options }: { readonly masterKind: string; readonly options: object },
  table: AnyAttributeTable,
  isMissed: (option: string) => boolean,
): string[] {
  const own = optionsOf(table, options, { switchWord: onOff })
  const ofBridge = optionsOf(table, options, { switchWord: onOff, ofBridge: true })
  return [
    ...(own.length > 0 ? [words('ip link set dev', name, `type ${masterKind}_slave`, ...own)] : []),
    ...(ofBridge.length > 0 ? [words('bridge link set dev', name, ...ofBridge)] : []),
    ...wordlessComment(name, table, options, isMissed),
  ]
}

/** What a reader would miss. */
function wordlessComment(
  name: string,
  table: AnyAttributeTable,
  options: object,
  isMissed: (option: string) => boolean,
): string[] {
  return wordless(name, wordlessOf(table, options, isMissed))
}

function wordless(name: string, options: readonly string[]): string[] {
  return options.length === 0 ? [] : [`# ip has no word for ${options.join(', ')} of ${name}`]
}

function reasonCommands(name: string, reasons: readonly number[] = [], state: 'on' | 'off'): string[] {
  return reasons.map((reason) => words('ip link set dev', name, 'protodown_reason', String(reason), state))
}

/** The reasons that a change takes back, be it for a moment. */
function reasonsTaken(
  { protocolDown, protocolDownReasons = [] }: Partial<Link>,
  shown: readonly PropertyChange[],
): readonly number[] {
  const before = shown.find(({ property }) => property === 'protocolDownReasons')?.before ?? []
  const had: readonly number[] = Array.isArray(before) ? before : []
  if (protocolDown === false) return sortedReasons([...had, ...protocolDownReasons])
  return had.filter((reason) => !protocolDownReasons.includes(reason))
}

/** The commands that change a link, of what the plan shows as its changes. */
export function updateLinkCommands(
  operation: Extract<Operation, { type: 'updateLink' }>,
  shown: readonly PropertyChange[],
): string[] {
  const { name, kind, changes, toldAgain, bounce, releasedFirst, addedAltNames, removedAltNames } = operation
  const known = kind === undefined ? undefined : linkKind(kind)
  return [
    ...removedAltNames.map((altName) => altNameCommand('del', name, altName)),
    ...addedAltNames.map((altName) => altNameCommand('add', name, altName)),
    ...genericCommands(
      name,
      changes,
      known,
      known?.generic && splitOptions(known.options, sectionOf(changes, known.kind) ?? {}).generic,
    ),
    ...(bounce ? [words('ip link set dev', name, 'down')] : []),
    ...(releasedFirst ? [words('ip link set dev', name, 'nomaster')] : []),
    ...reasonCommands(name, reasonsTaken(changes, shown), 'off'),
    ...setCommands(name, changes, { kind, toldAgain, shown }),
    ...(bounce ? [words('ip link set dev', name, 'up')] : []),
    ...genericPortCommands(name, masterOf(changes, operation.master), changes),
  ]
}
