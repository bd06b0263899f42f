import type { Domain } from '../../netlink/codec.js'
import type { AnyAttributeTable } from '../../netlink/table.js'
import type { ListedAddress } from '../../rtnetlink/address.js'
import type { BridgeOptions } from '../../rtnetlink/kinds/bridge.js'
import type { AnyLinkKind, GeneralDefaults } from '../../rtnetlink/kinds/kind.js'
import { linkKind, ordinaryOptions } from '../../rtnetlink/kinds/registry.js'
import type { VxlanOptions } from '../../rtnetlink/kinds/vxlan.js'
import type { ListedLink } from '../../rtnetlink/link.js'
import { isLead } from '../../rtnetlink/pair.js'
import { compactVnis, normalizeVnis } from '../../rtnetlink/vniChanges.js'
import { defined, unless } from '../../spec/omit.js'
import type { AddressSpec, LinkSpec } from '../../spec/types.js'
import { mapInTurns } from '../../system/inTurns.js'
import { isLent, isManageable } from '../address.js'
import { sameOption, sameValue } from '../equal.js'
import { featuresToSpec } from '../features.js'
import { defaultScope } from '../kernelOrder.js'
import { ethernet, noMac, sectionOf, visibleAltNames, withoutPassing } from '../link.js'
import type { LinkRecord } from '../model.js'
import { followsPorts, hasPortOfAnotherMtu } from '../portsMtu.js'
import { compactGlobalVlans, compactVlans, defaultVlans, normalizeVlans } from '../vlans.js'
import { qdiscToSpec } from './qdisc.js'
import type { SpecOptions } from './specOptions.js'

/** A link with its addresses, as a spec would say it: what differs from what a new link of the kind has. */
export function linkToSpec(
  { link: read, qdiscs }: LinkRecord,
  addresses: readonly (string | AddressSpec)[],
  secrets: boolean,
  links: ReadonlyMap<string, LinkRecord> = new Map(),
): LinkSpec {
  const link = withCompactVlans(withoutPassing(read), links)
  const kind = creatableKind(link)
  const fallback: GeneralDefaults = kind?.generalDefaults ?? {}
  const altNames = visibleAltNames(link)
  const port = link.masterKind === undefined ? undefined : linkKind(link.masterKind)
  const spec = defined({
    kind: kind?.kind,
    up: link.up,
    mtu: unless(mtuDefault(link, kind, links), link.mtu),
    mac: link.hardwareType === ethernet ? unless(noMac, link.mac) : undefined,
    master: typeof link.master === 'string' ? link.master : undefined,
    alias: link.alias,
    altNames: altNames.length > 0 ? altNames : undefined,
    group: unless(0, link.group),
    txQueueLength: unless(fallback.txQueueLength ?? 1000, link.txQueueLength),
    promiscuous: unless(false, link.promiscuous),
    allMulticast: unless(false, link.allMulticast),
    arp: unless(fallback.arp ?? true, link.arp),
    multicast: unless(link.name === 'lo' ? false : (fallback.multicast ?? true), link.multicast),
    addressGenerationMode: unless(fallback.addressGenerationMode ?? 'eui64', link.addressGenerationMode),
    ipv6Token: link.ipv6Token,
    protocolDown: link.protocolDown,
    protocolDownReasons: link.protocolDownReasons,
    features: featuresToSpec(link),
    qdisc: qdiscToSpec(qdiscs?.root),
    ingressQdisc: qdiscs?.ingress,
    addresses: addresses.length > 0 ? addresses : undefined,
  })
  return {
    name: link.name,
    ...spec,
    // The pair is described by the end that leads it, so that this one is made first elsewhere, too.
    ...(kind && isLead(link)
      ? section(withoutUnsaid(link, kind, secrets), kind.kind, kind.options, ordinaryOf(link, kind), kind.momentary)
      : {}),
    ...(port?.port ? section(link, `${port.kind}Port`, port.port, port.portDefaults) : {}),
  }
}

/** VLANs as people write them; those that every new port has are left out. */
function withCompactVlans(link: ListedLink, links: ReadonlyMap<string, LinkRecord>): ListedLink {
  const { bridge, bridgePort, vxlan } = link
  const master = typeof link.master === 'string' ? links.get(link.master)?.link : undefined
  return {
    ...link,
    ...(bridge ? { bridge: compacted(bridge, bridge.vlanDefaultPvid) } : {}),
    ...(vxlan ? { vxlan: withCompactVnis(vxlan) } : {}),
    ...(bridgePort ? { bridgePort: compacted(bridgePort, master?.bridge?.vlanDefaultPvid) } : {}),
  }
}

function compacted(options: Pick<BridgeOptions, 'vlans' | 'vlanOptions'>, defaultPvid = 1): object {
  const { vlans, vlanOptions, ...others } = options
  const own = vlans && compactVlans(normalizeVlans(vlans))
  const global = vlanOptions ? compactGlobalVlans(vlanOptions) : []
  return {
    ...others,
    ...(own && !sameValue(own, defaultVlans(defaultPvid)) ? { vlans: own } : {}),
    ...(global.length > 0 ? { vlanOptions: global } : {}),
  }
}

function withCompactVnis({ vnis = [], ...options }: VxlanOptions): VxlanOptions {
  return vnis.length > 0 ? { ...options, vnis: compactVnis(normalizeVnis(vnis)) } : options
}

function ordinaryOf(link: ListedLink, kind: AnyLinkKind): object {
  return ordinaryOptions(kind, sectionOf(link, kind.kind) ?? {}, link.mac)
}

/** A link whose options are as a spec says them, where their family has its own way. */
function withoutUnsaid(link: ListedLink, { kind, generic }: AnyLinkKind, secrets: boolean): ListedLink {
  const options = generic && sectionOf(link, kind)
  return options ? { ...link, [kind]: generic.toSpec(options, secrets) } : link
}

/** The kind, if a link like this can be made from what is known of it. */
function creatableKind(link: ListedLink): AnyLinkKind | undefined {
  const kind = link.kind === undefined ? undefined : linkKind(link.kind)
  const options = kind && sectionOf(link, kind.kind)
  const required = kind?.options.domain.type === 'object' ? kind.options.domain.required : []
  return required.every((name) => options?.[name] !== undefined) ? kind : undefined
}

function mtuDefault(
  link: ListedLink,
  kind: AnyLinkKind | undefined,
  links: ReadonlyMap<string, LinkRecord>,
): number | undefined {
  if (link.name === 'lo') return 65536
  // What stands on another device takes that one's MTU.
  if (kind?.dependsOn && kind.dependsOn.length > 0) return undefined
  const ordinary = kind?.generalDefaults?.mtu ?? 1500
  // A bridge takes the smallest MTU of its ports, unless it was given one: net/bridge/br_if.c, br_mtu_auto_adjust.
  const follows = followsPorts(link) && link.mtu === ordinary && hasPortOfAnotherMtu(link, links)
  return follows ? undefined : ordinary
}

function section(
  link: ListedLink,
  name: string,
  table: AnyAttributeTable,
  defaults: object | undefined,
  momentary: readonly string[] = [],
): Record<string, unknown> {
  const options: Record<string, unknown> = {}
  const fallback: Record<string, unknown> = { ...defaults }
  for (const [property, value] of Object.entries(sectionOf(link, name) ?? {})) {
    const domain: Domain | undefined = table.lines[property]?.codec.domain
    const isDefault = property in fallback && sameOption(domain, fallback[property], value)
    if (!isDefault && !momentary.includes(property) && !(value instanceof Uint8Array)) options[property] = value
  }
  return Object.keys(options).length > 0 ? { [name]: options } : {}
}

/** The addresses of a link that a list stands for, as a spec would say them. */
export function addressesToSpec(
  { link, addresses }: LinkRecord,
  { own, onLeftOut }: SpecOptions,
): Promise<(string | AddressSpec)[]> {
  for (const address of addresses.filter(isLent)) {
    onLeftOut?.({ address: { dev: link.name, ...addressObject(address, link.name, own) }, reason: 'expires' })
  }
  return mapInTurns(addresses.filter(isManageable), (address) => addressToSpec(address, link.name, own))
}

/** An address as a spec would say it: the text alone where that says all. */
function addressToSpec(address: ListedAddress, link: string, own: number): string | AddressSpec {
  const spec = addressObject(address, link, own)
  return Object.keys(spec).length === 1 ? address.address : spec
}

function addressObject(address: ListedAddress, link: string, own: number): AddressSpec {
  const properties = defined({
    peer: address.peer,
    broadcast: address.broadcast,
    scope: unless(defaultScope(address), address.scope),
    label: unless(link, address.label),
    metric: address.metric || undefined,
    noPrefixRoute: address.noPrefixRoute || undefined,
    home: address.home || undefined,
    noDad: address.noDad || undefined,
    manageTemporaryAddress: address.manageTemporaryAddress || undefined,
    autoJoin: address.autoJoin || undefined,
    validLifetime: unless('forever', address.validLifetime),
    preferredLifetime: unless('forever', address.preferredLifetime),
    protocol: address.protocol ? unless(own, address.protocol) : undefined,
  })
  return { address: address.address, ...properties }
}
