import type { AnyLinkKind } from '../../rtnetlink/kinds/kind.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import type { LinkAttributes, LinkHeader } from '../../rtnetlink/linkAttributes.js'
import type { LinkInfo } from '../../rtnetlink/linkInfo.js'
import { isPairKind, seenFromPeer } from '../../rtnetlink/pair.js'
import { ARPHRD_ETHER, type FakeLink, IFF_LOOPBACK, IFF_UP } from './fakeLink.js'
import { KernelError } from './kernelMessage.js'
import type { LinkTable } from './linkTable.js'
import { partInPair, toldOptions } from './pairOptions.js'

/** IFF_CHANGE_PROTO_DOWN: drivers/net/macvlan.c, drivers/net/vxlan/vxlan_core.c. */
const canBeProtocolDown: ReadonlySet<string> = new Set(['macvlan', 'macvtap', 'vxlan'])

/** Creating and changing links: rtnl_newlink, do_setlink (net/core/rtnetlink.c). */
export class LinkChanges {
  readonly #table: LinkTable

  constructor(table: LinkTable) {
    this.#table = table
  }

  create(header: LinkHeader, attributes: LinkAttributes): FakeLink {
    const { linkInfo, altName } = attributes
    const kind = linkInfo?.kind
    const known = kind === undefined ? undefined : linkKind(kind)
    if (!known || kind === undefined) throw new KernelError('EOPNOTSUPP', 'Unknown device type')
    if (known.creation === 'tuntap') {
      throw new KernelError('EOPNOTSUPP', 'tun/tap creation via rtnetlink is not supported.')
    }
    const name = this.#freeName(attributes.name ?? altName ?? `${kind}%d`)
    const { peer, ...given } = { ...linkInfo?.options } as Record<string, unknown>
    const options = { ...known.defaults, ...given }
    const other = known.pair ? this.#createPeer(name, known, peer, options) : undefined
    const link = this.#table.create({
      name,
      kind,
      index: header.index > 0 ? header.index : undefined,
      mac: attributes.mac,
      options,
      status: partInPair(known, true),
      lower: other?.index ?? (typeof attributes.link === 'number' ? attributes.link : undefined),
    })
    if (other) {
      this.#table.place(other, { lower: link.index })
      this.#table.changed(other)
    }
    const { name: _name, altName: _altName, linkInfo: _info, link: _link, mac: _mac, ...rest } = attributes
    // A bridge's MTU at creation is forgotten with the first port; only a later one stays.
    this.change(link, header, rest)
    link.mtuFixed = false
    return link
  }

  /** The other end comes first, and has the lower index (drivers/net/veth.c, veth_newlink). */
  #createPeer(ownName: string, known: AnyLinkKind, peer: unknown, options: Record<string, unknown>): FakeLink {
    const { kind } = known
    const { name, mac, mtu } = peerOf(peer)
    const free = this.#freeName(name ?? `${kind}%d`)
    if (free === ownName) throw new KernelError('EEXIST')
    const status = partInPair(known, false)
    const other = this.#table.create({
      name: free,
      kind,
      mac,
      options: seenFromPeer(known, toldOptions(known, options)),
      status,
    })
    if (mtu !== undefined) other.attributes = { ...other.attributes, mtu }
    return other
  }

  #freeName(name: string): string {
    const free = name.includes('%d') ? this.#numbered(name) : name
    if (!/^[^\s/:]{1,15}$/.test(free) || free === '.' || free === '..') throw new KernelError('EINVAL')
    this.#table.assertNameIsFree(free)
    return free
  }

  #numbered(pattern: string): string {
    for (let number = 0; ; number++) {
      const name = pattern.replace('%d', String(number))
      if (!this.#table.byName(name)) return name
    }
  }

  change(link: FakeLink, header: LinkHeader, attributes: LinkAttributes): void {
    this.#changeOptions(link, attributes.linkInfo)
    this.#changeAttributes(link, header, attributes)
    if (typeof attributes.master === 'number') this.#setMaster(link, attributes.master)
    this.#changePort(link, attributes.linkInfo)
    this.#changeFlags(link, header)
    const master = link.master === undefined ? undefined : this.#table.byIndex(link.master)
    if (master) this.#table.adoptFromPorts(master)
    this.#table.settle(link)
  }

  #changeOptions(link: FakeLink, info: LinkInfo | undefined): void {
    // Another kind without options of it is a success that changes nothing.
    if (!info?.options) return
    const known = link.kind === undefined ? undefined : linkKind(link.kind)
    const nothingToSet = known?.pair && known.options.names.length === 1
    if (info.kind !== link.kind || !known || nothingToSet || known.creation === 'tuntap') {
      throw new KernelError('EOPNOTSUPP')
    }
    const { lead = '' } = known.pair ?? {}
    if (link.status[lead] === false) throw new KernelError('EACCES')
    for (const [name, value] of Object.entries(info.options)) {
      if (known.immutable?.includes(name) && link.options[name] !== value) throw new KernelError('EOPNOTSUPP')
    }
    link.options = { ...link.options, ...info.options }
    const other = known.pair && link.lower !== undefined ? this.#table.byIndex(link.lower) : undefined
    if (other) other.options = seenFromPeer(known, toldOptions(known, link.options))
  }

  #changeAttributes(link: FakeLink, header: LinkHeader, attributes: LinkAttributes): void {
    const { mac, mtu, group, name, alias, broadcast, txQueueLength, familySettings } = attributes
    const { protocolDown, protocolDownReasons } = attributes
    if (mac !== undefined && link.hardwareType !== ARPHRD_ETHER) throw new KernelError('EOPNOTSUPP')
    if (mac !== undefined) link.macFixed = true
    if (mtu !== undefined) this.#checkMtu(link, mtu)
    if (mtu !== undefined && mtu !== link.attributes.mtu) link.mtuFixed = true
    checkProtocolDown(link, attributes)
    if (name !== undefined && header.index > 0 && name !== link.name) {
      this.#table.place(link, { name: this.#freeName(name) })
    }
    const ipv6 = { ...link.attributes.familySettings?.ipv6, ...familySettings?.ipv6 }
    const settings = familySettings && { ...link.attributes.familySettings, ipv6 }
    const given = {
      mac,
      mtu,
      group,
      alias,
      broadcast,
      txQueueLength,
      protocolDown,
      protocolDownReasons,
      familySettings: settings,
      ...sizesOf(attributes),
    }
    const changes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    const { alias: kept, protocolDownReasons: reasons = [], ...others } = { ...link.attributes, ...changes }
    // An empty alias is none: net/core/dev.c, dev_set_alias.
    link.attributes = {
      ...others,
      ...(kept ? { alias: kept } : {}),
      ...(reasons.length > 0 ? { protocolDownReasons: reasons } : {}),
    }
  }

  #checkMtu(link: FakeLink, mtu: number): void {
    const { minimumMtu = 0, maximumMtu = 0 } = link.attributes
    if (mtu < minimumMtu) throw new KernelError('EINVAL', 'mtu less than device minimum')
    if (maximumMtu > 0 && mtu > maximumMtu) throw new KernelError('EINVAL', 'mtu greater than device maximum')
  }

  /** do_set_master; what a bridge refuses is in br_add_if, net/bridge/br_if.c. */
  #setMaster(link: FakeLink, index: number): void {
    const before = link.master === undefined ? undefined : this.#table.byIndex(link.master)
    if (before?.index === index) return
    if (before) {
      this.#table.place(link, { master: undefined })
      link.portOptions = {}
      this.#table.settle(before)
      this.#table.adoptFromPorts(before)
      this.#table.changed(before)
    }
    if (index === 0) return
    const master = this.#table.byIndex(index)
    if (!master) throw new KernelError('EINVAL')
    const masterKind = master.kind === undefined ? undefined : linkKind(master.kind)
    if (!masterKind?.hasPorts) throw new KernelError('EOPNOTSUPP')
    if (master.kind === 'bridge') assertBridgeable(link)
    if (isAbove(this.#table, link, master)) throw new KernelError('ELOOP')
    this.#table.place(link, { master: index })
    link.portOptions = { ...masterKind.portDefaults }
    this.#table.adoptFromPorts(master)
    this.#table.changed(master)
  }

  #changePort(link: FakeLink, info: LinkInfo | undefined): void {
    if (!info?.portOptions) return
    const master = link.master === undefined ? undefined : this.#table.byIndex(link.master)
    if (!master || master.kind !== info.masterKind) throw new KernelError('EOPNOTSUPP')
    link.portOptions = { ...link.portOptions, ...info.portOptions }
  }

  #changeFlags(link: FakeLink, header: LinkHeader): void {
    // A change mask of zero means all flags where any is given (rtnl_dev_combine_flags).
    const mask = header.change === 0 && header.flags !== 0 ? 0xffffffff : header.change
    if (mask === 0) return
    const kept = IFF_UP | IFF_LOOPBACK
    link.flags = ((link.flags & ~(mask & ~kept)) | (header.flags & mask & ~kept)) >>> 0
    if (mask & IFF_UP) this.#table.setUp(link, (header.flags & IFF_UP) !== 0)
  }
}

/** do_set_proto_down */
function checkProtocolDown(link: FakeLink, { protocolDown, protocolDownReasons }: LinkAttributes): void {
  if (protocolDown === undefined && !protocolDownReasons) return
  if (!canBeProtocolDown.has(link.kind ?? '')) throw new KernelError('EOPNOTSUPP', 'Protodown not supported by device')
  const { length } = protocolDownReasons ?? link.attributes.protocolDownReasons ?? []
  if (protocolDown === false && length > 0) throw new KernelError('EBUSY', 'Cannot clear protodown, active reasons')
}

function assertBridgeable(link: FakeLink): void {
  if (link.flags & IFF_LOOPBACK || link.hardwareType !== ARPHRD_ETHER) throw new KernelError('EINVAL')
  if (link.kind === 'bridge') throw new KernelError('ELOOP', 'Can not enslave a bridge to a bridge')
}

/** Whether `master` stands on `link`, as a port of it or on top of it. */
function isAbove(table: LinkTable, link: FakeLink, master: FakeLink): boolean {
  if (link.index === master.index) return true
  if (isPairKind(master.kind)) return false
  return [master.master, master.lower].some((index) => {
    const next = index === undefined ? undefined : table.byIndex(index)
    return next !== undefined && isAbove(table, link, next)
  })
}

function sizesOf(attributes: LinkAttributes): LinkAttributes {
  const { gsoMaximumSize, gsoMaximumSegments, groMaximumSize, gsoIpv4MaximumSize, groIpv4MaximumSize } = attributes
  const sizes = { gsoMaximumSize, gsoMaximumSegments, groMaximumSize, gsoIpv4MaximumSize, groIpv4MaximumSize }
  return Object.fromEntries(Object.entries(sizes).filter(([, value]) => value !== undefined))
}

interface Peer {
  readonly name: string | undefined
  readonly mac: string | undefined
  readonly mtu: number | undefined
}

function peerOf(value: unknown): Peer {
  const peer: object = typeof value === 'object' && value !== null ? value : {}
  const name: unknown = 'name' in peer ? peer.name : undefined
  const mac: unknown = 'mac' in peer ? peer.mac : undefined
  const mtu: unknown = 'mtu' in peer ? peer.mtu : undefined
  return {
    name: typeof name === 'string' ? name : undefined,
    mac: typeof mac === 'string' ? mac : undefined,
    mtu: typeof mtu === 'number' ? mtu : undefined,
  }
}
