import { withoutNames } from '../../netlink/codec.js'
import { decodeMessage, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../../netlink/message.js'
import {
  RTM_DELLINK,
  RTM_DELLINKPROP,
  RTM_GETLINK,
  RTM_NEWLINK,
  RTM_NEWLINKPROP,
  RTNLGRP_LINK,
} from '../../rtnetlink/constants.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import { type LinkAttributes, type LinkHeader, linkLayout } from '../../rtnetlink/linkAttributes.js'
import { describeLink, type FakeLink, IFF_LOOPBACK, IFF_UP } from './fakeLink.js'
import { KernelError, type Outgoing } from './kernelMessage.js'
import { LinkChanges } from './linkChanges.js'
import { LinkTable } from './linkTable.js'
import type { FakeRequest, Handlers } from './request.js'

/** Settings of {@link FakeKernel.createTunTap}. */
export interface TunTapSettings {
  /** `tun` for IP packets, `tap` for Ethernet frames. */
  readonly kind: 'tun' | 'tap'
  /** The number of the user who may attach. */
  readonly owner?: number
  /** The number of the group that may attach. */
  readonly group?: number
  /** Whether several queues can be open. */
  readonly multiQueue?: boolean
  /** Whether a virtio header precedes packets. */
  readonly vnetHeader?: boolean
  /** Whether four bytes of flags and protocol precede packets. */
  readonly packetInfo?: boolean
}

interface LinkRequest {
  readonly request: FakeRequest
  readonly header: LinkHeader
  readonly attributes: LinkAttributes
}

const IFLA_IFNAME = 3
// IFLA_EXT_MASK, IFLA_MASTER, IFLA_LINKINFO: what a strict dump of links may ask for
const dumpAttributes = new Set(['extendedMask', 'master', 'linkInfo'])

/** RTM_*LINK and RTM_*LINKPROP: net/core/rtnetlink.c. */
export class Links implements Handlers {
  readonly table: LinkTable
  readonly #changes: LinkChanges

  constructor(notify: (group: number, message: Outgoing) => void) {
    this.table = new LinkTable((link, type) => notify(RTNLGRP_LINK, this.describe(link, type)))
    this.#changes = new LinkChanges(this.table)
  }

  readonly requests: Handlers['requests'] = {
    [RTM_NEWLINK]: (request) => this.#newLink(parse(request)),
    [RTM_DELLINK]: (request) => this.#deleteLink(parse(request)),
    [RTM_GETLINK]: (request) => [this.describe(this.#existing(parse(request)))],
    [RTM_NEWLINKPROP]: (request) => this.#addNames(parse(request)),
    [RTM_DELLINKPROP]: (request) => this.#deleteNames(parse(request)),
  }

  readonly dumps: Handlers['dumps'] = { [RTM_GETLINK]: (request) => this.#dump(parse(request)) }

  describe(link: FakeLink, type: number = RTM_NEWLINK): Outgoing {
    const master = link.master === undefined ? undefined : this.table.byIndex(link.master)
    return describeLink(link, this.table.isRunning(link), master?.kind, type)
  }

  createTunTap(name: string, settings: TunTapSettings): void {
    const { kind, ...options } = settings
    this.table.assertNameIsFree(name)
    const status = { type: kind === 'tun' ? 1 : 2, persistent: true }
    const all = { packetInfo: false, vnetHeader: false, multiQueue: false, ...options }
    this.table.changed(this.table.create({ name, kind, options: all, status }))
  }

  setCarrier(name: string, carrier: boolean): void {
    const link = this.table.byName(name)
    if (!link) throw new KernelError('ENODEV')
    link.carrier = carrier
    this.table.changed(link)
    this.table.settle(link)
  }

  #find({ header, attributes }: LinkRequest): FakeLink | undefined {
    if (header.index > 0) return this.table.byIndex(header.index)
    const name = attributes.name ?? attributes.altName
    return name === undefined ? undefined : this.table.byName(name)
  }

  #existing(parsed: LinkRequest): FakeLink {
    const { header, attributes } = parsed
    if (header.index <= 0 && attributes.name === undefined && attributes.altName === undefined) {
      throw new KernelError('EINVAL')
    }
    const link = this.#find(parsed)
    if (!link) throw new KernelError('ENODEV')
    return link
  }

  #newLink(parsed: LinkRequest): undefined {
    const { request, header, attributes } = parsed
    const link = this.#find(parsed)
    if (link) {
      if (request.flags & NLM_F_EXCL) throw new KernelError('EEXIST')
      if (request.flags & NLM_F_REPLACE) throw new KernelError('EOPNOTSUPP')
      const before = this.describe(link).body
      this.#changes.change(link, header, attributes)
      const after = this.describe(link)
      if (Buffer.compare(before, after.body) !== 0) request.notify(RTNLGRP_LINK, after)
      return
    }
    if (!(request.flags & NLM_F_CREATE)) return this.#changeGroup(parsed)
    const created = this.#changes.create(header, attributes)
    request.notify(RTNLGRP_LINK, this.describe(created))
  }

  #changeGroup({ header, attributes }: LinkRequest): undefined {
    const { name, altName, group, ...changes } = attributes
    if (header.index > 0 || name !== undefined || altName !== undefined || group === undefined) {
      throw new KernelError('ENODEV')
    }
    for (const link of this.table.all()) {
      if ((link.attributes.group ?? 0) !== group) continue
      this.#changes.change(link, header, changes)
      this.table.changed(link)
    }
  }

  #deleteLink(parsed: LinkRequest): undefined {
    const { request, header, attributes } = parsed
    const { group, name, altName } = attributes
    if (header.index <= 0 && name === undefined && altName === undefined && group !== undefined) {
      const doomed = this.table.all().filter((link) => (link.attributes.group ?? 0) === group)
      if (doomed.length === 0) throw new KernelError('ENODEV')
      if (doomed.some((link) => link.kind === undefined)) throw new KernelError('EOPNOTSUPP')
      for (const link of doomed) this.table.delete(link)
      return
    }
    const link = this.#existing(parsed)
    if (link.kind === undefined) throw new KernelError('EOPNOTSUPP')
    this.table.delete(link, (message) => request.notify(RTNLGRP_LINK, this.describe(message, RTM_DELLINK)))
  }

  #addNames(parsed: LinkRequest): undefined {
    const link = this.#existing(parsed)
    for (const name of parsed.attributes.altNames ?? []) {
      this.table.assertNameIsFree(name)
      this.table.place(link, { altNames: [...link.altNames, name] })
    }
    parsed.request.notify(RTNLGRP_LINK, this.describe(link))
  }

  #deleteNames(parsed: LinkRequest): undefined {
    const link = this.#existing(parsed)
    for (const name of parsed.attributes.altNames ?? []) {
      if (!this.table.byName(name)) throw new KernelError('ENOENT')
      if (!link.altNames.includes(name)) throw new KernelError('EINVAL')
      this.table.place(link, { altNames: link.altNames.filter((other) => other !== name) })
    }
    parsed.request.notify(RTNLGRP_LINK, this.describe(link))
  }

  #dump({ header, attributes }: LinkRequest): { items: readonly Outgoing[]; filtered: boolean } {
    if (header.type !== 0 || header.flags !== 0 || header.change !== 0) {
      throw new KernelError('EINVAL', 'Invalid values in header for link dump request')
    }
    if (header.index !== 0) throw new KernelError('EINVAL', 'Filter by device index not supported for link dumps')
    if (Object.keys(attributes).some((name) => !dumpAttributes.has(name))) {
      throw new KernelError('EINVAL', 'Unsupported attribute in link dump request')
    }
    const { master, linkInfo } = attributes
    const kernelKind = (kind: string | undefined) =>
      kind === undefined ? undefined : (linkKind(kind)?.kernelKind ?? kind)
    const wanted = this.table.all().filter((link) => {
      if (typeof master === 'number' && master > 0 && link.master !== master) return false
      return linkInfo?.kind === undefined || kernelKind(link.kind) === kernelKind(linkInfo.kind)
    })
    const filtered = (typeof master === 'number' && master > 0) || linkInfo?.kind !== undefined
    return { items: wanted.map((link) => this.describe(link)), filtered }
  }
}

function parse(request: FakeRequest): LinkRequest {
  const { header, attributes } = decodeMessage(linkLayout, request.body, withoutNames)
  if (Buffer.byteLength(attributes.name ?? '') > 15) {
    throw new KernelError('ERANGE', 'Attribute failed policy validation', [IFLA_IFNAME])
  }
  return { request, header, attributes }
}

/** Whether packets may go through it. */
export function isUp(link: FakeLink): boolean {
  return (link.flags & IFF_UP) !== 0
}

/** Whether it is the loopback device. */
export function isLoopback(link: FakeLink): boolean {
  return (link.flags & IFF_LOOPBACK) !== 0
}
