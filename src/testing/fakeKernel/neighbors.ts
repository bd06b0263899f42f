import { withoutNames } from '../../netlink/codec.js'
import { decodeMessage, NLM_F_CREATE, NLM_F_EXCL } from '../../netlink/message.js'
import {
  AF_INET,
  AF_INET6,
  RTM_DELNEIGH,
  RTM_GETNEIGH,
  RTM_NEWNEIGH,
  RTNLGRP_NEIGH,
} from '../../rtnetlink/constants.js'
import {
  type NeighborAttributes,
  type NeighborHeader,
  NTF_PROXY,
  neighborLayout,
} from '../../rtnetlink/neighborAttributes.js'
import type { FakeLink } from './fakeLink.js'
import { encodeBody, KernelError, type Outgoing } from './kernelMessage.js'
import type { LinkObserver, LinkTable } from './linkTable.js'
import type { FakeRequest, Handlers } from './request.js'

interface FakeNeighbor {
  readonly header: NeighborHeader
  readonly attributes: NeighborAttributes
}

/** RTM_*NEIGH: net/core/neighbour.c. */
export class Neighbors implements Handlers, LinkObserver {
  readonly #links: LinkTable
  readonly #notify: (group: number, message: Outgoing) => void
  #neighbors: FakeNeighbor[] = []

  constructor(links: LinkTable, notify: (group: number, message: Outgoing) => void) {
    this.#links = links
    this.#notify = notify
    links.observers.push(this)
  }

  readonly requests: Handlers['requests'] = {
    [RTM_NEWNEIGH]: (request) => this.#newNeighbor(request),
    [RTM_DELNEIGH]: (request) => this.#deleteNeighbor(request),
  }

  readonly dumps: Handlers['dumps'] = { [RTM_GETNEIGH]: (request) => this.#dump(request) }

  linkUp(): void {}

  linkReady(): void {}

  linkDown({ index }: FakeLink): void {
    this.#flush(({ header }) => header.index === index && !(header.flags & NTF_PROXY))
  }

  linkDeleted({ index }: FakeLink): void {
    this.#flush(({ header }) => header.index === index)
  }

  #flush(doomed: (neighbor: FakeNeighbor) => boolean): void {
    const gone = this.#neighbors.filter(doomed)
    this.#neighbors = this.#neighbors.filter((neighbor) => !doomed(neighbor))
    for (const neighbor of gone) {
      if (!(neighbor.header.flags & NTF_PROXY)) this.#notify(RTNLGRP_NEIGH, describe(neighbor, RTM_DELNEIGH))
    }
  }

  #newNeighbor(request: FakeRequest): undefined {
    const wanted = this.#parse(request)
    const existing = this.#find(wanted)
    if (existing && request.flags & NLM_F_EXCL) throw new KernelError('EEXIST')
    if (!existing && !(request.flags & NLM_F_CREATE)) throw new KernelError('ENOENT')
    const lasting = wanted.header.state === 'permanent' || wanted.header.state === 'noarp'
    if (!existing && lasting && wanted.attributes.mac === undefined && !(wanted.header.flags & NTF_PROXY)) {
      throw new KernelError('EINVAL', 'No link layer address given')
    }
    const attributes = { ...existing?.attributes, ...wanted.attributes }
    const changed = { header: wanted.header, attributes }
    this.#neighbors = [...this.#neighbors.filter((neighbor) => neighbor !== existing), changed]
    // Entries of a proxy are not told, and an echo is not given (net/core/neighbour.c).
    if (!(wanted.header.flags & NTF_PROXY)) this.#notify(RTNLGRP_NEIGH, describe(changed))
  }

  #deleteNeighbor(request: FakeRequest): undefined {
    const existing = this.#find(this.#parse(request))
    if (!existing) throw new KernelError('ENOENT')
    const failed = { ...existing, header: { ...existing.header, state: 'failed' as const } }
    if (!(existing.header.flags & NTF_PROXY)) this.#notify(RTNLGRP_NEIGH, describe(failed))
    this.#flush((neighbor) => neighbor === existing)
  }

  #parse(request: FakeRequest): FakeNeighbor {
    const { header, attributes } = decodeMessage(neighborLayout, request.body, withoutNames)
    if (attributes.address === undefined) throw new KernelError('EINVAL', 'Network address not specified')
    if (header.index !== 0 && !this.#links.byIndex(header.index)) throw new KernelError('ENODEV')
    if (header.family !== AF_INET && header.family !== AF_INET6) throw new KernelError('EAFNOSUPPORT')
    return { header, attributes }
  }

  #find({ header, attributes }: FakeNeighbor): FakeNeighbor | undefined {
    return this.#neighbors.find(
      (other) =>
        other.header.family === header.family &&
        other.header.index === header.index &&
        other.attributes.address === attributes.address &&
        (other.header.flags & NTF_PROXY) === (header.flags & NTF_PROXY),
    )
  }

  #dump(request: FakeRequest): { items: readonly Outgoing[]; filtered: boolean } {
    const { header, attributes } = decodeMessage(neighborLayout, request.body, withoutNames)
    if (header.index !== 0 || header.state !== 'none' || header.type !== 0 || header.flags & ~NTF_PROXY) {
      throw new KernelError('EINVAL', 'Invalid values in header for neighbor dump request')
    }
    const { link, master, ...others } = attributes
    if (Object.keys(others).length > 0) {
      throw new KernelError('EINVAL', 'Unsupported attribute in neighbor dump request')
    }
    const found = this.#neighbors.filter(({ header: own }) => {
      if (header.family !== 0 && own.family !== header.family) return false
      if ((own.flags & NTF_PROXY) !== (header.flags & NTF_PROXY)) return false
      if (link !== undefined && own.index !== link) return false
      return master === undefined || this.#links.byIndex(own.index)?.master === master
    })
    return { items: found.map((neighbor) => describe(neighbor)), filtered: link !== undefined || master !== undefined }
  }
}

function describe({ header, attributes }: FakeNeighbor, type: number = RTM_NEWNEIGH): Outgoing {
  return { type, body: encodeBody(neighborLayout, { ...header, type: 1 }, attributes) }
}
