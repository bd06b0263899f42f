import { linkLocalOf } from '../../ip/linkLocal.js'
import { contains, parsePrefix } from '../../ip/prefix.js'
import { withoutNames } from '../../netlink/codec.js'
import { decodeMessage, NLM_F_EXCL, NLM_F_REPLACE } from '../../netlink/message.js'
import {
  type AddressAttributes,
  type AddressHeader,
  addressLayout,
  forever,
  IFA_F_PERMANENT,
  IFA_F_SECONDARY,
  settableFlags,
} from '../../rtnetlink/addressAttributes.js'
import {
  AF_INET,
  AF_INET6,
  RTM_DELADDR,
  RTM_GETADDR,
  RTM_NEWADDR,
  RTNLGRP_IPV4_IFADDR,
  RTNLGRP_IPV6_IFADDR,
} from '../../rtnetlink/constants.js'
import { type Scope, scopeNumbers } from '../../rtnetlink/scope.js'
import type { ConnectedRoutes } from './connectedRoutes.js'
import type { FakeLink } from './fakeLink.js'
import { scopeRank } from './ipv6Address.js'
import { encodeBody, KernelError, type Outgoing } from './kernelMessage.js'
import type { LinkObserver, LinkTable } from './linkTable.js'
import type { FakeRequest, Handlers } from './request.js'

/** An address as the fake kernel keeps it. */
export interface FakeAddress {
  readonly family: number
  readonly index: number
  readonly local: string
  /** The other end, or the address itself. */
  readonly peer: string
  readonly prefixLength: number
  readonly scope: Scope
  flags: number
  /** The primary address of its subnet, which packets come from. */
  source: string
  attributes: AddressAttributes
}

interface AddressRequest {
  readonly request: FakeRequest
  readonly header: AddressHeader
  readonly attributes: AddressAttributes
}

const userFlags = Object.values(settableFlags).reduce((all: number, bit) => all | bit, 0)

/** RTM_*ADDR: net/ipv4/devinet.c and net/ipv6/addrconf.c. */
export class Addresses implements Handlers, LinkObserver {
  readonly #links: LinkTable
  readonly #connected: ConnectedRoutes
  readonly #notify: (group: number, message: Outgoing) => void
  #addresses: FakeAddress[] = []

  constructor(links: LinkTable, connected: ConnectedRoutes, notify: (group: number, message: Outgoing) => void) {
    this.#links = links
    this.#connected = connected
    this.#notify = notify
    links.observers.push(this)
  }

  readonly requests: Handlers['requests'] = {
    [RTM_NEWADDR]: (request) => this.#newAddress(parse(request)),
    [RTM_DELADDR]: (request) => this.#deleteAddress(parse(request)),
    [RTM_GETADDR]: (request) => this.#getAddress(parse(request)),
  }

  readonly dumps: Handlers['dumps'] = { [RTM_GETADDR]: (request) => this.#dump(parse(request)) }

  /** The addresses of a link, or all. */
  of(index?: number): readonly FakeAddress[] {
    return index === undefined ? this.#addresses : this.#addresses.filter((address) => address.index === index)
  }

  linkDeleted(link: FakeLink): void {
    for (const address of this.of(link.index)) this.#remove(address)
  }

  linkUp(link: FakeLink): void {
    const loopback = link.name === 'lo'
    if (loopback && !this.#has('127.0.0.1')) this.#addOwn(link, '127.0.0.1', 8, 'host')
    if (loopback && !this.#has('::1')) this.#addOwn(link, '::1', 128, 'host')
    for (const address of this.of(link.index)) this.#connected.add(address, link)
  }

  linkReady(link: FakeLink): void {
    if (link.name !== 'lo') this.#connected.addMulticast(link)
    const mode = link.attributes.familySettings?.ipv6?.addressGenerationMode
    const own = mode === 'eui64' && link.attributes.mac !== undefined ? linkLocalOf(link.attributes.mac) : undefined
    if (own !== undefined && link.name !== 'lo' && link.master === undefined) this.#addOwn(link, own, 64, 'link')
  }

  /** The IPv6 addresses go with the link, unless keep_addr_on_down is set; it is not by default. */
  linkDown(link: FakeLink): void {
    for (const address of this.of(link.index)) if (address.family === AF_INET6) this.#remove(address)
  }

  #has(local: string): boolean {
    return this.#addresses.some((address) => address.local === local)
  }

  /** An address that the kernel gives a link by itself. */
  #addOwn(link: FakeLink, local: string, prefixLength: number, scope: Scope): void {
    const family = local.includes(':') ? AF_INET6 : AF_INET
    const index = link.index
    if (this.of(index).some((address) => address.local === local)) return
    // IFAPROT_KERNEL_LO, IFAPROT_KERNEL_LL: include/uapi/linux/if_addr.h
    const protocol = scope === 'link' ? 3 : 1
    const attributes = family === AF_INET ? { label: link.name } : { protocol }
    this.#insert({
      family,
      index,
      local,
      source: local,
      peer: local,
      prefixLength,
      scope,
      flags: IFA_F_PERMANENT,
      attributes,
    })
  }

  #newAddress(parsed: AddressRequest): undefined {
    const { request, header, attributes } = parsed
    const { family, index } = header
    const wanted = this.#wanted(parsed)
    const link = this.#links.byIndex(index)
    if (!link)
      throw new KernelError(
        'ENODEV',
        family === AF_INET ? 'ipv4: Device not found' : 'ipv6: Unable to find the interface',
      )
    const existing = this.#existing(wanted)
    if (existing) {
      if (request.flags & NLM_F_EXCL || !(request.flags & NLM_F_REPLACE)) {
        throw new KernelError(
          'EEXIST',
          family === AF_INET ? 'ipv4: Address already assigned' : 'ipv6: address already assigned',
        )
      }
      this.#change(existing, wanted, attributes)
      request.notify(groupOf(family), describe(existing))
      return
    }
    if (family === AF_INET && attributes.label === undefined) {
      wanted.attributes = { ...wanted.attributes, label: link.name }
    }
    this.#insert(wanted, request)
  }

  /** A label is not changed by a replacement, and neither is the prefix length of IPv6. */
  #change(existing: FakeAddress, wanted: FakeAddress, { lifetimes, metric, protocol }: AddressAttributes): void {
    existing.flags = (existing.flags & IFA_F_SECONDARY) | (wanted.flags & ~IFA_F_SECONDARY)
    const { lifetimes: _before, ...kept } = existing.attributes
    existing.attributes = {
      ...kept,
      ...(lifetimes && !(wanted.flags & IFA_F_PERMANENT) ? { lifetimes } : {}),
      ...(metric === undefined ? {} : { metric }),
      ...(protocol === undefined ? {} : { protocol }),
    }
  }

  #wanted({ header, attributes }: AddressRequest): FakeAddress {
    const { family, prefixLength, scope, index } = header
    const ipv4 = family === AF_INET
    const {
      local = ipv4 ? undefined : attributes.address,
      address,
      lifetimes,
      flags = header.flags,
      ...rest
    } = attributes
    if (local === undefined) throw new KernelError('EINVAL', ipv4 ? 'ipv4: Local address is not supplied' : '')
    if (prefixLength > (ipv4 ? 32 : 128)) {
      throw new KernelError('EINVAL', ipv4 ? 'ipv4: Invalid prefix length' : 'ipv6: Invalid prefix length')
    }
    const permanent = lifetimes === undefined || lifetimes.valid === forever
    return {
      family,
      index,
      local,
      source: local,
      peer: address ?? local,
      prefixLength,
      scope: ipv4 ? scope : scopeRank(local).scope,
      flags: (flags & userFlags) | (permanent ? IFA_F_PERMANENT : 0),
      attributes: { ...rest, ...(lifetimes ? { lifetimes } : {}) },
    }
  }

  #existing(wanted: FakeAddress): FakeAddress | undefined {
    return this.of(wanted.index).find((address) => {
      if (address.family !== wanted.family || address.local !== wanted.local) return false
      if (address.family === AF_INET6) return true
      return address.prefixLength === wanted.prefixLength && sameSubnet(address, wanted)
    })
  }

  #insert(address: FakeAddress, request?: FakeRequest): void {
    const { family, index } = address
    if (family === AF_INET) {
      const primary = this.#primaryOf(address)
      if (primary) address.flags |= IFA_F_SECONDARY
      if (primary) address.source = primary.local
      const position = primary ? this.#addresses.length : this.#afterPrimaries(address)
      this.#addresses.splice(position, 0, address)
    } else {
      const rank = scopeRank(address.local).rank
      const before = this.#addresses.findIndex(
        (other) => other.family === AF_INET6 && other.index === index && scopeRank(other.local).rank <= rank,
      )
      this.#addresses.splice(before < 0 ? this.#addresses.length : before, 0, address)
    }
    const link = this.#links.byIndex(index)
    if (link) this.#connected.add(address, link)
    if (request) request.notify(groupOf(family), describe(address))
    else this.#notify(groupOf(family), describe(address))
  }

  /** Behind the primary addresses of its scope or a narrower one, before the secondaries. */
  #afterPrimaries({ index, scope }: FakeAddress): number {
    const last = this.#addresses.findLastIndex(
      (other) =>
        other.family === AF_INET &&
        other.index === index &&
        !(other.flags & IFA_F_SECONDARY) &&
        scopeNumbers[scope] <= scopeNumbers[other.scope],
    )
    if (last >= 0) return last + 1
    const first = this.#addresses.findIndex((other) => other.family === AF_INET && other.index === index)
    return first < 0 ? this.#addresses.length : first
  }

  #primaryOf(address: FakeAddress): FakeAddress | undefined {
    return this.of(address.index).find((other) => {
      const primary = other.family === AF_INET && !(other.flags & IFA_F_SECONDARY)
      return primary && other.prefixLength === address.prefixLength && sameSubnet(other, address)
    })
  }

  #deleteAddress({ request, header, attributes }: AddressRequest): undefined {
    const { family, index, prefixLength } = header
    const ipv4 = family === AF_INET
    if (!this.#links.byIndex(index)) {
      throw new KernelError('ENODEV', ipv4 ? 'ipv4: Device not found' : 'ipv6: Unable to find the interface')
    }
    const local = attributes.local ?? (ipv4 ? undefined : attributes.address)
    const doomed = this.of(index).find((address) => {
      if (address.family !== family || (local !== undefined && address.local !== local)) return false
      if (attributes.label !== undefined && address.attributes.label !== attributes.label) return false
      if (ipv4 && attributes.address === undefined) return true
      return address.prefixLength === prefixLength && (!ipv4 || inSubnet(address, attributes.address ?? ''))
    })
    if (!doomed) throw new KernelError('EADDRNOTAVAIL', ipv4 ? 'ipv4: Address not found' : 'ipv6: address not found')
    this.#remove(doomed, request)
  }

  #getAddress({ header: { family }, attributes }: AddressRequest): readonly Outgoing[] {
    const { local = attributes.address } = attributes
    const found = this.of().find((address) => address.family === family && address.local === local)
    if (!found) throw new KernelError('EADDRNOTAVAIL')
    return [describe(found)]
  }

  /** With a primary IPv4 address go its secondaries: promote_secondaries is 0 by default. */
  #remove(address: FakeAddress, request?: FakeRequest): void {
    const { family, index } = address
    for (const secondary of this.#secondariesOf(address)) this.#remove(secondary)
    this.#addresses = this.#addresses.filter((other) => other !== address)
    this.#connected.remove(address, this.of(index))
    const message = { ...describe(address), type: RTM_DELADDR }
    if (request) request.notify(groupOf(family), message)
    else this.#notify(groupOf(family), message)
  }

  #secondariesOf(address: FakeAddress): readonly FakeAddress[] {
    const { family, flags, index, prefixLength } = address
    if (family !== AF_INET || flags & IFA_F_SECONDARY) return []
    return this.of(index).filter((other) => {
      const secondary = (other.flags & IFA_F_SECONDARY) !== 0
      return secondary && other.prefixLength === prefixLength && sameSubnet(other, address)
    })
  }

  #dump({ header, attributes }: AddressRequest): { items: readonly Outgoing[]; filtered: boolean } {
    const family = header.family === AF_INET6 ? 'ipv6' : 'ipv4'
    if (header.prefixLength !== 0 || header.flags !== 0 || header.scope !== 'global') {
      throw new KernelError('EINVAL', `${family}: Invalid values in header for address dump request`)
    }
    if (Object.keys(attributes).length > 0) {
      throw new KernelError('EINVAL', `${family}: Unsupported attribute in dump request`)
    }
    if (header.index !== 0 && !this.#links.byIndex(header.index)) throw new KernelError('ENODEV')
    const families = header.family === 0 ? [AF_INET, AF_INET6] : [header.family]
    const items = families.flatMap((wanted) =>
      this.#links.all().flatMap((link) => this.of(link.index).filter((address) => address.family === wanted)),
    )
    const wanted = items.filter((address) => header.index === 0 || address.index === header.index)
    return { items: wanted.map(describe), filtered: header.index !== 0 }
  }
}

function parse(request: FakeRequest): AddressRequest {
  return { request, ...decodeMessage(addressLayout, request.body, withoutNames) }
}

function groupOf(family: number): number {
  return family === AF_INET ? RTNLGRP_IPV4_IFADDR : RTNLGRP_IPV6_IFADDR
}

function describe(address: FakeAddress): Outgoing {
  const { family, index, local, peer, prefixLength, scope, flags, attributes } = address
  const header = { family, prefixLength, flags: flags & 0xff, scope, index }
  const lifetimes = { preferred: forever, valid: forever, created: 0, updated: 0 }
  const addressed = family === AF_INET || peer !== local ? { local, address: peer } : { address: local }
  const body = encodeBody(addressLayout, header, { lifetimes, ...attributes, ...addressed, flags })
  return { type: RTM_NEWADDR, body }
}

function sameSubnet(one: FakeAddress, other: FakeAddress): boolean {
  return inSubnet(one, other.peer)
}

function inSubnet({ peer, prefixLength }: FakeAddress, text: string): boolean {
  const subnet = parsePrefix(`${peer}/${prefixLength}`)
  const inner = parsePrefix(text)
  return subnet !== undefined && inner !== undefined && contains(subnet, inner)
}
