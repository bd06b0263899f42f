import { withoutNames } from '../../netlink/codec.js'
import { decodeMessage, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../../netlink/message.js'
import { AF_INET, AF_INET6, RTM_DELNEXTHOP, RTM_GETNEXTHOP, RTM_NEWNEXTHOP } from '../../rtnetlink/constants.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import { type NexthopHeader, type NexthopObjectAttributes, nexthopLayout } from '../../rtnetlink/nexthopAttributes.js'
import { RTNH_F_ONLINK } from '../../rtnetlink/routeAttributes.js'
import { type FakeLink, IFF_UP } from './fakeLink.js'
import { encodeBody, KernelError, type Outgoing } from './kernelMessage.js'
import type { LinkObserver, LinkTable } from './linkTable.js'
import { checkNexthops } from './nexthops.js'
import type { FakeRequest, Handlers } from './request.js'
import type { FakeNexthop, FakeRoute, RouteTable } from './routeTable.js'

interface FakeObject {
  readonly id: number
  readonly header: NexthopHeader
  readonly attributes: NexthopObjectAttributes
}

const loopback = 1

/** RTM_*NEXTHOP: net/ipv4/nexthop.c. */
export class NexthopObjects implements Handlers, LinkObserver {
  readonly #links: LinkTable
  readonly #routes: RouteTable
  readonly #notify: (message: Outgoing) => void
  readonly #objects = new Map<number, FakeObject>()

  constructor(links: LinkTable, routes: RouteTable, notify: (message: Outgoing) => void) {
    this.#links = links
    this.#routes = routes
    this.#notify = notify
    links.observers.push(this)
  }

  readonly requests: Handlers['requests'] = {
    [RTM_NEWNEXTHOP]: (request) => this.#newNexthop(request),
    [RTM_DELNEXTHOP]: (request) => this.#deleteNexthop(request),
    [RTM_GETNEXTHOP]: (request) => [describe(this.#get(parse(request).attributes.id))],
  }

  readonly dumps: Handlers['dumps'] = { [RTM_GETNEXTHOP]: (request) => this.#dump(request) }

  /** Where a route of a family goes that uses an object; throws what the kernel refuses. */
  waysOf(id: number, family: number): readonly FakeNexthop[] {
    const object = this.#objects.get(id)
    if (!object) throw new KernelError('EINVAL', 'Nexthop id does not exist')
    if (object.attributes.fdb) throw new KernelError('EINVAL', 'Route cannot point to a fdb nexthop')
    this.#assertFits(object, family)
    return this.#ways(object)
  }

  /** IPv6 routes use IPv6 objects only; IPv4 routes use both. */
  #assertFits({ header, attributes }: FakeObject, family: number): void {
    if (family !== AF_INET6) return
    const members = attributes.group?.map(({ id }) => this.#get(id)) ?? []
    if ([header, ...members.map((member) => member.header)].some((one) => one.family === AF_INET)) {
      throw new KernelError('EINVAL', 'IPv6 routes can not use an IPv4 nexthop')
    }
  }

  #ways({ header, attributes }: FakeObject): FakeNexthop[] {
    const { group, dev, gateway, blackhole } = attributes
    if (group) {
      return group.flatMap(({ id, weight = 1 }) => this.#ways(this.#get(id)).map((way) => ({ ...way, weight })))
    }
    if (blackhole) return []
    const onlink = header.flags & RTNH_F_ONLINK ? true : undefined
    return [{ dev: Number(dev), weight: 1, gateway, onlink }]
  }

  #get(id = 0): FakeObject {
    const object = this.#objects.get(id)
    if (!object) throw new KernelError('ENOENT')
    return object
  }

  #newNexthop(request: FakeRequest): undefined {
    const { header, attributes } = parse(request)
    const id = attributes.id || this.#freeId()
    const object = this.#checked({ id, header, attributes: { ...attributes, id } })
    const before = this.#objects.get(id)
    if (!before && !(request.flags & NLM_F_CREATE)) throw new KernelError('ENOENT')
    if (before && request.flags & NLM_F_EXCL) throw new KernelError('EEXIST')
    if (before && !(request.flags & NLM_F_REPLACE)) throw new KernelError('EEXIST')
    const after = before ? this.#replacement(before, object) : withTimers(object)
    this.#objects.set(id, after)
    this.#follow(after)
    this.#notify(describe(after))
  }

  #freeId(): number {
    for (let id = 1; ; id++) if (!this.#objects.has(id)) return id
  }

  #checked(object: FakeObject): FakeObject {
    const { header, attributes } = object
    const { group, groupType = 'mpath', blackhole, dev, gateway, fdb } = attributes
    if (header.scope !== 'global') throw new KernelError('EINVAL', 'Invalid values in header for nexthop request')
    if (group) {
      this.#checkGroup(object)
      return { ...object, attributes: { ...attributes, groupType } }
    }
    if (blackhole) return { ...object, header: { ...header, family: header.family || AF_INET } }
    if (fdb) return { ...object, header: { ...header, scope: 'link' } }
    if (dev === undefined) {
      throw new KernelError('EINVAL', 'Device attribute required for non-blackhole and non-fdb nexthops')
    }
    const link = this.#links.byIndex(Number(dev))
    if (!link) throw new KernelError('ENODEV', 'Invalid device index')
    if (!(link.flags & IFF_UP)) throw new KernelError('ENETDOWN', 'Nexthop device is not up')
    if (!this.#hasCarrier(link)) throw new KernelError('ENETDOWN', 'Carrier for nexthop device is down')
    checkNexthops(routeTo(header, attributes), this.#links, this.#routes)
    return { ...object, header: { ...header, scope: gateway === undefined ? 'host' : 'link' } }
  }

  /** A bridge without ports has its carrier from its making on. */
  #hasCarrier(link: FakeLink): boolean {
    if (this.#links.isRunning(link)) return true
    const hasPorts = linkKind(link.kind ?? '')?.hasPorts ?? false
    return (link.flags & IFF_UP) !== 0 && hasPorts && this.#links.ports(link).length === 0
  }

  #checkGroup({ attributes: { group = [], fdb = false } }: FakeObject): void {
    if (new Set(group.map(({ id }) => id)).size < group.length) {
      throw new KernelError('EINVAL', 'Nexthop id can not be used twice in a group')
    }
    for (const { id } of group) {
      const member = this.#objects.get(id)?.attributes
      if (!member) throw new KernelError('EINVAL', 'Invalid nexthop id')
      if (member.group) throw new KernelError('EINVAL', 'Hash-threshold group can not be a nexthop within a group')
      if (member.blackhole && group.length > 1) {
        throw new KernelError('EINVAL', 'Blackhole nexthop can not be used in a group with more than 1 path')
      }
      if (fdb && !member.fdb) throw new KernelError('EINVAL', 'FDB nexthop group can only have fdb nexthops')
      if (!fdb && member.fdb) throw new KernelError('EINVAL', 'Non FDB nexthop group cannot have fdb nexthops')
    }
  }

  #replacement(before: FakeObject, after: FakeObject): FakeObject {
    const [had, has] = [before.attributes, after.attributes]
    if (!had.group && has.group) throw new KernelError('EINVAL', 'Can not replace a nexthop with a nexthop group.')
    if (had.group && !has.group) throw new KernelError('EINVAL', 'Can not replace a nexthop group with a nexthop.')
    if (had.groupType !== has.groupType) {
      throw new KernelError('EINVAL', 'Can not replace a nexthop group with one of a different type.')
    }
    const inGroup = [...this.#objects.values()].filter(({ attributes }) =>
      attributes.group?.some(({ id }) => id === before.id),
    )
    if (inGroup.length > 0 && (had.fdb ?? false) !== (has.fdb ?? false)) {
      throw new KernelError('EINVAL', 'Cannot change nexthop FDB status while in a group')
    }
    if (has.blackhole && inGroup.some(({ attributes: { group = [] } }) => group.length > 1)) {
      throw new KernelError('EINVAL', 'Blackhole nexthop can not be a member of a group with more than one path')
    }
    for (const { family, nexthopId } of this.#routes.all()) if (nexthopId === before.id) this.#assertFits(after, family)
    // What is not given of a resilient group is kept, and the number of buckets in any case.
    const resilient = { ...had.resilient, ...has.resilient }
    if (resilient.buckets !== had.resilient?.buckets) {
      throw new KernelError('EINVAL', 'Can not change number of buckets of a resilient nexthop group.')
    }
    return had.resilient ? { ...after, attributes: { ...has, resilient } } : after
  }

  /** Leads the routes of an object, and of the groups that it is in, where it leads now. */
  #follow(object: FakeObject): void {
    this.#routes.follow(object.id, this.#ways(object))
    for (const other of this.#objects.values()) {
      if (other.attributes.group?.some(({ id }) => id === object.id)) this.#routes.follow(other.id, this.#ways(other))
    }
  }

  #deleteNexthop(request: FakeRequest): undefined {
    this.#remove(this.#get(parse(request).attributes.id))
  }

  #remove(object: FakeObject): void {
    this.#objects.delete(object.id)
    this.#routes.follow(object.id, undefined)
    this.#notify({ ...describe(object), type: RTM_DELNEXTHOP })
    for (const other of [...this.#objects.values()]) {
      const { group } = other.attributes
      const left = group?.filter(({ id }) => id !== object.id)
      if (!group || !left || left.length === group.length) continue
      if (left.length === 0) this.#remove(other)
      else {
        const reduced = { ...other, attributes: { ...other.attributes, group: left } }
        this.#objects.set(other.id, reduced)
        this.#routes.follow(other.id, this.#ways(reduced))
      }
    }
  }

  #dump(request: FakeRequest): { items: readonly Outgoing[]; filtered: boolean } {
    const { dev, master, groups, fdb } = parse(request).attributes
    const found = [...this.#objects.values()]
      .sort((one, other) => one.id - other.id)
      .filter(({ attributes }) => {
        const link = attributes.dev === undefined ? undefined : this.#links.byIndex(Number(attributes.dev))
        if (dev !== undefined && attributes.dev !== dev) return false
        if (master !== undefined && link?.master !== master) return false
        return (!groups || attributes.group !== undefined) && (!fdb || attributes.fdb === true)
      })
    const filtered = dev !== undefined || master !== undefined || groups === true || fdb === true
    return { items: found.map(describe), filtered }
  }

  linkUp(): void {}

  linkReady(): void {}

  linkDown(): void {
    this.#removeDead()
  }

  linkDeleted({ index }: FakeLink): void {
    this.#removeDead(index)
  }

  /** An object goes with the carrier of its link (nh_netdev_event). */
  #removeDead(deleted?: number): void {
    for (const object of [...this.#objects.values()]) {
      const { dev } = object.attributes
      const link = dev === undefined || dev === deleted ? undefined : this.#links.byIndex(Number(dev))
      if (dev !== undefined && !(link && this.#hasCarrier(link))) this.#remove(object)
    }
  }
}

/** NH_RES_DEFAULT_IDLE_TIMER and _UNBALANCED_TIMER: include/net/nexthop.h */
function withTimers(object: FakeObject): FakeObject {
  const { attributes } = object
  if (attributes.groupType !== 'resilient') return object
  return {
    ...object,
    attributes: { ...attributes, resilient: { idleTimer: 120, unbalancedTimer: 0, ...attributes.resilient } },
  }
}

function routeTo({ family, flags }: NexthopHeader, { dev, gateway }: NexthopObjectAttributes): FakeRoute {
  const onlink = flags & RTNH_F_ONLINK ? true : undefined
  return {
    family: family || AF_INET,
    to: '',
    table: 0,
    tos: 0,
    metric: 0,
    type: 'unicast',
    scope: 'global',
    protocol: 0,
    nexthops: [{ dev: Number(dev ?? loopback), weight: 1, gateway, onlink }],
    multipath: false,
    src: undefined,
    others: {},
  }
}

function describe({ header, attributes }: FakeObject): Outgoing {
  return { type: RTM_NEWNEXTHOP, body: encodeBody(nexthopLayout, header, attributes) }
}

function parse(request: FakeRequest): { header: NexthopHeader; attributes: NexthopObjectAttributes } {
  return decodeMessage(nexthopLayout, request.body, withoutNames)
}
