import { randomBytes } from 'node:crypto'
import { formatMac } from '../../ip/mac.js'
import { RTM_NEWLINK } from '../../rtnetlink/constants.js'
import { linkKind } from '../../rtnetlink/kinds/registry.js'
import { isPairKind } from '../../rtnetlink/pair.js'
import {
  ARPHRD_ETHER,
  ARPHRD_LOOPBACK,
  ARPHRD_NONE,
  type FakeLink,
  IFF_BROADCAST,
  IFF_LOOPBACK,
  IFF_MULTICAST,
  IFF_NOARP,
  IFF_POINTOPOINT,
  IFF_UP,
} from './fakeLink.js'
import { KernelError } from './kernelMessage.js'
import { LinkIndex } from './linkIndex.js'

/** What a new link is made of. */
export interface NewLink {
  readonly name: string
  readonly kind: string
  readonly index?: number | undefined
  readonly mac?: string | undefined
  readonly options?: Record<string, unknown>
  readonly status?: Record<string, unknown>
  readonly lower?: number | undefined
}

/** What other parts of the kernel do when a link changes. */
export interface LinkObserver {
  linkDeleted(link: FakeLink): void
  linkUp(link: FakeLink): void
  linkDown(link: FakeLink): void
  /** It is up and has a carrier now. */
  linkReady(link: FakeLink): void
}

/** The links of the namespace. */
export class LinkTable {
  readonly observers: LinkObserver[] = []
  readonly #links = new Map<number, FakeLink>()
  readonly #notify: (link: FakeLink, type: number) => void
  readonly #index = new LinkIndex()
  #lastIndex = 0
  readonly #running = new Set<FakeLink>()

  constructor(notify: (link: FakeLink, type: number) => void) {
    this.#notify = notify
    this.#add({
      ...blank('lo', undefined, ARPHRD_LOOPBACK, IFF_LOOPBACK),
      attributes: {
        ...commonAttributes,
        mtu: 65536,
        minimumMtu: 0,
        mac: '00:00:00:00:00:00',
        broadcast: '00:00:00:00:00:00',
        namespaceImmutable: true,
      },
    })
  }

  all(): FakeLink[] {
    return inOrder(this.#links.values())
  }

  byIndex(index: number): FakeLink | undefined {
    return this.#links.get(index)
  }

  /** By name or alternative name. */
  byName(name: string): FakeLink | undefined {
    return this.#index.byName(name)
  }

  ports(master: FakeLink): FakeLink[] {
    return inOrder(this.#index.ports(master))
  }

  assertNameIsFree(name: string): void {
    if (this.byName(name)) throw new KernelError('EEXIST')
  }

  /** Whether it has a carrier: a bridge by its ports, an end of a pair by the other end, others by themselves. */
  isRunning(link: FakeLink): boolean {
    if (!(link.flags & IFF_UP)) return false
    if (linkKind(link.kind ?? '')?.hasPorts) return this.#hasRunningPort(link)
    const lower = link.lower === undefined ? undefined : this.byIndex(link.lower)
    if (isPairKind(link.kind)) return lower !== undefined && (lower.flags & IFF_UP) !== 0
    return lower ? this.isRunning(lower) : link.carrier
  }

  create(wanted: NewLink): FakeLink {
    const { name, kind, index, options = {}, status = {}, lower } = wanted
    const known = linkKind(kind)
    const ethernet = known?.ethernet ?? false
    const plain = ethernet ? IFF_BROADCAST | IFF_MULTICAST : IFF_POINTOPOINT | IFF_NOARP | IFF_MULTICAST
    const tunTap = known?.creation === 'tuntap'
    const link: Omit<FakeLink, 'index'> = {
      ...blank(name, kind, ethernet ? ARPHRD_ETHER : ARPHRD_NONE, plain),
      // A device that no program holds has no carrier.
      carrier: !tunTap,
      attributes: {
        ...commonAttributes,
        ...(tunTap ? { minimumMtu: 68, maximumMtu: 65521 } : {}),
        ...(ethernet ? { mac: wanted.mac ?? randomMac(), broadcast: 'ff:ff:ff:ff:ff:ff' } : {}),
        ...(kind === 'tun' ? { txQueueLength: 500 } : {}),
        // net/bridge/br_device.c, br_dev_setup
        ...(kind === 'bridge' ? { namespaceImmutable: true } : {}),
      },
      options,
      status,
      lower,
      macFixed: wanted.mac !== undefined,
    }
    return this.#add(link, index)
  }

  #add(link: Omit<FakeLink, 'index'>, wantedIndex?: number): FakeLink {
    if (wantedIndex !== undefined && this.#links.has(wantedIndex)) throw new KernelError('EEXIST')
    const index = wantedIndex ?? ++this.#lastIndex
    this.#lastIndex = Math.max(this.#lastIndex, index)
    const added = { ...link, index }
    this.#links.set(index, added)
    this.#index.add(added)
    return added
  }

  /** Gives a link another name, or another place among the others. */
  place(link: FakeLink, place: Partial<Pick<FakeLink, 'name' | 'altNames' | 'master' | 'lower'>>): void {
    this.#index.delete(link)
    Object.assign(link, place)
    this.#index.add(link)
  }

  /** Tells the listeners of a change that is not the answer to their own request. */
  changed(link: FakeLink, type: number = RTM_NEWLINK): void {
    this.#notify(link, type)
  }

  /** Deletes a link and what goes with it: the other end of a pair, devices on top, its place as a master. */
  delete(link: FakeLink, tell: (link: FakeLink) => void = (gone) => this.changed(gone, 17)): void {
    if (!this.#links.has(link.index)) return
    this.setUp(link, false)
    for (const observer of this.observers) observer.linkDeleted(link)
    for (const port of this.ports(link)) {
      this.place(port, { master: undefined })
      port.portOptions = {}
      this.changed(port)
    }
    const uppers = inOrder(this.#index.uppers(link))
    tell(link)
    this.#links.delete(link.index)
    this.#index.delete(link)
    this.#running.delete(link)
    for (const other of uppers) this.delete(other)
    const master = link.master === undefined ? undefined : this.byIndex(link.master)
    if (!master) return
    this.settle(master)
    this.adoptFromPorts(master)
  }

  /** Brings a link up or down, with all that follows. */
  setUp(link: FakeLink, up: boolean): void {
    if (((link.flags & IFF_UP) !== 0) === up) return
    link.flags = up ? link.flags | IFF_UP : link.flags & ~IFF_UP
    for (const observer of this.observers) up ? observer.linkUp(link) : observer.linkDown(link)
    const other = isPairKind(link.kind) && link.lower !== undefined ? this.byIndex(link.lower) : undefined
    if (other && other.flags & IFF_UP) this.changed(other)
    // net/8021q/vlan.c, vlan_device_event
    for (const upper of inOrder(this.#index.uppers(link)).filter((one) => follows(one, link))) {
      this.setUp(upper, up)
      this.changed(upper)
    }
    this.settle(link)
  }

  /** Tells of links that have got a carrier by the change of one. */
  settle(changed: FakeLink): void {
    const ready: FakeLink[] = []
    for (const link of this.#concernedBy(changed)) {
      if (!this.isRunning(link)) this.#running.delete(link)
      else if (!this.#running.has(link)) ready.push(link)
    }
    for (const link of ready) this.#running.add(link)
    for (const link of ready) for (const observer of this.observers) observer.linkReady(link)
  }

  /** A link and those whose carrier may depend on its own. */
  #concernedBy(link: FakeLink): FakeLink[] {
    const concerned = new Set([link])
    for (const one of concerned) {
      const master = one.master === undefined ? undefined : this.byIndex(one.master)
      if (master) concerned.add(master)
      for (const upper of this.#index.uppers(one)) concerned.add(upper)
    }
    return inOrder(concerned)
  }

  #hasRunningPort(master: FakeLink): boolean {
    for (const port of this.#index.ports(master)) if (this.isRunning(port)) return true
    return false
  }

  /** A bridge takes the smallest MTU and the lowest MAC of its ports, where they were not set by hand. */
  adoptFromPorts(master: FakeLink): void {
    const { mtu, mac } = master.attributes
    let smallest: number | undefined
    let lowest: string | undefined
    for (const { attributes } of this.#index.ports(master)) {
      const own = { mtu: attributes.mtu ?? 1500, mac: attributes.mac ?? '' }
      smallest = Math.min(own.mtu, smallest ?? own.mtu)
      if (lowest === undefined || own.mac < lowest) lowest = own.mac
    }
    master.attributes = {
      ...master.attributes,
      mtu: master.mtuFixed ? (mtu ?? 1500) : (smallest ?? 1500),
      ...(master.macFixed || lowest === undefined ? { ...(mac === undefined ? {} : { mac }) } : { mac: lowest }),
    }
  }
}

function inOrder(links: Iterable<FakeLink>): FakeLink[] {
  return [...links].sort((one, other) => one.index - other.index)
}

/** Whether a link goes down and up with another one. */
function follows({ kind, lower, options }: FakeLink, { index }: FakeLink): boolean {
  const unless = kind === undefined ? undefined : linkKind(kind)?.downWithLowerUnless
  return unless !== undefined && lower === index && options[unless] !== true
}

const commonAttributes = {
  mtu: 1500,
  txQueueLength: 1000,
  group: 0,
  promiscuity: 0,
  allMulticastCount: 0,
  txQueues: 1,
  rxQueues: 1,
  minimumMtu: 68,
  maximumMtu: 65535,
  queueDiscipline: 'noqueue',
  gsoMaximumSegments: 65535,
  gsoMaximumSize: 65536,
  groMaximumSize: 65536,
  gsoIpv4MaximumSize: 65536,
  groIpv4MaximumSize: 65536,
  familySettings: { ipv6: { addressGenerationMode: 'eui64' } },
} as const

function blank(name: string, kind: string | undefined, hardwareType: number, flags: number): Omit<FakeLink, 'index'> {
  return {
    name,
    kind,
    hardwareType,
    flags,
    carrier: true,
    attributes: {},
    options: {},
    status: {},
    portOptions: {},
    master: undefined,
    lower: undefined,
    altNames: [],
    mtuFixed: false,
    macFixed: false,
  }
}

/** Locally administered and unicast. */
function randomMac(): string {
  const bytes = randomBytes(6)
  bytes[0] = ((bytes[0] ?? 0) & 0xfc) | 0x02
  return formatMac(bytes)
}
